/**
 * Chooses the specialists that a question is for: by its alerts, what was found so far, and its text.
 *
 * Never worse than all of them. Analyzers and rules cost next to nothing and are never routed: they run over whatever was gathered, so the
 * set of findings from a snapshot does not depend on what is chosen here. Routed is what costs: queries, and the words for a model. The
 * chosen ones go first; the others follow whenever the choice is unsure (nothing speaks for anybody clearly enough) or the chosen ones find
 * nothing, so that nothing that all of them would find is lost for want of a better choice. Only a person can leave the others out, by
 * `Investigation.spec.specialist`; a name that nobody has is a gap, and then all run.
 */
import type { Gap } from '../../crds/investigation.ts';
import type { Finding } from '../finding.ts';
import { matchesGlob } from './glob.ts';
import type { Specialist } from './load.ts';
import type { Specialists } from './specialists.ts';

export interface RouteRequest {
  /** `Investigation.spec.specialist` */
  readonly forced?: string | undefined;
  /** Labels of the alerts, `alertname` among them. */
  readonly alerts: readonly Readonly<Record<string, string>>[];
  readonly findings: readonly Pick<Finding, 'reason' | 'analyzer'>[];
  /** The question, and the titles of alerts. */
  readonly text: string;
}

export interface Routing {
  /** Never empty while there are specialists; the likeliest first. */
  readonly first: readonly Specialist[];
  /** Who follows when the first find nothing. */
  readonly rest: readonly Specialist[];
  /** Why each of the first was chosen; empty when all are, for want of a better choice. */
  readonly because: readonly { readonly specialist: string; readonly signs: readonly string[] }[];
  readonly gaps: readonly Gap[];
}

/** A finding or an alert is enough to be chosen, a single word is not. */
const WEIGHT = { alert: 4, finding: 4, keyword: 2 } as const;
const CHOSEN_FROM = 4;
const MOST_TEXT = 4_000;
const MOST_ALERTS = 50;

export function route({ all, named }: Specialists, request: RouteRequest): Routing {
  const { forced } = request;
  const one = forced === undefined ? undefined : named(forced);
  if (one !== undefined)
    return { first: [one], rest: [], because: [{ specialist: one.name, signs: ['the Investigation names it'] }], gaps: [] };
  const gaps = forced === undefined ? [] : [unknownSpecialist(forced, all)];

  const words = wordsOf(request.text);
  const judged = all.map((specialist) => ({ specialist, signs: signsOf(specialist, request, words) }));
  const chosen = judged.filter(({ signs }) => scoreOf(signs) >= CHOSEN_FROM).toSorted((a, b) => scoreOf(b.signs) - scoreOf(a.signs));
  if (chosen.length === 0) return { first: all, rest: [], because: [], gaps };
  const first = chosen.map(({ specialist }) => specialist);
  return {
    first,
    rest: all.filter((specialist) => !first.includes(specialist)),
    because: chosen.map(({ specialist, signs }) => ({ specialist: specialist.name, signs: signs.map(({ text }) => text) })),
    gaps,
  };
}

/**
 * Lets the chosen ones run, and the others when that was not enough.
 *
 * @param run gives what they find; what it cannot see is its own to tell
 * @param isEnough whether the others can be spared; without it, when anything was found
 */
export async function runRouted<T>(
  { first, rest }: Pick<Routing, 'first' | 'rest'>,
  run: (specialists: readonly Specialist[]) => Promise<readonly T[]>,
  isEnough: (found: readonly T[]) => boolean = (found) => found.length > 0,
): Promise<readonly T[]> {
  const found = await run(first);
  return rest.length === 0 || isEnough(found) ? found : [...found, ...(await run(rest))];
}

interface Sign {
  readonly text: string;
  readonly weight: number;
}

/** Signs of one sort count once, but for keywords: a storm of alerts is not a better sign than one. */
function signsOf(specialist: Specialist, { alerts, findings }: RouteRequest, words: string): Sign[] {
  const alert = alerts.slice(0, MOST_ALERTS).find((labels) => specialist.handles.alerts.some((matcher) => isAlert(matcher, labels)));
  const finding = findings.find(({ reason, analyzer }) => specialist.reasons.has(reason) || specialist.analyzers.includes(analyzer));
  const keywords = specialist.handles.keywords.filter((keyword) => words.includes(wordsOf(keyword)));
  return [
    ...(alert === undefined ? [] : [{ text: `alert ${alert['alertname'] ?? 'without a name'}`, weight: WEIGHT.alert }]),
    ...(finding === undefined ? [] : [{ text: `finding ${finding.reason}`, weight: WEIGHT.finding }]),
    ...keywords.map((keyword) => ({ text: `the word ${keyword}`, weight: WEIGHT.keyword })),
  ];
}

const scoreOf = (signs: readonly Sign[]): number => signs.reduce((sum, { weight }) => sum + weight, 0);

function isAlert({ name, labels = {} }: Specialist['handles']['alerts'][number], alert: Readonly<Record<string, string>>): boolean {
  if (name !== undefined && !matchesGlob(name, alert['alertname'] ?? '')) return false;
  return Object.entries(labels).every(([label, pattern]) => {
    const value = alert[label];
    return value !== undefined && matchesGlob(pattern, value);
  });
}

/** Letters and digits in lower case, words apart by one space, so that whole words can be looked for. */
function wordsOf(text: string): string {
  return ` ${text
    .slice(0, MOST_TEXT)
    .toLowerCase()
    .split(/[^\p{L}\p{N}]/u)
    .filter((word) => word !== '')
    .join(' ')} `;
}

const unknownSpecialist = (name: string, all: readonly Specialist[]): Gap => ({
  source: 'specialists',
  reason: 'NotFound',
  message:
    `there is no specialist ${JSON.stringify(name).slice(0, 80)}, so all were asked; there are ${all.map((one) => one.name).join(', ')}`.slice(
      0,
      512,
    ),
});
