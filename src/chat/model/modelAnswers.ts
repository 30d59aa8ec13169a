/**
 * Asks a model for an answer, within a budget and a time, and adds by code what it must not leave out: what could not be seen, by which query
 * something was measured, and what of its words was taken out.
 */
import { randomBytes as systemRandomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../kube/logger.ts';
import { nonceFrom } from '../../llm/abstract.ts';
import type { CostLimits, Ledger } from '../../llm/budget.ts';
import { ModelError, type ModelFailure } from '../../llm/error.ts';
import type { Models } from '../../llm/models.ts';
import { OutOfTime, within } from '../../sources/within.ts';
import type { Lookups } from '../answer/lookups.ts';
import { ownerOf } from '../memory/configMap.ts';
import type { ModelAnswers } from './answers.ts';
import { converse } from './converse.ts';
import { createOffer } from './offer.ts';
import type { Speaker } from './speaker.ts';
import { REMOVED } from './speech.ts';

export interface ModelAnswersDeps {
  readonly models: Pick<Models, 'for'>;
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  readonly logger: Logger;
  readonly redact: (text: string) => string;
  /** The longest that an answer takes with a model. */
  readonly deadlineMs: number;
  /** What one caller may spend in an hour; the hour and the day of all count too. */
  readonly callerLimits: CostLimits;
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
}

const HOUR_MS = 3_600_000;

export function createModelAnswers(deps: ModelAnswersDeps): ModelAnswers {
  const { models, ledger, clock, logger, redact, deadlineMs, callerLimits, randomBytes = systemRandomBytes } = deps;
  const offer = createOffer();
  return {
    answer: async (question) => {
      const { call, lookups, say } = question;
      const budget = ledger.open(`chat-${ownerOf(call.caller.username)}-${Math.floor(clock.now() / HOUR_MS)}`, callerLimits);
      let isLate = (): boolean => false;
      let spoken = false;
      let isOver = false;
      // What comes after its time is not said any more.
      const tell = (text: string): void => {
        if (isOver) return;
        spoken = true;
        say(text);
      };
      try {
        const speaker = await within(clock, deadlineMs, call.signal, async (signal) => {
          isLate = () => signal.reason instanceof OutOfTime;
          return converse({
            asked: models.for('chat', budget),
            question: { ...question, say: tell },
            redact,
            nonce: nonceFrom(randomBytes(8)),
            offer,
            signal,
            onToolCall: () => budget.addToolCall(),
          });
        });
        say(afterword(speaker, lookups));
        return undefined;
      } catch (error) {
        call.signal.throwIfAborted();
        isOver = true;
        logger.warn({ err: error }, 'a model gave no answer in a conversation');
        const why = WORDS[reasonOf(error, isLate())];
        return `${spoken ? '\n\n' : ''}${why} This is what I found without it:`;
      } finally {
        await budget.close();
      }
    },
  };
}

const reasonOf = (error: unknown, isLate: boolean): ModelFailure => {
  if (isLate) return 'TimedOut';
  return error instanceof ModelError ? error.reason : 'Malformed';
};

const AWAY = 'The language model cannot be reached just now.';
const NONSENSE = 'The language model gave no answer that can be used.';
const WORDS: Readonly<Record<ModelFailure, string>> = {
  Unavailable: AWAY,
  RateLimited: 'The language model takes no more questions just now.',
  TimedOut: 'The language model did not answer in time.',
  Aborted: AWAY,
  Forbidden: 'The language model refuses the key that is configured.',
  NotFound: 'The language model that is configured is not there.',
  ContextExceeded: 'The question and what was found are too long for the language model.',
  TooLarge: NONSENSE,
  NoTools: NONSENSE,
  Malformed: NONSENSE,
  BudgetExceeded: 'What may be spent on language models in this hour or day is spent.',
  BudgetUnknown: 'What was spent on language models cannot be read just now, so none was asked.',
};

/** What code adds to the words of a model. */
function afterword(speaker: Speaker, lookups: Lookups): string {
  const { looked, evidence } = { looked: lookups.looked(), evidence: lookups.evidence() };
  const queries = evidence
    .filter(({ tool }) => tool.startsWith('query_'))
    .map(({ id, query }) => `Measured by \`${query.replaceAll('`', "'")}\` [${id}]`);
  const refused = looked.filter(({ outcome }) => outcome === 'refused').map(({ id, text }) => `Not seen: ${text} [${id}]`);
  const uncited =
    speaker.cited().size > 0
      ? []
      : [looked.length === 0 ? NO_EVIDENCE : `Looked at: ${evidence.map(({ id, tool, query }) => `${tool} ${query} [${id}]`).join('; ')}`];
  const removed =
    speaker.removed() === 0 ? [] : [`${REMOVED} stands where the language model wrote a figure or a name that is in none of the evidence.`];
  const lines = [...queries, ...refused, ...uncited, ...removed];
  return lines.length === 0 ? '' : `\n\n${lines.join('\n')}`;
}

const NO_EVIDENCE = 'Nothing was looked up for this: it rests on no evidence.';
