/** Incident: from a stored alert to a verified end. The order of the steps is the contract; each trusts those above it. */
import type { Audit } from '../../audit/chain.ts';
import type { IncidentStatus } from '../../crds/incident.ts';
import { type Incident, incidents, investigations, remediationPlans, remediationPolicies } from '../../crds/kinds.ts';
import { isOver } from '../../domain/lifeCycle.ts';
import { mutedNow } from '../../domain/quiet.ts';
import { type ControllerDefinition, defineController, type ReconcileContext, type Result, watching } from '../../kube/controller.ts';
import type { Key, KubeObject } from '../../kube/object.ts';
import { audited, auditedPast } from '../audited.ts';
import { reconcileStatus } from '../reconcileStatus.ts';
import type { NamedStep } from '../steps.ts';
import { announce } from './announce.ts';
import { auditOf } from './auditOf.ts';
import { awaitDiagnosis } from './awaitDiagnosis.ts';
import { awaitPlan } from './awaitPlan.ts';
import { closeByPerson } from './closeByPerson.ts';
import { confirmRecovery } from './confirmRecovery.ts';
import { group } from './group.ts';
import { hearPeople } from './hearPeople.ts';
import { createOpenWindows, maintain, type OpenWindows } from './maintain.ts';
import { openInvestigation } from './openInvestigation.ts';
import { proposePlan } from './proposePlan.ts';
import { refuteDiagnosis } from './refuteDiagnosis.ts';
import { reopen } from './reopen.ts';
import { retire } from './retire.ts';
import { type Draft, heardOf, type IncidentDeps, type IncidentScope } from './scope.ts';
import { incidentPhase } from './status.ts';
import { triage } from './triage.ts';
import { withoutQuiet, withQuiet } from './waitingQuietly.ts';

const FIELD_MANAGER = 'agent-sre-incident';

const steps: readonly NamedStep<IncidentScope>[] = [
  ['closeByPerson', closeByPerson], // a person's word comes before anything of ours
  ['reopen', reopen], // what it found the last time does not count any more
  ['triage', triage], // ours at all: decided before anything is spent
  ['hearPeople', hearPeople], // what they say of it decides what comes next
  ['maintain', maintain], // trouble that is expected, by policy
  ['announce', announce], // whether people may be told of it yet
  ['group', group], // whether it leads or follows: only who leads goes on
  ['openInvestigation', openInvestigation],
  ['awaitDiagnosis', awaitDiagnosis],
  ['proposePlan', proposePlan], // also when the diagnosis is "unresolved": then a hand-off
  ['awaitPlan', awaitPlan],
  ['refuteDiagnosis', refuteDiagnosis], // a fix that did not help says so of what it rests on
  ['confirmRecovery', confirmRecovery], // the alert's own word counts last, as it decays
];

export interface IncidentControllerOptions extends IncidentDeps {
  readonly audit: Audit;
  /** How long an Incident is kept after its end. */
  readonly retentionMs: number;
}

export function createIncidentController({ audit, retentionMs, ...deps }: IncidentControllerOptions): ControllerDefinition<Incident> {
  const openWindows = createOpenWindows(deps.clock);
  return defineController<Incident>({
    name: 'incident',
    resource: incidents,
    watches: [
      watching({ resource: investigations, toKeys: toIncident }),
      watching({ resource: remediationPlans, toKeys: toIncident }),
      watching({ resource: remediationPolicies, toKeys: () => [] }), // for its windows: each Incident is looked at often enough
    ],
    reconcile: async (key, context) => {
      const incident = context.store.get(key);
      if (incident === undefined || incident.metadata.deletionTimestamp !== undefined) return undefined;
      const scope = scopeOf({ ...deps, openWindows }, incident, context);
      const auditing = { audit, logger: context.logger };
      if (isOver(incident)) {
        const unsaid = await auditedPast(auditing, auditOf(incident, scope.status), scope.status.resolvedAt);
        return unsaid ?? retire(incident, { ...scope, incidents: context.store, retentionMs, now: deps.clock.now() });
      }
      const reconcile = async (): Promise<Result> => {
        const result = await reconcileStatus(scope, steps, {
          resource: incidents,
          object: incident,
          fieldManager: FIELD_MANAGER,
          finish: ({ status, plan, follows }) => {
            const phase = incidentPhase(incident, status, plan, follows);
            status.phase = phase;
            if (phase === 'Resolved') delete status.maintenance;
            if (status.waitingOn !== undefined) status.waitingOn = withQuiet(status.waitingOn, mutedNow(heardOf(scope), deps.clock.now()));
            return { phase, note: status.waitingOn?.detail ?? status.rootCause ?? incident.spec.title, isBad: phase === 'NeedsHuman' };
          },
        });
        return soonerOf(result, scope.wakeInMs);
      };
      return audited(auditing, () => auditOf(incident, scope.status), reconcile);
    },
  });
}

function soonerOf(result: Result, inMs: number | undefined): Result {
  const { requeueAfterMs } = result ?? {};
  const delays = [requeueAfterMs, inMs].filter((delay) => delay !== undefined);
  return delays.length === 0 ? undefined : { requeueAfterMs: Math.min(...delays) };
}

function scopeOf(
  deps: IncidentDeps & { readonly openWindows: OpenWindows },
  incident: Incident,
  context: ReconcileContext<Incident>,
): IncidentScope {
  const { client, logger, signal, storeOf } = context;
  // What others write is theirs, grouping's and that of silences: it is neither written nor dropped here.
  const {
    groupedInto: _leader,
    members: _members,
    membersTotal: _total,
    silences: _silences,
    silencedUntil: _until,
    ...own
  } = incident.status ?? {};
  const status: Draft<IncidentStatus> = structuredClone(
    own.waitingOn === undefined ? own : { ...own, waitingOn: withoutQuiet(own.waitingOn) },
  );
  return {
    ...deps,
    incident,
    status,
    client,
    logger,
    signal,
    investigations: storeOf(investigations),
    plans: storeOf(remediationPlans),
    policies: storeOf(remediationPolicies),
  };
}

function toIncident(
  child: KubeObject & { readonly spec: { readonly incidentRef?: { readonly name: string } | undefined } },
): readonly Key[] {
  const { incidentRef } = child.spec;
  const { namespace } = child.metadata;
  return incidentRef === undefined || namespace === undefined ? [] : [{ namespace, name: incidentRef.name }];
}
