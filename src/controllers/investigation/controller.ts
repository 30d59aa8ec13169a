/** Investigation: from a question to an answer with citations. It runs once; its end is an end. */

import type { InvestigationStatus } from '../../crds/investigation.ts';
import { type Investigation, incidents, investigations } from '../../crds/kinds.ts';
import { type ControllerDefinition, defineController, type ReconcileContext, type Result, watching } from '../../kube/controller.ts';
import { audited } from '../audited.ts';
import { reconcileStatus } from '../reconcileStatus.ts';
import { conditionOf, isTrue, type NamedStep } from '../steps.ts';
import { auditOf } from './auditOf.ts';
import { authorize } from './authorize.ts';
import { investigate } from './investigate.ts';
import type { InvestigationDeps, InvestigationScope } from './scope.ts';

const FIELD_MANAGER = 'agent-sre-investigation';

const steps: readonly NamedStep<InvestigationScope>[] = [
  ['authorize', authorize], // before anything is read on somebody's behalf
  ['investigate', investigate],
];

export interface InvestigationControllerOptions {
  /** Investigations at once. */
  readonly concurrency?: number | undefined;
}

export function createInvestigationController(
  deps: InvestigationDeps,
  { concurrency = 4 }: InvestigationControllerOptions = {},
): ControllerDefinition<Investigation> {
  return defineController<Investigation>({
    name: 'investigation',
    resource: investigations,
    concurrency,
    // The Incident is read for its alerts; it does not wake its Investigation.
    watches: [watching({ resource: incidents, toKeys: () => [] })],
    timeoutMs: 11 * 60_000, // the hard deadline of a diagnosis and a minute to write it down
    reconcile: async (key, context) => {
      const investigation = context.store.get(key);
      if (investigation === undefined || investigation.metadata.deletionTimestamp !== undefined || isOver(investigation)) return undefined;
      const scope = scopeOf(deps, investigation, context);
      const reconcile = (): Promise<Result> =>
        reconcileStatus(scope, steps, {
          resource: investigations,
          object: investigation,
          fieldManager: FIELD_MANAGER,
          finish: ({ status }) => {
            const phase = phaseOf(status);
            status.phase = phase;
            const note = conditionOf(status, 'Succeeded')?.message ?? 'looking';
            return { phase, note, isBad: phase === 'Failed' };
          },
        });
      return audited(scope, () => auditOf(investigation, scope.status), reconcile);
    },
  });
}

const isOver = ({ status }: Investigation): boolean => isTrue(status, 'Succeeded') || isTrue(status, 'Stalled');

function phaseOf(status: InvestigationStatus): NonNullable<InvestigationStatus['phase']> {
  if (isTrue(status, 'Succeeded')) return 'Succeeded';
  if (conditionOf(status, 'Succeeded')?.status === 'False') return 'Failed';
  return status.startedAt === undefined ? 'Pending' : 'Gathering';
}

function scopeOf(deps: InvestigationDeps, investigation: Investigation, context: ReconcileContext<Investigation>): InvestigationScope {
  const { client, logger, signal, storeOf } = context;
  return {
    ...deps,
    investigation,
    status: structuredClone(investigation.status ?? {}),
    client,
    logger,
    signal,
    incidents: storeOf(incidents),
  };
}
