/** Collects an answer from its pieces, and refuses to grow beyond what could be meant. */
import { ModelError } from './error.ts';
import { type ChatAnswer, LONGEST_ANSWER, type TokenCount, type ToolCall } from './port.ts';

const MOST_CALLS = 16;

interface CallPiece {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly arguments?: string | undefined;
}

export interface AnswerBuilder {
  text(piece: string): void;
  /** Pieces of one call share their index. */
  call(index: number, piece: CallPiece): void;
  /** A call that comes whole. */
  addCall(call: CallPiece): void;
  build(finish: ChatAnswer['finish'], count: TokenCount | undefined): ChatAnswer;
}

export function createAnswer(name: string, onText?: (piece: string) => void): AnswerBuilder {
  const texts: string[] = [];
  const calls = new Map<number, { id: string; name: string; arguments: string }>();
  let size = 0;
  const grow = (by: number): void => {
    size += by;
    if (size > LONGEST_ANSWER)
      throw new ModelError('TooLarge', `${name}: its answer is longer than ${LONGEST_ANSWER} characters`, { mayHaveSpent: true });
  };
  const add = (index: number, piece: CallPiece): void => {
    const call = calls.get(index) ?? { id: '', name: '', arguments: '' };
    if (calls.size >= MOST_CALLS && !calls.has(index)) {
      throw new ModelError('TooLarge', `${name}: it calls more than ${MOST_CALLS} tools at once`, { mayHaveSpent: true });
    }
    grow((piece.name?.length ?? 0) + (piece.arguments?.length ?? 0) + 1);
    call.id ||= piece.id ?? '';
    call.name ||= piece.name ?? '';
    call.arguments += piece.arguments ?? '';
    calls.set(index, call);
  };
  return {
    text: (piece) => {
      if (piece === '') return;
      grow(piece.length);
      texts.push(piece);
      onText?.(piece);
    },
    call: add,
    addCall: (call) => add(calls.size, call),
    build: (finish, count) => {
      const toolCalls = [...calls.values()].map(
        (call, index): ToolCall => ({ ...call, id: call.id === '' ? `call-${index + 1}` : call.id }),
      );
      return { text: texts.join(''), toolCalls, finish: toolCalls.length > 0 ? 'tools' : finish, ...(count && { count }) };
    },
  };
}

/** A count of tokens as a server tells it: a whole number that is not negative, or nothing. */
export function countOf(prompt: unknown, output: unknown): TokenCount | undefined {
  return isCount(prompt) && isCount(output) ? { promptTokens: prompt, outputTokens: output } : undefined;
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
