/** A question to Jamie as callers send it, by whichever of the known names. */
import { z } from 'zod';
import type { ChatQuestion } from '../../chat/port.ts';
import { invalid } from '../../tools/errors.ts';
import { inCallersNames, namedFor } from './callerFields.ts';
import type { Fields } from './fields.ts';

const MOST = 8000;
const tooLong = { error: `is too long; the most is ${MOST} characters` };
const text = (what: string) =>
  z.string({ error: ({ input }) => (input === undefined ? `is missing; write ${what}` : `is no text; write ${what}`) }).trim();
const context = z
  .union([z.string(), z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value))], 'is neither a text nor an object')
  .refine((value) => value.length <= MOST, tooLong);

/** Unknown fields are ignored. */
export const chatRequest = z.object({
  message: text('the question')
    .refine((value) => value !== '', 'is empty; write the question')
    .refine((value) => value.length <= MOST, tooLong)
    .describe('The question; `question`, `query` and `prompt` mean the same.'),
  conversationId: text('the conversationId of an earlier answer')
    .refine((value) => value !== '' && value.length <= 128, 'is none; leave it out for a new conversation')
    .optional()
    .describe('Of an earlier answer, to go on from there; `conversation_id` means the same.'),
  context: context.optional().describe('What the asker has in front of them, such as the name of an Incident: a text or an object.'),
});

/** Throws a ToolError that names each wrong field. */
export function questionOf(fields: Fields): ChatQuestion {
  const named = namedFor(chatRequest, fields);
  const { success, data, error } = chatRequest.safeParse(named.input);
  if (!success) throw inCallersNames(invalid(error.issues), named);
  return data;
}
