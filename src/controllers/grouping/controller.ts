/**
 * Grouping: looks at all open Incidents at once whenever one of them changes, and tells each whether it leads or follows (docs/grouping.md).
 *
 * Everything is computed from what the cluster holds. Changes that come close together are judged together; where nothing that matters has changed,
 * nothing is read and nothing written.
 */

import type { Clock } from '../../clock.ts';
import { type Incident, incidents, investigations, remediationPlans } from '../../crds/kinds.ts';
import type { Suspect } from '../../domain/grouping/suspect.ts';
import { NO_TOPOLOGY, type Topology } from '../../domain/grouping/topology.ts';
import { type ControllerDefinition, defineController, type ReconcileContext, type Result, watching } from '../../kube/controller.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Key } from '../../kube/object.ts';
import type { TopologyReader } from '../../sources/kubernetes/topology/readTopology.ts';
import { eachAlone, type Judgement, judge, type Sorted, sortOut } from './judge.ts';
import { memberships, writeMemberships } from './memberships.ts';
import type { Verdicts } from './verdicts.ts';

export interface GroupingDeps {
  readonly clock: Clock;
  /** The operator's: Incidents elsewhere are people's own, and are not grouped. */
  readonly namespace: string;
  readonly topology: TopologyReader;
  readonly verdicts: Verdicts;
}

/** Changes within this are judged together, and no more than a fifth of the time goes into judging. */
const TOGETHER_MS = 250;
const REST = 4;
/** The cluster may show tomorrow's cause only after the alerts: while a storm is young it is looked at again. */
const LOOK_AGAIN_MS = 30_000;
const YOUNG_MS = 10 * 60_000;

interface LastTime {
  /** When it ended; monotonic. */
  readonly at: number;
  /** What the judging itself took, without reading and writing: it is that which holds up the process. */
  readonly tookMs: number;
  readonly about: string;
}

export function createGroupingController(deps: GroupingDeps): ControllerDefinition<Incident> {
  const { clock, namespace } = deps;
  let last: LastTime | undefined;
  return defineController<Incident>({
    name: 'grouping',
    resource: incidents,
    concurrency: 1,
    watches: [watching({ resource: investigations, toKeys: ofIncident }), watching({ resource: remediationPlans, toKeys: ofIncident })],
    reconcile: async (_key, context) => {
      const start = clock.monotonic();
      const passed = last === undefined ? Number.POSITIVE_INFINITY : start - last.at;
      const pause = Math.max(TOGETHER_MS, REST * (last?.tookMs ?? 0));
      if (passed < pause) return { requeueAfterMs: pause - passed };
      // One cache for all who watch Incidents; those of other namespaces are passed over here.
      const ours = context.store.list().filter(({ metadata }) => metadata.namespace === namespace);
      const sorted = sortOut({ incidents: ours, known: knownTo(context), now: clock.now() });
      const about = aboutOf(sorted);
      const isYoung = isYoungStorm(sorted, clock.now());
      if (about === last?.about && !(isYoung && passed >= LOOK_AGAIN_MS)) return requeue(sorted, isYoung, clock.now());
      const tookMs = await judgeNow(deps, context, sorted);
      last = { at: clock.monotonic(), tookMs, about };
      return requeue(sorted, isYoung, clock.now());
    },
  });
}

async function judgeNow(
  { clock, topology, verdicts }: GroupingDeps,
  { client, store, signal, logger }: ReconcileContext<Incident>,
  sorted: Sorted,
): Promise<number> {
  const { suspects } = sorted;
  const surroundings: Topology = suspects.length < 2 ? NO_TOPOLOGY : await topology.read(namespacesOf(suspects), signal);
  const start = clock.monotonic();
  const judgement = attempt(() => judge(sorted, surroundings), logger) ?? eachAlone(sorted);
  const tookMs = clock.monotonic() - start;
  verdicts.replace(judgement.verdicts);
  await writeMemberships(client, memberships(judgement.groups, store.list(), clock.now()), signal);
  return tookMs;
}

/** Nobody is held back by a fault of ours: then each is looked at by itself. */
function attempt(run: () => Judgement, logger: Logger): Judgement | undefined {
  try {
    return run();
  } catch (err) {
    logger.error({ err }, 'grouping failed; each Incident is investigated by itself');
    return undefined;
  }
}

/** What a judgement depends on, beside the cluster. */
function aboutOf({ suspects, versions, decaying, over }: Sorted): string {
  const open = suspects.map(({ id, diagnosis, isCommitted, prior }) => [id, versions.get(id), diagnosis, isCommitted, prior]);
  return JSON.stringify([open, decaying.map(({ incident }) => incident.metadata.uid), over.map(({ metadata }) => metadata.uid)]);
}

const isYoungStorm = ({ suspects }: Sorted, now: number): boolean =>
  suspects.length >= 2 && suspects.some(({ createdAt }) => now - createdAt < YOUNG_MS);

function requeue({ lookAgainAt }: Sorted, isYoung: boolean, now: number): Result {
  const times = [...(isYoung ? [LOOK_AGAIN_MS] : []), ...(lookAgainAt === undefined ? [] : [Math.max(0, lookAgainAt - now) + 1_000])];
  return times.length === 0 ? undefined : { requeueAfterMs: Math.min(...times) };
}

/** Namespaces of what the Incidents are about, those with most of them in front. */
function namespacesOf(suspects: readonly Suspect[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { targets, alerts } of suspects) {
    const named = [
      ...targets.flatMap(({ namespace, kind, name }) => namespace ?? (kind === 'Namespace' ? name : [])),
      ...alerts.flatMap(({ labels }) => labels['namespace'] ?? labels['destination_workload_namespace'] ?? []),
    ];
    for (const name of new Set(named)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name);
}

const knownTo = ({ storeOf }: ReconcileContext<Incident>) => ({
  investigations: storeOf(investigations),
  plans: storeOf(remediationPlans),
});

function ofIncident(child: {
  readonly metadata: { readonly namespace?: string };
  readonly spec: { readonly incidentRef?: { readonly name: string } | undefined };
}): readonly Key[] {
  const { namespace } = child.metadata;
  return child.spec.incidentRef === undefined || namespace === undefined ? [] : [{ namespace, name: child.spec.incidentRef.name }];
}
