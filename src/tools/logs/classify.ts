/**
 * To which family of failures a line belongs, if it tells of one at all.
 *
 * A line that its own program calls information tells of trouble only if it says so in more than a word: settings are named after what they
 * guard against ("timeout=30s"), and successes after what did not happen ("0 errors").
 */
import { FAMILIES, OTHER_ERRORS, OTHER_WARNINGS } from './families/all.ts';
import { type Family } from './families/family.ts';
import type { Level, LogEntry } from './readLine.ts';

/** Some word that some family has; most lines have none, and are done. */
const HINT =
  /error|exception|fail|refus|denied|reject|tim(?:e|ed) ?-?out|timeout|panic|fatal|abort|crash|unavailable|unreachable|cannot|could ?n.t|could not|unable|no such|not found|not ready|invalid|missing|exhaust|exceed|expired|unauthori|forbidden|not authori|full\b|out ?of ?memory|oom|kill|no space|too many|deadlock|lock|reset|broken|clos|hang up|EOF|no route|unknown|unhealthy|evict|throttl|rate|circuit|corrupt|read-only|traceback|back-?off|probe|x509|tls|ssl|certificate|dns|lookup|lost|slow|lag|unexpected|malformed|terminated|\be[a-z]{4,}(?=[:\s,)]|$)|\b[45]\d\d\b|5xx|mismatch|skew|insufficient|leader|pool|disk|pressure|undefined|\bsig[a-z]{3}/iu;

/** That it did not happen, or is over. */
const NEGATED =
  /\b(?:0|no|zero|without(?: any)?) (?:new )?(?:errors?|failures?|failed|warnings?|exceptions?|timeouts?|problems?|issues?)\b|\b(?:errors?|err|failures?|failed|warnings?|exception|timeouts?)"?\s{0,2}[=:]\s{0,2}(?:0\b|null\b|nil\b|none\b|<nil>|false\b|""|$)|\b(?:recovered|reconnected|succeeded|successful(?:ly)?|resolved|healthy again)\b/iu;
/** A value that is set, not a thing that happened. */
const SETTING =
  /\b(?:set(?:ting)? |with |using |configur\w{0,10} |default |max(?:imum)? |enabl\w{1,4} |loaded |load(?:ing)? |start(?:ed|ing) |creat(?:ed|ing) |initiali[sz]\w{2,4} |regist\w{2,8} |check(?:ing)? )/iu;
/** That it happened. */
const HAPPENED =
  /\b(?:error|exception|failed\w{0,20}|fail(?:ure|s|ing)?|insufficient|refused|denied|rejected|panic|fatal|abort(?:ed)?|cannot|can't|could not|couldn't|unable|lost|killed|crash(?:ed)?|timed out|exceeded|expired|exhausted|unreachable|unavailable|unauthorized|forbidden|reset by|no space|no such|not found|no route|deadlock|too many|traceback|unhealthy|back-?off|evicted|corrupt(?:ed)?|hang up|broken pipe|out of memory|not available|5xx)\b/iu;
const ERROR_CODE = /\bE[A-Z]{4,}\b|[a-z](?:Error|Exception)\b/u;

/** Undefined: it tells of no trouble. */
export function familyOf({ level, message, status }: Pick<LogEntry, 'level' | 'message' | 'status'>): Family | undefined {
  if (level === 'debug') return undefined;
  if (status !== undefined && status >= 500) return SERVER_ERRORS;
  const text = message.length > LONGEST ? message.slice(0, LONGEST) : message;
  const isGrave = level === 'error' || level === 'fatal';
  if (!isGrave && !mayTell(text, level)) return undefined;
  return (HINT.test(text) ? FAMILIES.find(({ fits }) => fits(text)) : undefined) ?? byLevel(text, level);
}

/** @param head the family of the line that it was logged with, which counts where it says what it is */
export function familyOfThrown(thrown: string, head: Family | undefined): Family | undefined {
  if (head !== undefined && head.kind !== 'unknown') return head;
  const family = familyOf({ level: 'error', message: thrown });
  return family === OTHER_ERRORS ? UNCAUGHT : family;
}

/** Of a line that is no error by its own word. */
const mayTell = (text: string, level: Level | undefined): boolean => (level === 'warning' || tellsOfTrouble(text)) && !NEGATED.test(text);

function byLevel(text: string, level: Level | undefined): Family | undefined {
  if (level === 'warning') return OTHER_WARNINGS;
  if (level === 'error' || level === 'fatal') return OTHER_ERRORS;
  return level === undefined && saysErrorFirst(text) ? OTHER_ERRORS : undefined;
}

const LONGEST = 1_000;
const UNCAUGHT = FAMILIES.find(({ name }) => name === 'UncaughtException');
const SERVER_ERRORS = FAMILIES.find(({ name }) => name === 'ServerErrors');

/** Of a line without a level, or that is called information. */
function tellsOfTrouble(text: string): boolean {
  return (
    HINT.test(text) &&
    (HAPPENED.test(text) || ERROR_CODE.test(text)) &&
    !(SETTING.test(text.slice(0, 60)) && !/\bfail|\berror[: ]|\bunable|\bcannot|\bcould not/iu.test(text))
  );
}

const saysErrorFirst = (text: string): boolean => /^.{0,40}\b(?:error|fatal|exception|failed|failure|panic)\b/iu.test(text);
