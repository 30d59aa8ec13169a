/** What a person has chosen takes the place of what the rules had proposed. */
import { describe, expect, test } from 'vitest';
import { adoptFirst, adoptPlan } from '../../../src/controllers/incident/adoptPlan.ts';
import type { IncidentScope } from '../../../src/controllers/incident/scope.ts';
import { missingForAuto } from '../../../src/controllers/remediationplan/autonomy.ts';
import type { PlanScope } from '../../../src/controllers/remediationplan/scope.ts';
import { validate } from '../../../src/controllers/remediationplan/validate.ts';
import { conditionOf } from '../../../src/controllers/steps.ts';
import type { RemediationPlan } from '../../../src/crds/kinds.ts';
import { planOfPerson } from '../../../src/domain/names.ts';
import { DIGEST, incident, plan } from '../../support/plans.ts';

const open = plan({ status: { phase: 'AwaitingApproval', digest: DIGEST } });
const atWork = plan({ status: { phase: 'Syncing', digest: DIGEST, approvedAt: '2026-01-01T00:05:00Z' } });
const over = plan({ status: { ...atWork.status, phase: 'RolledBack' } });
const choice = (status?: RemediationPlan['status']): RemediationPlan =>
  plan({
    name: 'rp-2',
    uid: 'rp-2-uid',
    spec: { ordinal: 2, supersedes: { name: 'rp-1', uid: 'rp-uid' }, requestedBy: { username: 'carol' } },
    status,
  });
const shown = choice({ phase: 'AwaitingApproval', digest: DIGEST });

const NOW = Date.parse('2026-01-01T00:10:00Z');
const storeOf = (all: readonly RemediationPlan[]) => ({
  list: () => all,
  get: ({ name }: { name: string }) => all.find(({ metadata }) => metadata.name === name),
});

function validated(of: RemediationPlan, ...others: readonly RemediationPlan[]): PlanScope {
  const scope = {
    plan: of,
    status: { ...of.status },
    plans: storeOf([of, ...others]),
    incidents: { get: () => incident({}) },
    investigations: { get: () => ({ metadata: { uid: 'inv-uid' } }) },
    remediate: { operatorNamespace: 'agent-sre' },
    clock: { now: () => NOW },
  } as unknown as PlanScope;
  validate(scope);
  return scope;
}
const end = ({ status }: PlanScope): string | undefined => conditionOf(status, 'Succeeded')?.reason;

describe('a plan', () => {
  test.each<{ name: string; of: RemediationPlan; others: readonly RemediationPlan[]; want: string | undefined }>([
    { name: 'is superseded by a choice that stands with its diff', of: open, others: [shown], want: 'Superseded' },
    { name: 'stays while the choice has no diff', of: open, others: [choice()], want: undefined },
    { name: 'stays when the choice came to nothing', of: open, others: [choice({ phase: 'Failed', digest: DIGEST })], want: undefined },
    {
      name: 'stays once it was approved',
      of: plan({ status: { digest: DIGEST, approvedAt: '2026-01-01T00:05:00Z' } }),
      others: [shown],
      want: undefined,
    },
    { name: 'that was chosen goes on beside the other', of: choice(), others: [open], want: undefined },
    { name: 'that was chosen too late ends', of: choice(), others: [atWork], want: 'Failed' },
    { name: 'that was chosen after the other has ended goes on', of: choice(), others: [over], want: undefined },
  ])('$name', ({ of, others, want }) => {
    expect(end(validated(of, ...others))).toBe(want);
  });

  test('says by which it was superseded, and whose', () => {
    expect(conditionOf(validated(open, shown).status, 'Succeeded')?.message).toBe(
      'superseded by plan rp-2, which carol proposed in its place; nothing was changed',
    );
  });
});

describe('an Incident', () => {
  test.each<{ name: string; present: RemediationPlan; chosen: RemediationPlan; want: string }>([
    { name: 'takes up what a person has chosen', present: open, chosen: shown, want: 'rp-2' },
    { name: 'does not before it stands with its diff', present: open, chosen: choice(), want: 'rp-1' },
    { name: 'does not while the other is at work', present: atWork, chosen: shown, want: 'rp-1' },
    {
      name: 'does not take what is about another',
      present: open,
      chosen: { ...shown, spec: { ...shown.spec, incidentRef: { name: 'inc-1', uid: 'other' } } },
      want: 'rp-1',
    },
    { name: 'takes it after a fix that was taken back', present: over, chosen: shown, want: 'rp-2' },
  ])('$name', ({ present, chosen, want }) => {
    const scope = {
      incident: incident({}),
      status: { planRefs: [{ name: 'rp-1', uid: 'rp-uid' }] },
      plans: storeOf([present, chosen]),
      clock: { now: () => NOW },
    } as unknown as IncidentScope;
    expect(adoptPlan(scope, present).metadata.name).toBe(want);
    expect(scope.status.planRefs?.at(-1)?.name).toBe(want);
  });
});

describe('an Incident of which rules had proposed nothing', () => {
  const named = (name: string, status?: RemediationPlan['status']): RemediationPlan =>
    plan({ name, uid: 'own', spec: { ordinal: 1, requestedBy: { username: 'carol' } }, status });
  const own = planOfPerson('inc-uid', 1);
  const diff = { phase: 'AwaitingApproval', digest: DIGEST } as const;
  test.each<{ name: string; chosen: RemediationPlan; want: string | undefined }>([
    { name: 'takes up what a person has proposed', chosen: named(own, diff), want: own },
    { name: 'does not before it stands with its diff', chosen: named(own), want: undefined },
    { name: 'does not once it has ended', chosen: named(own, { ...diff, phase: 'Rejected' }), want: undefined },
    { name: 'does not take a plan of rules for a person’s', chosen: named('rp-of-rules', diff), want: undefined },
  ])('$name', ({ chosen, want }) => {
    const scope = { incident: incident({}), status: {}, plans: storeOf([chosen]), clock: { now: () => NOW } } as unknown as IncidentScope;
    expect(adoptFirst(scope)?.metadata.name).toBe(want);
    expect(scope.status.planRefs?.at(-1)?.name).toBe(want);
  });
});

test('what was chosen over a tool is never carried out by itself, also where the processes share one account with its caller', async () => {
  const requestedBy = { username: 'system:serviceaccount:agent-sre:agent-sre' };
  const scope = {
    plan: plan({ name: planOfPerson('inc-uid', 1), spec: { requestedBy } }),
    remediate: { operatorNamespace: 'agent-sre' },
  } as unknown as PlanScope;
  expect(await missingForAuto(scope, {} as never)).toBe(
    `${requestedBy.username} made this plan, and plans of people are approved by people`,
  );
});
