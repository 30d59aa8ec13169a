/** What Jamie asks of a model: an answer, said piece by piece, or the reason why there is none. */
import type { Call } from '../../tools/tool.ts';
import type { Lookups } from '../answer/lookups.ts';
import type { Topic } from '../answer/understand.ts';
import type { Conversation } from '../memory/conversation.ts';

export interface ModelQuestion {
  readonly question: string;
  readonly context: string;
  readonly conversation: Conversation;
  readonly topic: Topic;
  /** What was looked up already stands in it. */
  readonly lookups: Lookups;
  readonly call: Call;
  readonly say: (text: string) => void;
}

export interface ModelAnswers {
  /** Throws only when the call's signal aborts. @returns why there is no answer, in a sentence for people; undefined: it has been said */
  answer(question: ModelQuestion): Promise<string | undefined>;
}
