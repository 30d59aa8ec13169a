/**
 * SuspendSync and ResumeSync: stops what applies a workload (a Flux Kustomization or HelmRelease, an Argo CD Application), and lets it go on.
 *
 * The plan names the workload; what applies it is looked up. What else that one applies is stopped with it, so it must not reach a protected
 * namespace, nor beyond the plan's own. A suspended sync is left behind until somebody ends it, and is recorded as such.
 */
import { workloadsOf } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Workload } from '../workload.ts';
import { effectCriteria, standingCriteria } from './criteria.ts';
import { type Considered, type Facts, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import { engineFrom, SUSPENDED_BY, type SyncEngine, syncEngineOf } from './syncEngines.ts';
import type { CatalogueEntry, DirectContext, Prepared } from './types.ts';

const BOUNDS = [
  'A Flux Kustomization, a HelmRelease that Flux applies from Git, or an Argo CD Application applies the workload, by its own account.',
  'Nobody would set that back: no ApplicationSet that makes the Application, nothing that applies it from Git, and no `suspend` that stands in Git.',
  'It applies nothing in a protected namespace, and nothing that is cluster-scoped but namespaces. Of a release, the namespace that it installs to counts.',
  'A plan outside of the operator’s namespace reaches no other namespace by it.',
];

export const suspendSync: CatalogueEntry<Workload> = {
  type: 'SuspendSync',
  about: workloadsOf(),
  bounds: [...BOUNDS, 'It is not suspended already.'],
  cures: ['AutoscalerConflict', 'DeliveryDrifted'],
  inverse: 'ResumeSync.',
  soakSeconds: 0,
  consider: () => ruleOut('SuspendSync', 'to stop a delivery is for a person to ask for'),
  successCriteria: standingCriteria,
  abortCriteria: () => [],
  direct: {
    prepare: prepareSuspend,
    isDone: (live) => live !== undefined && engineFrom(live).isSuspended,
    undo: (live) => {
      const turn = engineFrom(live).resume();
      return 'reason' in turn ? undefined : turn.change;
    },
  },
};

export const resumeSync: CatalogueEntry<Workload> = {
  type: 'ResumeSync',
  about: workloadsOf(),
  bounds: [...BOUNDS, 'It is suspended; of an Application, how it was synced before stands in it.'],
  cures: ['DeliverySuspended'],
  inverse: 'SuspendSync.',
  soakSeconds: 60,
  consider: considerResume,
  successCriteria: effectCriteria,
  abortCriteria: () => [],
  direct: {
    prepare: prepareResume,
    isDone: (live) => live !== undefined && !engineFrom(live).isSuspended,
    undo: (live) => engineFrom(live).suspend().change,
  },
};

async function considerResume({ rootCause, workload, client, signal }: Facts): Promise<Considered> {
  const type = 'ResumeSync';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const found = await syncEngineOf(client, workload, { signal });
  if ('reason' in found) return ruleOut(type, found.message);
  if (!found.isSuspended) return ruleOut(type, `${found.name} is not suspended`);
  const turn = found.resume();
  if ('reason' in turn) return ruleOut(type, turn.message);
  return suggest(type, {
    target: workload,
    title: `Resume the sync of ${workload.name}`,
    because: `${rootCause.reason}: ${found.name}, which applies it, is suspended.`,
  });
}

/** Namespaces that it reaches by what it applies, or why that is too far. */
function reachOf(
  { name, applies, object }: SyncEngine,
  { isProtected, within }: Pick<DirectContext, 'isProtected' | 'within'>,
): readonly string[] | Refusal {
  const namespaces = new Set<string>();
  for (const one of applies) {
    if (one.namespace === '' && one.kind !== 'Namespace')
      return refuse('UnsafeChange', `${name} applies ${one.kind} ${one.name}, which belongs to the whole cluster`);
    namespaces.add(one.kind === 'Namespace' ? one.name : one.namespace);
  }
  const all = [...namespaces].toSorted();
  const guarded = all.find(isProtected);
  if (guarded !== undefined) return refuse('ProtectedNamespace', `${name} applies to namespace ${guarded}, which is protected`);
  // What a release installs elsewhere is not known: a tenant may stop none but their own.
  const own = applies.some(({ kind }) => kind === 'release') ? [...all, object.metadata.namespace ?? ''] : all;
  const beyond = own.find((namespace) => within !== undefined && namespace !== within);
  return beyond === undefined
    ? all
    : refuse('OutOfScope', `${name} applies to namespace ${beyond}, and this plan is about ${within} alone`);
}

interface Opened {
  readonly engine: SyncEngine;
  /** `3 objects in shop` */
  readonly what: string;
}

async function open(context: DirectContext<Workload>): Promise<Opened | Refusal> {
  const engine = await syncEngineOf(context.client, context.target, { signal: context.signal });
  if ('reason' in engine) return engine;
  const reach = reachOf(engine, context);
  if ('kind' in reach) return reach;
  const [one] = engine.applies;
  const count = one?.kind === 'release' ? `what release ${one.name} installs` : `${engine.applies.length} objects`;
  return { engine, what: `${count} in ${reach.join(', ')}` };
}

async function prepareSuspend(context: DirectContext<Workload>): Promise<Prepared | Refusal> {
  const opened = await open(context);
  if ('reason' in opened) return opened;
  const { engine, what } = opened;
  if (engine.isSuspended) return refuse('AlreadyInPlace', `${engine.name} is suspended already`);
  return {
    kind: 'prepared',
    ...engine.suspend(),
    risk: { level: 'Medium', reasons: [`what is committed is not deployed while it is suspended, for ${what}`] },
    blastRadius: { workloads: 0, pods: 0, summary: `not brought to what Git says: ${what}` },
    leaves: {
      what: `${engine.name} is suspended`,
      end: engine.resumeCommand,
      reviewAfterSeconds: context.action.suspendSync?.reviewAfterSeconds ?? 0,
    },
  };
}

async function prepareResume(context: DirectContext<Workload>): Promise<Prepared | Refusal> {
  const opened = await open(context);
  if ('reason' in opened) return opened;
  const { engine, what } = opened;
  if (!engine.isSuspended) return refuse('AlreadyInPlace', `${engine.name} is not suspended`);
  const turn = engine.resume();
  if ('reason' in turn) return turn;
  const isOurs = engine.object.metadata.annotations?.[SUSPENDED_BY] !== undefined;
  return {
    kind: 'prepared',
    ...turn,
    risk: {
      level: isOurs ? 'Medium' : 'High',
      reasons: [`${isOurs ? 'Agent-SRE' : 'somebody else'} suspended it; all that was committed since is deployed at once`],
    },
    blastRadius: { workloads: 0, pods: 0, summary: `brought to what Git says: ${what}` },
  };
}
