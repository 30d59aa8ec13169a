import { describe, expect, test } from 'vitest';
import { awaitPlan } from '../../../src/controllers/incident/awaitPlan.ts';
import { confirmRecovery } from '../../../src/controllers/incident/confirmRecovery.ts';
import type { AlertState, IncidentScope } from '../../../src/controllers/incident/scope.ts';
import { incidentPhase } from '../../../src/controllers/incident/status.ts';
import { triage } from '../../../src/controllers/incident/triage.ts';
import { conditionOf } from '../../../src/controllers/steps.ts';
import type { Incident, RemediationPlan } from '../../../src/crds/kinds.ts';
import { alert, incident, plan } from '../../support/plans.ts';

const ended = (phase: NonNullable<RemediationPlan['status']>['phase'], status: 'True' | 'False' = 'False'): RemediationPlan =>
  plan({
    status: {
      phase,
      conditions: [
        { type: 'Succeeded', status, reason: phase ?? '', message: `it ended as ${phase}`, lastTransitionTime: '2026-01-01T00:01:00Z' },
      ],
    },
  });
const atWork = (phase: NonNullable<RemediationPlan['status']>['phase'], approved = true): RemediationPlan =>
  plan({
    status: {
      phase,
      waitingOn: approved ? { who: 'Engine' } : { who: 'Person', detail: 'an approver' },
      conditions: [
        { type: 'Approved', status: approved ? 'True' : 'False', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:01:00Z' },
      ],
    },
  });

const withCommit = (of: RemediationPlan): RemediationPlan => ({
  ...of,
  status: {
    ...of.status,
    commit: { sha: 'a'.repeat(40), parent: 'b'.repeat(40), repository: 'https://git.example/shop.git', ref: 'main' },
  },
});

describe('triage', () => {
  const shop = { kind: 'Deployment', namespace: 'shop', name: 'checkout' };
  test.each<{ name: string; given: Incident; want: string }>([
    { name: 'accepts an alert in the operator’s namespace about any other', given: incident({ targets: [shop] }), want: 'Accepted' },
    { name: 'accepts a person’s Incident about its own namespace', given: incident({ targets: [shop] }, 'shop'), want: 'Accepted' },
    {
      name: 'refuses a person’s Incident about another namespace',
      given: incident({ targets: [shop] }, 'billing'),
      want: 'TargetOutOfScope',
    },
    {
      name: 'refuses a person’s Incident about a node',
      given: incident({ targets: [{ kind: 'Node', name: 'n1' }] }, 'shop'),
      want: 'TargetOutOfScope',
    },
    { name: 'refuses an Incident about nothing', given: incident({ targets: [] }), want: 'NothingToLookAt' },
  ])('$name', ({ given, want }) => {
    const scope = scopeOf(given);
    triage(scope);
    expect(conditionOf(scope.status, 'Triaged')?.reason).toBe(want);
  });
});

describe('recovery', () => {
  interface Case {
    readonly name: string;
    readonly alerts: Incident['spec']['alerts'];
    readonly plan?: RemediationPlan;
    readonly says: AlertState;
    readonly outcome?: string;
    readonly want: string;
  }
  test.each<Case>([
    { name: 'is confirmed when sender and source agree', alerts: [alert('resolved')], says: 'inactive', want: 'True Recovered' },
    {
      name: 'is put down to the fix where one was verified',
      alerts: [alert('resolved')],
      plan: ended('Succeeded', 'True'),
      says: 'inactive',
      want: 'True Fixed',
    },
    { name: 'is not believed while the source still says firing', alerts: [alert('resolved')], says: 'firing', want: 'False AlertFiring' },
    { name: 'is believed of the sender when nobody can be asked', alerts: [alert('resolved')], says: 'unknown', want: 'True Recovered' },
    {
      name: 'is not assumed when nobody can be asked and nobody said so',
      alerts: [alert('firing')],
      says: 'unknown',
      want: 'False AlertFiring',
    },
    {
      name: 'is not assumed of silence alone: Prometheus may have been restarted',
      alerts: [alert('firing')],
      says: 'inactive',
      want: 'False Unsaid',
    },
    {
      name: 'is taken from silence after a verified fix',
      alerts: [alert('firing')],
      plan: ended('Succeeded', 'True'),
      says: 'inactive',
      want: 'True Fixed',
    },
    {
      name: 'is taken from silence where nothing was found wrong',
      alerts: [alert('firing')],
      outcome: 'NothingWrong',
      says: 'inactive',
      want: 'True Recovered',
    },
    { name: 'needs all alerts', alerts: [alert('resolved', 'a'), alert('firing', 'b')], says: 'inactive', want: 'False Unsaid' },
    {
      name: 'of an Incident without alerts follows from the verified fix',
      alerts: [],
      plan: ended('Succeeded', 'True'),
      says: 'unknown',
      want: 'True Fixed',
    },
    {
      name: 'is not taken from silence after a fix that was taken back: its rollout replaced the pods',
      alerts: [alert('resolved')],
      plan: withCommit(ended('RolledBack')),
      says: 'inactive',
      want: 'undefined undefined',
    },
    {
      name: 'is taken from silence where the plan wrote nothing',
      alerts: [alert('resolved')],
      plan: ended('Rejected'),
      says: 'inactive',
      want: 'True Recovered',
    },
    { name: 'of an Incident without alerts is never assumed', alerts: [], says: 'inactive', want: 'undefined undefined' },
  ])('$name', async ({ alerts, plan: present, says, outcome, want }) => {
    const scope = scopeOf(incident({ alerts }), present, says);
    if (outcome !== undefined)
      scope.status.conditions = [
        { type: 'Investigated', status: 'True', reason: outcome, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ];
    await confirmRecovery(scope);
    const resolved = conditionOf(scope.status, 'Resolved');
    expect(`${resolved?.status} ${resolved?.reason}`).toBe(want);
  });
});

describe('whom an Incident waits for', () => {
  test.each([
    { name: 'is whom its plan waits for', plan: atWork('Syncing'), waitsFor: 'Engine', phase: 'Remediating', goesOn: 'wait' },
    {
      name: 'is the approver, and recovery is still looked for meanwhile',
      plan: atWork('AwaitingApproval', false),
      waitsFor: 'Person',
      phase: 'AwaitingApproval',
      goesOn: 'continue',
    },
    {
      name: 'is the alert once the fix is verified',
      plan: ended('Succeeded', 'True'),
      waitsFor: 'Verification',
      phase: 'Verifying',
      goesOn: 'continue',
    },
    {
      name: 'is a person when the fix was taken back',
      plan: ended('RolledBack'),
      waitsFor: 'Person',
      phase: 'NeedsHuman',
      goesOn: 'continue',
    },
    {
      name: 'is a person when the plan was rejected',
      plan: ended('Rejected'),
      waitsFor: 'Person',
      phase: 'NeedsHuman',
      goesOn: 'continue',
    },
  ])('$name', ({ plan: present, waitsFor, phase, goesOn }) => {
    const scope = scopeOf(incident({}), present);
    expect(awaitPlan(scope).kind).toBe(goesOn);
    expect(scope.status.waitingOn?.who).toBe(waitsFor);
    expect(incidentPhase(scope.incident, scope.status, present)).toBe(phase);
  });

  test.each([
    ['has only just ended: the Git host is asked first', '2026-01-01T00:09:30Z', 'wait'],
    ['ended before the Git host was last asked', '2026-01-01T00:05:00Z', 'continue'],
  ])('is one whose request may be merged, where the alert %s', (_name, endsAt, goesOn) => {
    const of = atWork('AwaitingApproval', false);
    const pullRequest = {
      branch: 'agent-sre/rp-1',
      headSha: 'a'.repeat(40),
      parent: 'b'.repeat(40),
      changes: `sha256:${'c'.repeat(64)}`,
      preparedAt: '2026-01-01T00:02:00Z',
      openedAt: '2026-01-01T00:02:00Z',
    };
    const scope = scopeOf(incident({ alerts: [{ ...alert('resolved'), endsAt }] }), { ...of, status: { ...of.status, pullRequest } });
    expect(awaitPlan(scope).kind).toBe(goesOn);
  });

  test('is told once in the timeline, however often it is looked at', () => {
    const scope = scopeOf(incident({}), plan({ status: { approvedAt: '2026-01-01T00:02:00Z', conditions: [] } }));
    awaitPlan(scope);
    awaitPlan(scope);
    expect(scope.status.timeline?.map(({ reason }) => reason)).toEqual(['Approved']);
  });
});

function scopeOf(of: Incident, present?: RemediationPlan, says: AlertState = 'unknown'): IncidentScope {
  const clock = {
    now: () => Date.parse('2026-01-01T00:10:00Z'),
    monotonic: () => 0,
    sleep: () => Promise.resolve(),
    setTimeout: () => () => undefined,
  };
  const scope = {
    clock,
    namespace: 'agent-sre',
    incident: of,
    status: {},
    plan: present,
    signal: new AbortController().signal,
    alertState: () => Promise.resolve(says),
  };
  return scope as unknown as IncidentScope;
}
