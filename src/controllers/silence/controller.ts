/**
 * Silences in Alertmanager: makes those that people want of an Incident, keeps them as the Incident says, and tells which there are on its alerts,
 * whoever made them (docs/silences.md, ADR 16).
 *
 * It stands beside the Incident's own controller, so that an Alertmanager which is slow or away holds up no diagnosis. Everything follows from the
 * spec and from what the Alertmanagers hold: killing the process at any point changes nothing.
 */
import type { Audit } from '../../audit/chain.ts';
import type { Clock } from '../../clock.ts';
import type { IncidentStatus } from '../../crds/incident.ts';
import { type Incident, incidents } from '../../crds/kinds.ts';
import type { IdentityRules } from '../../domain/identity.ts';
import { wantedSilences } from '../../domain/incidentSilence.ts';
import { isOver } from '../../domain/lifeCycle.ts';
import { covers } from '../../domain/silences.ts';
import { type ControllerDefinition, defineController, type ReconcileContext, type Result } from '../../kube/controller.ts';
import { applyStatus } from '../../kube/status.ts';
import { tell } from '../audited.ts';
import { createSilenceBoard, type SilenceClient } from './board.ts';
import { type Held, holdIn } from './inAlertmanager.ts';

const FIELD_MANAGER = 'agent-sre-silence';
const MOST_ENTRIES = 20;
/** Somebody else may make or end one at any time. */
const LOOK_AGAIN_MS = 60_000;
/** After something was made: two Alertmanagers that tell each other may hold two of it by then. */
const LOOK_SOON_MS = 3_000;
const TRY_AGAIN_MS = 15_000;

export interface SilenceDeps {
  readonly alertmanagers: readonly SilenceClient[];
  readonly identity: IdentityRules;
  /** The operator's. */
  readonly namespace: string;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

export function createSilenceController(deps: SilenceDeps): ControllerDefinition<Incident> {
  const board = createSilenceBoard(deps.clock);
  return defineController<Incident>({
    name: 'silence',
    resource: incidents,
    isRelevant: (before, after) => before.metadata.generation !== after.metadata.generation,
    reconcile: async (key, { store, client, logger, signal }: ReconcileContext<Incident>) => {
      const incident = store.get(key);
      if (incident === undefined || incident.metadata.deletionTimestamp !== undefined) return undefined;
      const now = deps.clock.now();
      const wanted = wantedSilences(incident, { rules: deps.identity, redact: deps.redact, namespace: deps.namespace, now });
      const all: Held[] = [];
      // One after the other: the second of a pair that tell each other may then know already.
      for (const one of deps.alertmanagers) {
        all.push(await holdIn(one, { board, incident, wanted, now, redact: deps.redact, signal }));
      }
      const status = statusOf(incident, all, now);
      await applyStatus(client, incidents, incident, status, { fieldManager: FIELD_MANAGER, signal });
      const isTold = await tell({ audit: deps.audit, logger }, auditOf(incident, status));
      return isTold ? again(incident, all, now) : { requeueAfterMs: TRY_AGAIN_MS };
    },
  });
}

function statusOf(incident: Incident, all: readonly Held[], now: number): Pick<IncidentStatus, 'silences' | 'silencedUntil'> {
  const entries = all.flatMap((held) => held.entries).toSorted((a, b) => Number(b.own) - Number(a.own));
  const silences = entries.slice(0, MOST_ENTRIES);
  const silencedUntil = untilWhen(incident, all, now);
  // An empty list stays once there was one: a status that nobody owns anything of any more would be null, which the API server refuses.
  const isNothing = silences.length === 0 && incident.status?.silences === undefined;
  return { ...(isNothing ? {} : { silences }), ...(silencedUntil === undefined ? {} : { silencedUntil }) };
}

/** Until the first of its firing alerts is heard again; undefined while one of them is. */
function untilWhen({ spec, status }: Incident, all: readonly Held[], now: number): string | undefined {
  const firing = (spec.alerts ?? []).filter((alert) => alert.status === 'firing');
  const active = all.flatMap((held) => held.active ?? []);
  const ends = firing.map(({ labels }) => Math.max(0, ...active.filter((one) => covers(one, labels)).map(({ endsAt }) => endsAt)));
  const first = Math.min(...ends);
  if (firing.length > 0 && first > now) return new Date(first).toISOString();
  const isUnknown = all.some((held) => held.active === undefined);
  return isUnknown && Date.parse(status?.silencedUntil ?? '') > now ? status?.silencedUntil : undefined;
}

function again(incident: Incident, all: readonly Held[], now: number): Result {
  const entries = all.flatMap((held) => held.entries);
  if (all.some(({ hasChanged }) => hasChanged)) return { requeueAfterMs: LOOK_SOON_MS };
  if (entries.some(({ own, problem }) => own && problem !== undefined)) return { requeueAfterMs: TRY_AGAIN_MS };
  if (isOver(incident) && !entries.some(({ own }) => own)) return undefined;
  const ends = entries.map(({ until }) => Date.parse(until) - now).filter((left) => left > 0);
  return { requeueAfterMs: Math.min(LOOK_AGAIN_MS * (0.8 + Math.random() / 5), ...ends.map((left) => left + 1_000)) };
}

function auditOf({ metadata }: Incident, { silences = [] }: Pick<IncidentStatus, 'silences'>) {
  const { name, namespace, uid } = metadata;
  const subject = { kind: 'Incident', ...(namespace === undefined ? {} : { namespace }), name, uid };
  return silences
    .filter(({ own, id, problem }) => own && id !== undefined && problem === undefined)
    .map(({ alertmanager, id, by, until, reason, matchers }) => ({
      key: `${uid}/silenced/${alertmanager}/${id}/${until}`,
      event: 'Silenced',
      outcome: 'Done' as const,
      who: by,
      subject,
      message: `in Alertmanager ${alertmanager} until ${until}: ${matchers}: ${reason}`,
    }));
}
