/** A question to Jamie as callers send it, by whichever of the known names. */
import { z } from 'zod';
import type { ChatQuestion } from '../../chat/port.ts';
import { invalid, ToolError } from '../../tools/errors.ts';
import type { Fields } from './fields.ts';

const MOST = 8000;
const text = (what: string) => z.string(`is no text; write ${what}`).trim();
const question = () =>
  text('the question').min(1, 'is empty; write the question').max(MOST, `is too long; the most is ${MOST} characters`).optional();
const id = () => text('the conversationId of an earlier answer').min(1, 'is empty').max(128, 'is too long to be one').optional();

/** Unknown fields are ignored. */
export const chatRequest = z.object({
  message: question().describe('The question; `question`, `query` and `prompt` mean the same.'),
  question: question(),
  query: question(),
  prompt: question(),
  conversationId: id().describe('Of an earlier answer, to go on from there; `conversation_id` means the same.'),
  conversation_id: id(),
  context: z
    .union([z.string(), z.record(z.string(), z.unknown())], 'is neither a text nor an object')
    .optional()
    .describe('What the asker has in front of them, such as the name of an Incident.'),
});

export function questionOf(fields: Fields): ChatQuestion {
  const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  const { success, data, error } = chatRequest.safeParse(present);
  if (!success) throw invalid(error.issues);
  const message = data.message ?? data.question ?? data.query ?? data.prompt;
  if (message === undefined) {
    const problem = 'is missing; write the question';
    throw new ToolError('Invalid', `message: ${problem}`, { problems: [{ field: 'message', problem }] });
  }
  const context = typeof data.context === 'object' ? JSON.stringify(data.context) : data.context;
  if (context !== undefined && context.length > MOST) {
    const problem = `is too long; the most is ${MOST} characters`;
    throw new ToolError('Invalid', `context: ${problem}`, { problems: [{ field: 'context', problem }] });
  }
  return { message, conversationId: data.conversationId ?? data.conversation_id, context };
}
