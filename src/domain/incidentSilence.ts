/**
 * The silences that a person's word on an Incident (`spec.silence`) asks of each Alertmanager, and what is to be done there so that it holds them. Pure.
 *
 * A mark in the comment says which Incident a silence is of, and by which word: so it is found again by whoever comes after a process that died, and
 * what two have made is told from what one has. Who ends a silence in Alertmanager itself has said something, too: it is not made again.
 */
import type { Alert, IncidentSpec } from '../crds/incident.ts';
import { canonicalJson, digestOf } from './canonical.ts';
import type { IdentityRules } from './identity.ts';
import { type Matcher, matchersOfAll, matchersText } from './silenceMatchers.ts';

export interface WantedSilence {
  readonly matchers: readonly Matcher[];
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  readonly createdBy: string;
  /** With the mark. */
  readonly comment: string;
}

/** A silence as an Alertmanager keeps it. */
export interface HeldSilence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
  readonly wholeComment: string;
  readonly state: 'pending' | 'active' | 'expired';
}

interface Silenced {
  readonly metadata: { readonly namespace?: string | undefined; readonly name: string; readonly uid: string };
  readonly spec: Pick<IncidentSpec, 'silence' | 'alerts'>;
}

/** Milliseconds for which a person still wants it silent; undefined where they do not, or not any more. */
export function silentForMs({ silence }: Pick<IncidentSpec, 'silence'>, now: number): number | undefined {
  const left = Date.parse(silence?.until ?? '') - now;
  return left > 0 ? left : undefined;
}

/** `until 2026-11-21T12:00:00Z by alice: load test` */
export const silenceText = ({ until, by, reason }: NonNullable<IncidentSpec['silence']>): string => `until ${until} by ${by}: ${reason}`;

export interface WantingOptions {
  readonly rules: IdentityRules;
  readonly redact: (text: string) => string;
  /** Of the operator. */
  readonly namespace: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Who may write Incidents in one namespace must not have alerts of others silenced: outside of the operator's, an alert has to be of that namespace. An alert
 * without a name would silence too much.
 */
export function wantedSilences({ metadata, spec }: Silenced, { rules, redact, namespace, now }: WantingOptions): readonly WantedSilence[] {
  const { silence, alerts = [] } = spec;
  if (silence === undefined || silentForMs(spec, now) === undefined) return [];
  const { until, by, reason } = silence;
  const comment = `${metadata.name}: ${redact(reason)} ${markOf(metadata.uid, wordOf(silence))}`;
  const says = (matchers: readonly Matcher[], name: string, value?: string): boolean =>
    matchers.some((one) => one.name === name && !one.isRegex && (value === undefined || one.value === value));
  const isOwn = (matchers: readonly Matcher[]): boolean =>
    metadata.namespace === namespace || (metadata.namespace !== undefined && says(matchers, 'namespace', metadata.namespace));
  return matchersOfAll(alerts.filter(isWhole), rules)
    .filter((matchers) => says(matchers, 'alertname') && isOwn(matchers))
    .map((matchers) => ({ matchers, endsAt: Date.parse(until), createdBy: by, comment }));
}

/** Why not all of its alerts are silenced in Alertmanager, one sentence. @param namespace of the operator */
export function unmatchable({ metadata, spec: { alerts = [] } }: Silenced, namespace: string): string | undefined {
  if (alerts.some(({ labels }) => labels['alertname'] === undefined))
    return 'an alert without a name is not silenced: that would silence too much';
  const foreign = metadata.namespace !== namespace && alerts.some(({ labels }) => labels['namespace'] !== metadata.namespace);
  if (foreign)
    return `an Incident in namespace ${metadata.namespace} silences alerts of that namespace alone; silence others by an Incident in ${namespace}`;
  const altered = alerts.find((alert) => !isWhole(alert));
  if (altered === undefined) return undefined;
  const [name] = Object.entries(altered.labels).find(([, value]) => isAltered(value)) ?? [''];
  return `label ${name} of an alert was redacted or cut when it was stored, so that it cannot be matched; silence that alert in Alertmanager itself`;
}

const isWhole = ({ labels }: Pick<Alert, 'labels'>): boolean => !Object.values(labels).some(isAltered);
const isAltered = (value: string): boolean => value.includes('[redacted') || value.endsWith('…');

const wordOf = (silence: NonNullable<IncidentSpec['silence']>): string => digestOf(silence).slice('sha256:'.length, 'sha256:'.length + 12);
const markOf = (uid: string, word: string): string => `[agent-sre ${uid} ${word}]`;
const MARK = /\[agent-sre ([0-9A-Za-z-]{1,64}) ([0-9a-f]{12})\]$/u;

function markIn(comment: string): { readonly uid: string; readonly word: string } | undefined {
  const [, uid, word] = MARK.exec(comment) ?? [];
  return uid === undefined || word === undefined ? undefined : { uid, word };
}

export const isOf = ({ wholeComment }: HeldSilence, uid: string): boolean => markIn(wholeComment)?.uid === uid;

export interface Measure {
  readonly wanted: WantedSilence;
  /** The one that is there for it; with `change`, it is to become as wanted. */
  readonly held?: HeldSilence | undefined;
  readonly action: 'keep' | 'make' | 'change' | 'leave ended';
}

export interface Measures {
  readonly measures: readonly Measure[];
  /** Held for this Incident, and not wanted. */
  readonly toEnd: readonly HeldSilence[];
}

/** What is to be done in one Alertmanager. Of several that say the same, those who look agree on the one that stays. */
export function measuresFor(uid: string, wanted: readonly WantedSilence[], held: readonly HeldSilence[]): Measures {
  const own = held.filter((one) => isOf(one, uid)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const alive = own.filter(({ state }) => state !== 'expired');
  const measures = wanted.map((each): Measure => {
    const same = alive.filter((one) => isSameMatch(one, each));
    const kept = same.find((one) => saysSame(one, each)) ?? same[0];
    if (kept !== undefined) return { wanted: each, held: kept, action: saysSame(kept, each) ? 'keep' : 'change' };
    const ended = own.find((one) => isSameMatch(one, each) && isSameWord(one, each) && one.endsAt < each.endsAt - CLOSE_MS);
    return ended === undefined ? { wanted: each, action: 'make' } : { wanted: each, held: ended, action: 'leave ended' };
  });
  const kept = new Set(measures.map((measure) => measure.held?.id));
  return { measures, toEnd: alive.filter(({ id }) => !kept.has(id)) };
}

export const isDone = ({ measures, toEnd }: Measures): boolean =>
  toEnd.length === 0 && measures.every(({ action }) => action === 'keep' || action === 'leave ended');

/** Times are rounded on the way. */
const CLOSE_MS = 1_000;
const isSameWord = (held: HeldSilence, { comment }: WantedSilence): boolean => markIn(held.wholeComment)?.word === markIn(comment)?.word;
const saysSame = (held: HeldSilence, wanted: WantedSilence): boolean =>
  isSameWord(held, wanted) && Math.abs(held.endsAt - wanted.endsAt) < CLOSE_MS;
const isSameMatch = (held: HeldSilence, wanted: WantedSilence): boolean => canonical(held.matchers) === canonical(wanted.matchers);
const canonical = (matchers: readonly Matcher[]): string =>
  canonicalJson(matchers.map(({ name, value, isRegex, isEqual }) => ({ name, value, isRegex, isEqual })).toSorted(byText));
const byText = (a: Matcher, b: Matcher): number => (matchersText([a]) < matchersText([b]) ? -1 : 1);
