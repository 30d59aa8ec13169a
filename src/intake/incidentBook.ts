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
import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isConflict } from '../kube/errors.ts';
import type { NewObject } from '../kube/object.ts';
import type { Outcome } from '../telemetry/intakeMetrics.ts';
import type { DeliveredAlert } from './alertmanager.ts';
import { isPassing } from './passing.ts';
import type { Recorder } from './recording.ts';

export interface IncidentBook {
  /** @param alerts of this identity, from one delivery */
  readonly record: (identity: string, alerts: readonly DeliveredAlert[], signal: AbortSignal) => Promise<Outcome>;
}

export interface IncidentBookOptions {
  readonly client: KubeClient;
  /** The operator's. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly recorder: Recorder;
  /** Incidents of an identity as last seen, by the value of their label; undefined while nothing is known yet. */
  readonly seen: (label: string) => readonly Incident[] | undefined;
}

interface Place extends IncidentPlace {
  /** Nothing is known to be there: create first, ask afterwards. */
  readonly isFree?: boolean;
}

type Step = { readonly done: Outcome } | { readonly next: Place | 'look' };

/** Between two attempts: long enough not to press a server that is in trouble, short beside Alertmanager's patience of 10 s. */
const PAUSE_MS = 300;

export function createIncidentBook(options: IncidentBookOptions): IncidentBook {
  return {
    record: async (identity, alerts, signal) => {
      let at: Place | 'look' = 'look';
      for (;;) {
        signal.throwIfAborted();
        const step: Step = await attempt(options, { identity, alerts, at, signal });
        if ('done' in step) return step.done;
        at = step.next;
      }
    },
  };
}

interface Attempt {
  readonly identity: string;
  readonly alerts: readonly DeliveredAlert[];
  readonly at: Place | 'look';
  readonly signal: AbortSignal;
}

async function attempt(options: IncidentBookOptions, { identity, alerts, at, signal }: Attempt): Promise<Step> {
  try {
    const place = at === 'look' ? await latest(options, identity) : at;
    return await recordAt(options, { identity, alerts, at, signal }, place);
  } catch (error) {
    if (isConflict(error)) return { next: at };
    if (!isPassing(error) || signal.aborted) throw error;
    await options.clock.sleep(PAUSE_MS * (0.5 + Math.random()), signal).catch(() => undefined);
    if (signal.aborted) throw error;
    return { next: at };
  }
}

async function recordAt(options: IncidentBookOptions, request: Attempt, place: Place): Promise<Step> {
  const { identity, alerts } = request;
  const { client, namespace, clock, recorder } = options;
  const name = incidentName(identity, place);
  const found = place.isFree === true ? undefined : await client.get(incidents, { namespace, name }, LIMITS);
  if (found === undefined) return createAt(options, request, place);
  if (found.spec.identity !== identity) return { next: { ordinal: 1, form: 'full' } };
  if (isClosed(found)) return { next: { form: place.form, ordinal: place.ordinal + 1 } };
  const spec = recorder.refresh(found.spec, alerts, clock.now());
  if (spec === undefined) return { done: 'unchanged' };
  await client.replace(incidents, { ...found, spec }, LIMITS);
  return { done: 'updated' };
}

async function createAt(options: IncidentBookOptions, { identity, alerts }: Attempt, place: Place): Promise<Step> {
  const { client, clock, recorder } = options;
  if (!alerts.some(({ status }) => status === 'firing')) return { done: 'resolved_unknown' };
  try {
    await client.create(incidents, incidentFor(options, identity, place, recorder.begin(alerts, clock.now())), LIMITS);
    return { done: 'created' };
  } catch (error) {
    if (isAlreadyExists(error)) return { next: { ordinal: place.ordinal, form: place.form } };
    throw error;
  }
}

function incidentFor({ namespace }: IncidentBookOptions, identity: string, place: Place, spec: IncidentSpec): NewObject<Incident> {
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

function isClosed({ status }: Incident): boolean {
  return status?.conditions?.some(({ type, status: holds }) => type === 'Resolved' && holds === 'True') === true;
}

/** Of one call. */
const LIMITS = { timeoutMs: 5_000 } as const;
