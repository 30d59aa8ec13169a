/**
 * What a question means, without a model: the usual questions of people on call, in English, however they are put. Pure.
 *
 * The first rule that fits decides; rules are ordered from what can't be meant otherwise to what may be. What none fits is `unknown`, and said to be.
 */
import { editDistance } from '../../analysis/similarity.ts';
import { queryIn } from './query.ts';
import { RULES } from './rules.ts';
import { looksLikeName, tokensOf } from './tokens.ts';
import { ACTING, DECIDING_WORDS, KNOWN_WORDS } from './vocabulary.ts';
import { windowIn } from './when.ts';

export type IntentKind =
  | 'greeting'
  | 'thanks'
  | 'help'
  /** What is wrong anywhere. */
  | 'broken'
  /** Whether one thing is well. */
  | 'health'
  | 'signals'
  /** One figure of one thing. */
  | 'metric'
  /** A query, as it is. */
  | 'query'
  | 'why'
  | 'logs'
  | 'changes'
  /** Who looks after an Incident. */
  | 'who'
  | 'incidents'
  | 'incident'
  | 'plans'
  | 'plan'
  | 'pods'
  /** All of one kind. */
  | 'list'
  /** One object, with its events. */
  | 'describe'
  /** Whether what is in Git is what runs. */
  | 'sync'
  | 'advice'
  /** Something is to be done, which is a person's to do. */
  | 'act'
  | 'unknown';

export interface Intent {
  readonly kind: IntentKind;
  /** Words that may be names, in order. */
  readonly mentions: readonly string[];
  /** How far back, in milliseconds, where that is said. */
  readonly windowMs?: number | undefined;
  /** Of `act`, what is to be done; of `query`, the query. */
  readonly detail?: string | undefined;
  /** It speaks of what was last talked about: "its logs", "why?". */
  readonly pointsBack: boolean;
  /** The question in comparable words. */
  readonly words: string;
}

const INCIDENT = /^(?:[a-z0-9.-]+\/)?inc-[a-z0-9]+(?:-[a-z0-9]+)*$/u;
const PLAN = /^(?:[a-z0-9.-]+\/)?(?:rp|plan)-[a-z0-9]+(?:-[a-z0-9]+)*$/u;

/** @param isName whether a word is the name of something that there is */
export function intentOf(question: string, isName: (word: string) => boolean = () => false): Intent {
  const query = queryIn(question);
  const tokens = tokensOf(question).map((token) => (isName(token) ? token : mended(token)));
  const said = tokens.filter((token) => token !== '?');
  const words = said.join(' ');
  const mentions = said.filter((token, index) => isMention(token, index, said, isName));
  const base = {
    mentions,
    windowMs: windowIn(words),
    words,
    pointsBack: /\b(?:it|its|that|this|they|them|their|there|same)\b/u.test(words),
  };
  if (query !== undefined) return { ...base, kind: 'query', mentions: [], detail: query };
  const acting = actIn(said);
  if (acting !== undefined) return { ...base, kind: 'act', detail: acting };
  if (words === '') return { ...base, kind: question.includes('?') ? 'help' : 'unknown' };
  const features = {
    words,
    mentions: mentions.length,
    incident: said.some((token) => INCIDENT.test(token)),
    plan: said.some((token) => PLAN.test(token)),
  };
  return { ...base, kind: RULES.find(({ fits }) => fits(features))?.kind ?? 'unknown' };
}

/** A slip in a word that decides is put right: one letter, in long words two. */
function mended(token: string): string {
  if (token.length < 5 || KNOWN_WORDS.has(token) || looksLikeName(token)) return token;
  const most = token.length >= 9 ? 2 : 1;
  return DECIDING_WORDS.find((word) => Math.abs(word.length - token.length) <= most && editDistance(token, word) <= most) ?? token;
}

function isMention(token: string, index: number, all: readonly string[], isName: (word: string) => boolean): boolean {
  if (token.length < 2 || /^\d+[a-z]{0,3}$/u.test(token)) return false;
  if (!KNOWN_WORDS.has(token)) return !/^p\d\d$/u.test(token);
  // A word of the trade may be somebody's name too, where a name would stand.
  return isName(token) && /^(?:of|for|in|on|from|about|is|service|namespace|deployment)$/u.test(all[index - 1] ?? '') && !FIXED.has(token);
}

const FIXED: ReadonlySet<string> = new Set(['it', 'the', 'a', 'all', 'my', 'this', 'that', 'there', 'what']);

const POLITE: ReadonlySet<string> = new Set(
  'please jamie just now can could would will you go ahead and i want need to let us kindly hey ok okay then also so hi hello yes like we must have'.split(
    ' ',
  ),
);
/** Then it is spoken of, and nobody is asked to do it. */
const SPOKEN_OF = /^(?:count|counts|rate|reason|reasons|policy|history|log|logs|status|plan|loop|loops|time|times|of|approval)$/u;

/** What is to be done, or undefined when nothing is. */
function actIn(tokens: readonly string[]): string | undefined {
  const how = /^how (?:do|can|could|should|would|to) ?(?:i|we|you|one)?\b/u.exec(tokens.join(' '));
  const rest = how === null ? tokens : tokens.slice(how[0].trim().split(' ').length);
  const first = rest.findIndex((token) => !POLITE.has(token));
  const [verb = '', next = '', third = ''] = rest.slice(first);
  if (first < 0) return undefined;
  if (verb === 'kubectl') return /^(?:get|describe|logs|top|explain|version|sre)$/u.test(next) ? undefined : `kubectl ${next}`;
  if (verb === 'roll' && (next === 'back' || third === 'back')) return 'rollback';
  if (verb === 'run' && next === 'kubectl') return `kubectl ${third}`;
  return ACTING.has(verb) && !SPOKEN_OF.test(next) ? verb : undefined;
}
