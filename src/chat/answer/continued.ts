/** What a conversation is after one more question and its answer: redacted, bounded, and knowing what it is about. Pure. */
import { type Conversation, type Turn, withTurn } from '../memory/conversation.ts';
import type { Understood } from './understand.ts';

const LONGEST_QUESTION = 1_000;

export function continued(before: Conversation, turn: Turn, understood: Understood, redact: (text: string) => string): Conversation {
  const kept = (text: string): string => redact(text).slice(0, LONGEST_QUESTION);
  const turns = [...withTurn(before, { at: turn.at, question: redact(turn.question), answer: redact(turn.answer) })];
  if (understood.kind === 'said') {
    const { pending, focus = before.focus } = understood;
    // Thanks in between takes back nothing that was asked.
    const asked = pending === undefined ? before.pending : { ...pending, question: kept(pending.question), mention: kept(pending.mention) };
    return { ...before, turns, focus, pending: understood.focus === undefined ? asked : undefined };
  }
  const focus = understood.entity ?? before.focus;
  return { turns, focus, lastAsked: understood.kind === 'look' ? kept(understood.question) : before.lastAsked };
}
