/**
 * What a plan is missing to go on by itself, asked of the live world: the record of its workloads, what was done to them lately, the error budget.
 *
 * Whatever can't be read is missing. A plan that a person made is for people to approve: `confidence` is a word of whoever wrote the plan.
 */
import { defaultInstallation, userNameOf } from '../../crds/installation.ts';
import { incidents, type RemediationPolicy } from '../../crds/kinds.ts';
import { type AutoSubject, autoRefusal, WITHIN_DAYS } from '../../domain/auto.ts';
import { type Lock, repeatsOf } from '../../domain/brakes.ts';
import { budgetRefusal } from '../../domain/errorBudget.ts';
import { maintenanceOf, maintenanceText, openMaintenance } from '../../domain/maintenance.ts';
import { planOfPerson } from '../../domain/names.ts';
import { identityOf, type PolicyDecision } from '../../domain/policy.ts';
import { mutedNow } from '../../domain/quiet.ts';
import { standingOf } from '../../domain/record.ts';
import { explain } from '../../telemetry/explain.ts';
import { bounded } from '../steps.ts';
import { lockParts } from './brake.ts';
import { objectsOf, type Subject } from './decide.ts';
import { judgesMissing } from './judgesInPlace.ts';
import { listLocks } from './locks.ts';
import { loadRecord } from './recordStore.ts';
import type { PlanScope, World } from './scope.ts';

type Judged = Pick<World, 'rendered' | 'subject' | 'policy'>;

/** The decision as it holds for this plan: `Auto` only where nothing is missing and the plan was shown so; otherwise people are asked. */
export async function earned(scope: PlanScope, judged: Judged): Promise<PolicyDecision> {
  const { policy } = judged;
  if (policy.mode !== 'Auto') return policy;
  const shown = scope.status.policy;
  if (shown !== undefined && shown.decision !== 'Auto') return { ...policy, mode: 'Approve', reason: shown.reason };
  const missing = await missingForAuto(scope, judged);
  return missing === undefined ? policy : { ...policy, mode: 'Approve', reason: `${policy.reason}; not by itself now: ${missing}` };
}

/** Everything that is missing, for people; undefined: nothing is. */
export async function missingForAuto(scope: PlanScope, { rendered, subject, policy }: Judged): Promise<string | undefined> {
  const byPerson = madeByPerson(scope);
  if (byPerson !== undefined) return byPerson;
  const quiet = (await quietNow(scope)) ?? inMaintenance(scope, subject);
  if (quiet !== undefined) return quiet;
  const distrust = await judgesMissing(scope.remediate.operatorNamespace, scope.client, scope.signal);
  if (distrust !== undefined) return distrust;
  const locks = await listLocks(lockParts(scope));
  for (const one of policy.among) {
    const subjects = await standings(scope, subject, one, locks);
    const budget = await budgetOf(scope, one);
    const missing = autoRefusal(one, { risk: rendered.risk.level, confidence: scope.plan.spec.confidence, subjects, budget });
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/**
 * Whoever asked for it, or whatever its name says: where the three processes share one account, and callers need no token, what is chosen over REST or
 * MCP has the same requester as what rules have made.
 */
function madeByPerson({ plan, remediate }: PlanScope): string | undefined {
  const installation = { ...defaultInstallation, namespace: remediate.operatorNamespace };
  const { requestedBy, incidentRef, ordinal } = plan.spec;
  const { username } = requestedBy ?? {};
  const isOurs =
    username === undefined || username === userNameOf(installation, 'investigator') || username === userNameOf(installation, 'all');
  if (isOurs && plan.metadata.name !== planOfPerson(incidentRef.uid, ordinal)) return undefined;
  return `${username ?? 'somebody'} made this plan, and plans of people are approved by people`;
}

/** What is in maintenance is worked on by people. */
function inMaintenance({ policies, clock }: PlanScope, subject: Subject): string | undefined {
  const found = maintenanceOf(openMaintenance(policies.list(), clock.now()), objectsOf(subject));
  return found === undefined ? undefined : `${maintenanceText(found)}, so people decide`;
}

/** Who is not to be told is not to be surprised either. */
async function quietNow({ plan, client, clock, signal }: PlanScope): Promise<string | undefined> {
  const { name, uid } = plan.spec.incidentRef;
  const { namespace } = plan.metadata;
  const incident = await client.get(incidents, { ...(namespace !== undefined && { namespace }), name }, { signal });
  const quiet = incident?.metadata.uid === uid ? mutedNow(incident, clock.now()) : undefined;
  return quiet === undefined ? undefined : `Incident ${name}: ${quiet.message}, so people decide`;
}

async function standings(
  scope: PlanScope,
  { actions }: Subject,
  { spec }: RemediationPolicy,
  locks: readonly Lock[],
): Promise<readonly AutoSubject[]> {
  const now = scope.clock.now();
  const { withinDays = WITHIN_DAYS } = spec.auto ?? {};
  return Promise.all(
    actions.map(async ({ type, target }) => ({
      what: `${type} on ${identityOf(target)}`,
      standing: standingOf(await loadRecord(lockParts(scope), target), type, { withinDays, now }),
      repeats: repeatsOf(locks, target, type, scope.plan.metadata.uid, now),
    })),
  );
}

const WINDOW_MS = 10 * 60_000;

async function budgetOf({ measurements, clock, signal, redact }: PlanScope, { spec }: RemediationPolicy): Promise<string | undefined> {
  const { query, minLeftPercent } = spec.auto?.errorBudget ?? {};
  if (query === undefined || minLeftPercent === undefined) return undefined;
  const now = clock.now();
  try {
    const answer = await measurements.ask(query, { start: now - WINDOW_MS, end: now }, signal);
    return budgetRefusal(minLeftPercent, answer?.series, now);
  } catch (error) {
    return `what is left of the error budget can’t be told: ${bounded(redact(explain(error)), 256)}`;
  }
}
