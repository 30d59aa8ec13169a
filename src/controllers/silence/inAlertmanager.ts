/**
 * Sees to it that one Alertmanager holds the silences of one Incident, and says what it holds that is about its alerts.
 *
 * Before anything is made or ended, it is asked afresh what is there: a silence that was made by a process which died before it could say so is found
 * by its mark. An Alertmanager that is away is tried again; until then what is known of it stands, with what could not be done.
 */
import type { IncidentStatus } from '../../crds/incident.ts';
import type { Incident } from '../../crds/kinds.ts';
import { isDone, isOf, type Measure, type Measures, measuresFor, type WantedSilence } from '../../domain/incidentSilence.ts';
import { matchersText } from '../../domain/silenceMatchers.ts';
import { covers } from '../../domain/silences.ts';
import type { KeptSilence } from '../../sources/alertmanager.ts';
import { SourceError } from '../../sources/gap.ts';
import { explain } from '../../telemetry/explain.ts';
import { bounded } from '../steps.ts';
import type { SilenceBoard, SilenceClient } from './board.ts';

export type SilenceEntry = NonNullable<IncidentStatus['silences']>[number];

export interface Held {
  /** What the status says of this Alertmanager. */
  readonly entries: readonly SilenceEntry[];
  /** Active ones; undefined where it could not be asked. */
  readonly active: readonly KeptSilence[] | undefined;
  /** Something was made, changed or ended. */
  readonly hasChanged: boolean;
}

export interface SilenceParts {
  readonly board: SilenceBoard;
  readonly incident: Incident;
  readonly wanted: readonly WantedSilence[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly redact: (text: string) => string;
  readonly signal: AbortSignal;
}

/** What was seen so short a time ago is good enough to see that nothing is to be done. */
const MAX_AGE_MS = 20_000;

export async function holdIn(client: SilenceClient, parts: SilenceParts): Promise<Held> {
  const { board, incident, wanted, signal } = parts;
  const { uid } = incident.metadata;
  try {
    const seen = await board.silences(client, MAX_AGE_MS, signal);
    if (isDone(measuresFor(uid, wanted, seen))) return held(client, parts, seen, false);
    const before = await board.silences(client, 0, signal);
    const measures = measuresFor(uid, wanted, before);
    if (isDone(measures)) return held(client, parts, before, false);
    try {
      await carryOut(client, measures, parts);
    } finally {
      board.forget(client);
    }
    return held(client, parts, await board.silences(client, 0, signal), true);
  } catch (error) {
    if (signal.aborted) throw error;
    return away(client, parts, bounded(parts.redact(wordsOf(client, error)), 400));
  }
}

/** A source's own words, without its name; what is below them may hold addresses. */
function wordsOf({ name }: SilenceClient, error: unknown): string {
  const words = error instanceof SourceError ? error.message : explain(error);
  return words.startsWith(`${name}: `) ? words.slice(name.length + 2) : words;
}

async function carryOut(client: SilenceClient, { measures, toEnd }: Measures, parts: SilenceParts): Promise<void> {
  // Made before others are ended: there is no moment between in which it is loud.
  for (const measure of measures) await put(client, measure, parts);
  for (const { id } of toEnd) await client.endSilence(id, parts.signal);
}

async function put(client: SilenceClient, { action, wanted, held: there }: Measure, { now, signal }: SilenceParts): Promise<void> {
  if (action !== 'make' && action !== 'change') return;
  const { matchers, endsAt, createdBy, comment } = wanted;
  const which = action === 'change' && there !== undefined ? { id: there.id, startsAt: there.startsAt } : { startsAt: now };
  await client.putSilence({ ...which, matchers, endsAt, createdBy, comment }, signal);
}

function held(client: SilenceClient, parts: SilenceParts, kept: readonly KeptSilence[], hasChanged: boolean): Held {
  const { incident, wanted } = parts;
  const { uid } = incident.metadata;
  const { measures, toEnd } = measuresFor(uid, wanted, kept);
  const alerts = incident.spec.alerts ?? [];
  const others = kept.filter((one) => one.state === 'active' && !isOf(one, uid) && alerts.some(({ labels }) => covers(one, labels)));
  const problemOf = ({ action, held: there }: Measure): string | undefined => {
    if (action === 'keep') return undefined;
    if (action !== 'leave ended') return 'not as it should be yet';
    return `it was ended there at ${iso(there?.endsAt ?? parts.now)}, and is not made again; silence the Incident anew if it should be`;
  };
  return {
    entries: [
      ...measures.map((measure) => ownEntry(client, incident, measure.wanted, measure.held?.id, problemOf(measure))),
      ...toEnd.map((one) => ({ ...entryOf(client, one, parts.redact), own: true, problem: 'not ended yet' })),
      ...others.map((one) => entryOf(client, one, parts.redact)),
    ],
    active: kept.filter(
      ({ state, id }) => state === 'active' || measures.some((measure) => measure.held?.id === id && state === 'pending'),
    ),
    hasChanged,
  };
}

/** What was known of it stands as long as it may still hold. */
function away(client: SilenceClient, { incident, wanted, now }: SilenceParts, problem: string): Held {
  const known = (incident.status?.silences ?? []).filter(
    ({ alertmanager, until }) => alertmanager === client.name && Date.parse(until) > now,
  );
  const isKnown = (each: WantedSilence): SilenceEntry | undefined =>
    known.find(({ own, matchers }) => own && matchers === shownMatchers(each.matchers));
  const own = wanted.map((each) => ownEntry(client, incident, each, isKnown(each)?.id, problem));
  const leftOver = known.filter((one) => one.own && one.id !== undefined && !own.some(({ id }) => id === one.id));
  return {
    entries: [...own, ...leftOver.map((one) => ({ ...one, problem: `not ended yet: ${problem}` })), ...known.filter((one) => !one.own)],
    active: undefined,
    hasChanged: false,
  };
}

function ownEntry(
  { name }: SilenceClient,
  { spec: { silence } }: Incident,
  { matchers, createdBy, endsAt }: WantedSilence,
  id: string | undefined,
  problem: string | undefined,
): SilenceEntry {
  return {
    alertmanager: name,
    ...(id === undefined ? {} : { id }),
    by: createdBy,
    until: iso(endsAt),
    reason: bounded(silence?.reason ?? '', 512),
    matchers: shownMatchers(matchers),
    own: true,
    ...(problem === undefined ? {} : { problem: bounded(problem, 512) }),
  };
}

/** Of strangers: whoever can write to Alertmanager. */
function entryOf(
  { name }: SilenceClient,
  { id, createdBy, comment, endsAt, matchers }: KeptSilence,
  redact: (text: string) => string,
): SilenceEntry {
  return {
    alertmanager: name,
    id,
    by: bounded(redact(createdBy), 253),
    until: iso(endsAt),
    reason: bounded(redact(comment), 512),
    matchers: bounded(redact(matchersText(matchers)), 1024),
    own: false,
  };
}

const shownMatchers = (matchers: WantedSilence['matchers']): string => bounded(matchersText(matchers), 1024);
const iso = (time: number): string => new Date(time).toISOString();
