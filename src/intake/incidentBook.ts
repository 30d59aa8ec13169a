/**
 * Sees to it that alerts of one identity are covered by exactly one open Incident, and returns only once that is durable.
 *
 * Any number of replicas may do the same at the same time: the name follows from the identity and an ordinal, so that of two creates one
 * fails and finds the other's; the next ordinal is taken only after a live read has shown the Incident before it closed; updates carry the
 * version that they were made from. A cache only says where to start looking. What fails for a moment is tried again until `signal`
 * aborts; a call that is under way then is left to end by itself, as it may be stored already.
 */
import type { Clock } from '../clock.ts';
import type { IncidentSpec } from '../crds/incident.ts';
import { type Incident, incidents } from '../crds/kinds.ts';
import { IDENTITY_LABEL, type IncidentPlace, identityLabel, incidentName, incidentPlace } from '../domain/identity.ts';
import { mayReopen, overSince, staysClosed } from '../domain/lifeCycle.ts';
import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isConflict } from '../kube/errors.ts';
import type { NewObject } from '../kube/object.ts';
import type { Outcome } from '../telemetry/intakeMetrics.ts';
import type { DeliveredAlert } from './alertmanager.ts';
import { isPassing } from './passing.ts';
import { isOutdated, type Recorder } from './recording.ts';

/** Alerts of one identity that became known at the same time. */
export interface News {
  readonly alerts: readonly DeliveredAlert[];
  /** How many others the sender left out. */
  readonly leftOut?: number | undefined;
  /**
   * It was asked for at this time, in milliseconds since the epoch: what was heard since counts more.
   * Absent: the sender has just said so.
   */
  readonly askedAt?: number | undefined;
  /** Whatever fires was asked for, and everybody has answered: nothing is left out. */
  readonly isComplete?: boolean | undefined;
  /** It was found afterwards, and has an Incident also if it has ended. */
  readonly isPast?: boolean | undefined;
  /** A caller says so: a new Incident is theirs, and what is looked at for it is what they may see. Absent: a source of alerts does. */
  readonly requestedBy?: IncidentSpec['requestedBy'];
}

export interface IncidentBook {
  /** Whether an Incident of this identity has been seen. */
  readonly isKnown: (identity: string) => boolean;
  /** @param news of this identity, the latest last */
  readonly record: (identity: string, news: readonly News[], signal: AbortSignal) => Promise<Outcome>;
}

export interface IncidentBookOptions {
  readonly client: KubeClient;
  /** The operator's. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly recorder: Recorder;
  /** Incidents of an identity as last seen, by the value of their label; undefined while nothing is known yet. */
  readonly seen: (label: string) => readonly Incident[] | undefined;
  /** How long after its recovery an alert that fires again opens its Incident again. */
  readonly holdOffMs: number;
  /**
   * Whom Incidents are requested by: this process. The API server writes that into each of them where it is left out, which costs it more
   * than all the rest of a create.
   */
  readonly self?: (() => Promise<IncidentSpec['requestedBy']>) | undefined;
}

interface Place extends IncidentPlace {
  /** Nothing is known to be there: create first, ask afterwards. */
  readonly isFree?: boolean;
  /** Name of the Incident before. */
  readonly after?: string | undefined;
}

type Step = { readonly done: Outcome } | { readonly next: Place | 'look'; readonly news?: readonly News[] };

/** Between two attempts: long enough not to press a server that is in trouble, short beside Alertmanager's patience of 10 s. */
const PAUSE_MS = 300;

export function createIncidentBook(options: IncidentBookOptions): IncidentBook {
  return {
    isKnown: (identity) => (options.seen(identityLabel(identity)) ?? []).length > 0,
    record: async (identity, news, signal) => {
      let at: Place | 'look' = 'look';
      let left = news;
      for (;;) {
        signal.throwIfAborted();
        const step: Step = await attempt(options, { identity, news: left, at, signal });
        if ('done' in step) return step.done;
        at = step.next;
        left = step.news ?? left;
      }
    },
  };
}

interface Attempt {
  readonly identity: string;
  readonly news: readonly News[];
  readonly at: Place | 'look';
  readonly signal: AbortSignal;
}

async function attempt(options: IncidentBookOptions, { identity, news, at, signal }: Attempt): Promise<Step> {
  try {
    const place = at === 'look' ? await latest(options, identity) : at;
    return await recordAt(options, { identity, news, at, signal }, place);
  } catch (error) {
    if (isConflict(error)) return { next: at };
    if (!isPassing(error) || signal.aborted) throw error;
    await options.clock.sleep(PAUSE_MS * (0.5 + Math.random()), signal).catch(() => undefined);
    if (signal.aborted) throw error;
    return { next: at };
  }
}

async function recordAt(options: IncidentBookOptions, request: Attempt, place: Place): Promise<Step> {
  const { identity, news } = request;
  const { client, namespace, clock, recorder } = options;
  const name = incidentName(identity, place);
  const found = place.isFree === true ? undefined : await client.get(incidents, { namespace, name }, LIMITS);
  if (found === undefined) return createAt(options, request, place);
  if (found.spec.identity !== identity) return { next: { ordinal: 1, form: 'full' } };
  if (overSince(found) !== undefined) return recordAfter(options, request, { place, found });
  const spec = recorder.refresh(found.spec, news, clock.now());
  if (spec === undefined) return { done: 'unchanged' };
  await client.replace(incidents, { ...found, spec }, LIMITS);
  return { done: 'updated' };
}

/** The last Incident of this identity is over: it is opened again, or the next one is made, if there is anything that it does not cover. */
async function recordAfter(
  { client, clock, recorder, holdOffMs }: IncidentBookOptions,
  { news }: Attempt,
  { place, found }: { readonly place: Place; readonly found: Incident },
): Promise<Step> {
  const uncovered = news.filter((each) => !isCovered(each, found, { now: clock.now(), holdOffMs }));
  const reopening = uncovered.filter(({ alerts }) => alerts.some(({ status }) => status === 'firing'));
  if (uncovered.length === 0) return { done: 'unchanged' };
  if (reopening.length === 0 || !mayReopen(found, clock.now(), holdOffMs))
    return { next: { form: place.form, ordinal: place.ordinal + 1, after: found.metadata.name }, news: uncovered };
  // Later than the end, whatever the clocks of those who wrote say.
  const at = Math.max(clock.now(), (overSince(found) ?? 0) + 1);
  const spec = recorder.reopen(found.spec, uncovered, at);
  await client.replace(incidents, { ...found, spec }, LIMITS);
  return { done: 'reopened' };
}

/**
 * Whether what became known was before the end of an Incident that is over, or is what a person has closed it for. Otherwise what its sender says
 * just now never was.
 */
function isCovered(
  { alerts, isPast, askedAt }: News,
  found: Incident,
  bound: { readonly now: number; readonly holdOffMs: number },
): boolean {
  // With one that goes on, others of the same trouble are no other trouble.
  if (alerts.some(({ status, startsAt }) => status === 'firing' && staysClosed(found, startsAt, bound))) return true;
  const end = overSince(found) ?? 0;
  const begin = Date.parse(found.spec.startsAt ?? found.metadata.creationTimestamp ?? '');
  return alerts.every((alert) => {
    if (alert.status === 'firing') return isOutdated(askedAt, end);
    return isPast === true && alert.startsAt <= end && (alert.endsAt ?? alert.startsAt) >= begin;
  });
}

async function createAt(options: IncidentBookOptions, { identity, news }: Attempt, place: Place): Promise<Step> {
  const { client, namespace, clock, recorder } = options;
  const begun = recorder.begin(news, clock.now());
  if (begun === undefined) return { done: 'resolved_unknown' };
  const requestedBy = requesterIn(news) ?? (await options.self?.());
  const spec: IncidentSpec = {
    ...begun,
    ...(requestedBy === undefined ? {} : { requestedBy }),
    ...(place.after === undefined ? {} : { recurrenceOf: place.after }),
  };
  try {
    await client.create(incidents, incidentFor(namespace, identity, place, spec), LIMITS);
    return { done: 'created' };
  } catch (error) {
    if (isAlreadyExists(error)) return { next: { ordinal: place.ordinal, form: place.form, after: place.after } };
    throw error;
  }
}

/** A caller's, unless a source of alerts says the same. */
function requesterIn(news: readonly News[]): IncidentSpec['requestedBy'] {
  return news.some(({ requestedBy }) => requestedBy === undefined) ? undefined : news[0]?.requestedBy;
}

function incidentFor(namespace: string, identity: string, place: Place, spec: IncidentSpec): NewObject<Incident> {
  return {
    metadata: { namespace, name: incidentName(identity, place), labels: { [IDENTITY_LABEL]: identityLabel(identity) } },
    spec,
  };
}

/** The last Incident that is known of, or the first one that there could be. */
async function latest({ client, namespace, seen }: IncidentBookOptions, identity: string): Promise<Place> {
  const label = identityLabel(identity);
  const known = seen(label) ?? (await client.list(incidents, { namespace, labelSelector: `${IDENTITY_LABEL}=${label}`, ...LIMITS })).items;
  const places = known.filter(({ spec }) => spec.identity === identity).map(({ metadata }) => incidentPlace(metadata.name));
  const [last] = places.filter((place) => place !== undefined).toSorted((a, b) => b.ordinal - a.ordinal);
  return last ?? { ordinal: 1, form: 'short', isFree: true };
}

/** Of one call. */
const LIMITS = { timeoutMs: 5_000 } as const;
