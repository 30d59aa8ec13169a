/**
 * What is remembered of a conversation: its last turns, what it is about, and what was asked back. Plain data, bounded, redacted by whoever adds to it.
 */
import { z } from 'zod';

const KINDS = ['Namespace', 'Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'Pod', 'Incident', 'RemediationPlan'] as const;

const name = z.string().min(1).max(253);
const entity = z.strictObject({ kind: z.enum(KINDS), namespace: name.optional(), name });
/** Something of the cluster that people talk about. */
export type Entity = z.infer<typeof entity>;

const turn = z.strictObject({ at: z.iso.datetime(), question: z.string(), answer: z.string() });
export type Turn = z.infer<typeof turn>;

const conversation = z.strictObject({
  /** The oldest first. */
  turns: z.array(turn),
  /** What was last talked about: what `it` means. */
  focus: entity.optional(),
  /** The last question that looked something up, in words: what "and checkout?" asks of checkout. */
  lastAsked: z.string().optional(),
  /** Asked back: which of these the question is about. */
  pending: z.strictObject({ question: z.string(), mention: z.string(), candidates: z.array(entity).min(1).max(10) }).optional(),
});
export type Conversation = z.infer<typeof conversation>;

export const NEW_CONVERSATION: Conversation = { turns: [] };

const MOST_TURNS = 16;
const LONGEST_QUESTION = 1_000;
const LONGEST_ANSWER = 2_000;
/** Of all turns together. */
const MOST_CHARACTERS = 16_000;

/** Undefined for what is none: anybody who may write there may have spoiled it. */
export function readConversation(text: string): Conversation | undefined {
  try {
    return conversation.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** With one more turn, and without the oldest ones that there is no room for. */
export function withTurn(before: Conversation, { at, question, answer }: Turn): readonly Turn[] {
  const added = [...before.turns, { at, question: shortened(question, LONGEST_QUESTION), answer: shortened(answer, LONGEST_ANSWER) }];
  let left = MOST_CHARACTERS;
  const kept = added
    .slice(-MOST_TURNS)
    .toReversed()
    .filter((one) => {
      left -= one.question.length + one.answer.length;
      return left >= 0;
    });
  return kept.toReversed();
}

const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/u, '')}…`;
