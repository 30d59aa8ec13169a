/**
 * A conversation that is kept within a window: the task and the brief always, of what was read since the newest that fits.
 *
 * Planned anew for each turn, as estimates get better with each answer. An exchange (a call of tools and what they gave) stays or goes as a whole:
 * protocols refuse a call without its result.
 */
import type { Abstraction } from './abstract.ts';
import type { Message, Tool } from './port.ts';
import { TOKENS_A_MESSAGE, type TokenEstimator } from './tokens.ts';
import { cutMiddleToTokens, fitToWindow, type Section } from './window.ts';

export interface Conversation {
  /** Messages for the next turn. @param instruction what is asked of it @param scale the share of the window that may be used */
  plan(instruction: string, tools: readonly Tool[], scale: number): readonly Message[];
  add(exchange: readonly Message[]): void;
  /** A result of a tool, cut to what one may take, between boundaries. */
  result(label: string, text: string): string;
}

export interface ConversationOptions {
  readonly system: string;
  readonly sections: readonly Section[];
  readonly abstraction: Abstraction;
  readonly estimator: TokenEstimator;
  /** Tokens for the prompt, without the answer. */
  readonly promptTokens: number;
}

/** Of the prompt, once something was read. */
const BRIEF_SHARE = 0.55;
const RESULT_SHARE = 0.2;
/** For the task and the instruction there is always room in any window that the configuration admits. */
const LEAST_BRIEF = 200;

export function createConversation({ system, sections, abstraction, estimator, promptTokens }: ConversationOptions): Conversation {
  const exchanges: (readonly Message[])[] = [];
  const tokensOf = (messages: readonly Message[], tools: readonly Tool[] = []): number => estimator.estimateRequest({ messages, tools });
  return {
    add: (exchange) => void exchanges.push(exchange),
    result: (label, text) => {
      const shown = abstraction.lines(text);
      const fitted = cutMiddleToTokens(shown, Math.floor(promptTokens * RESULT_SHARE), estimator.estimate) ?? `${shown.slice(0, 400)}…`;
      return abstraction.fence(label, fitted);
    },
    plan: (instruction, tools, scale) => {
      const room =
        Math.floor(promptTokens * scale) -
        tokensOf([{ role: 'system', content: `${system}\n${instruction}` }], tools) -
        2 * TOKENS_A_MESSAGE;
      const share = exchanges.length === 0 ? 1 : BRIEF_SHARE;
      const brief = fitToWindow(sections, Math.max(LEAST_BRIEF, Math.floor(room * share)), estimator.estimate);
      const kept = newestThatFit(exchanges, room - brief.tokens, tokensOf);
      return [
        { role: 'system', content: system },
        { role: 'user', content: [...brief.sections.map(({ text }) => text), instruction].join('\n\n') },
        ...kept.flat(),
      ];
    },
  };
}

function newestThatFit(
  exchanges: readonly (readonly Message[])[],
  budget: number,
  tokensOf: (messages: readonly Message[]) => number,
): readonly (readonly Message[])[] {
  const kept: (readonly Message[])[] = [];
  let left = budget;
  for (const exchange of exchanges.toReversed()) {
    left -= tokensOf(exchange);
    if (left < 0) break;
    kept.unshift(exchange);
  }
  return kept;
}
