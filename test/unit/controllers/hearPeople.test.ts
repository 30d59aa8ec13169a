import { describe, expect, test } from 'vitest';
import { announce } from '../../../src/controllers/incident/announce.ts';
import { hearPeople } from '../../../src/controllers/incident/hearPeople.ts';
import { proposePlan } from '../../../src/controllers/incident/proposePlan.ts';
import type { IncidentScope } from '../../../src/controllers/incident/scope.ts';
import { withoutQuiet, withQuiet } from '../../../src/controllers/incident/waitingQuietly.ts';
import { conditionOf } from '../../../src/controllers/steps.ts';
import type { IncidentSpec, IncidentStatus } from '../../../src/crds/incident.ts';
import { alert, incident } from '../../support/plans.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const HOUR_MS = 3600_000;
const rule = { minutes: 0, occurrences: 1 };

function scopeOf(spec: Partial<IncidentSpec>, status: IncidentStatus = {}, now = NOW): IncidentScope {
  const scope = {
    clock: { now: () => now },
    namespace: 'agent-sre',
    incident: incident({ alerts: [alert('firing')], ...spec }),
    status: structuredClone(status),
    announcements: { critical: rule, warning: rule, info: rule },
    investigations: { get: () => undefined },
    plans: { get: () => undefined, list: () => [] },
  };
  return scope as unknown as IncidentScope;
}

const expected = { until: '2026-01-01T14:00:00Z', reason: 'load test', by: 'alice' };
const SAID = 'expected until 2026-01-01T14:00:00Z by alice: load test';

describe('who looks after it', () => {
  const acknowledgement = { by: 'alice', comment: 'on it' };

  test('is on record, with the time when that was heard first', () => {
    const scope = scopeOf({ acknowledgement });
    hearPeople(scope);
    const again = scopeOf({ acknowledgement }, scope.status, NOW + HOUR_MS);
    hearPeople(again);
    expect(again.status).toEqual({
      acknowledgedAt: '2026-01-01T12:00:00.000Z',
      timeline: [{ at: '2026-01-01T12:00:00.000Z', reason: 'Acknowledged', message: 'by alice: on it' }],
    });
  });

  test('may take that back', () => {
    const scope = scopeOf({}, { acknowledgedAt: '2026-01-01T12:00:00.000Z' });
    hearPeople(scope);
    expect(scope.status.acknowledgedAt).toBeUndefined();
  });
});

describe('what a person expects', () => {
  const run = async (scope: IncidentScope): Promise<string> => {
    hearPeople(scope);
    announce(scope);
    const result = await proposePlan(scope);
    return result.kind === 'wait' ? result.reason : result.kind;
  };

  test('is neither told nor answered with a plan, and is looked at again when the time is over', async () => {
    const scope = scopeOf({ expected });
    expect(await run(scope)).toBe('continue');
    expect(conditionOf(scope.status, 'Announced')).toMatchObject({ status: 'False', reason: 'Expected', message: SAID });
    expect(scope.status.waitingOn).toEqual({ who: 'Nobody', detail: SAID });
    expect(scope.wakeInMs).toBe(2 * HOUR_MS);
  });

  test('goes on when the time is over and it still fires', async () => {
    const before = scopeOf({ expected });
    await run(before);
    const scope = scopeOf({ expected }, before.status, NOW + 2 * HOUR_MS);
    expect(await run(scope)).toBe('InvestigationPending');
    expect(conditionOf(scope.status, 'Announced')?.status).toBe('True');
    expect(scope.status.timeline?.map(({ reason }) => reason)).toEqual(['Expected', 'ExpectationEnded', 'Announced']);
  });

  test('stays told where it was told before', async () => {
    const told = scopeOf({});
    announce(told);
    const scope = scopeOf({ expected }, told.status);
    await run(scope);
    expect(conditionOf(scope.status, 'Announced')?.status).toBe('True');
  });

  test('is looked at once a day at least, as no timer runs for weeks', () => {
    const scope = scopeOf({ expected: { ...expected, until: '2027-01-01T00:00:00Z' } });
    hearPeople(scope);
    expect(scope.wakeInMs).toBe(24 * HOUR_MS);
  });
});

describe('what a person silences', () => {
  const silence = { until: '2026-01-01T14:00:00Z', reason: 'upgrade', by: 'alice' };
  const SILENCE = 'until 2026-01-01T14:00:00Z by alice: upgrade';
  const story = ({ status }: IncidentScope): readonly string[] =>
    (status.timeline ?? []).map(({ reason, message }) => `${reason}: ${message}`);
  const run = (scope: IncidentScope): IncidentScope => {
    hearPeople(scope);
    announce(scope);
    return scope;
  };

  test('is told to nobody until then, and a plan is made all the same', async () => {
    const scope = run(scopeOf({ silence }));
    expect(conditionOf(scope.status, 'Announced')).toMatchObject({ status: 'False', reason: 'Silenced', message: `silenced ${SILENCE}` });
    expect(scope.wakeInMs).toBe(2 * HOUR_MS);
    expect(await proposePlan(scope)).toMatchObject({ kind: 'wait', reason: 'InvestigationPending' });
  });

  test('is heard again when the time is over', () => {
    const before = run(scopeOf({ silence }));
    const scope = run(scopeOf({ silence }, before.status, NOW + 2 * HOUR_MS));
    expect(story(scope)).toEqual([`Silenced: ${SILENCE}`, `SilenceEnded: it was silenced ${SILENCE}`, 'Announced: critical: at once']);
  });

  test('is heard again when that is lifted, and told once', () => {
    const before = run(scopeOf({ silence }));
    const scope = run(scopeOf({}, run(scopeOf({}, before.status)).status));
    expect(story(scope)).toEqual([`Silenced: ${SILENCE}`, `SilenceLifted: it was silenced ${SILENCE}`, 'Announced: critical: at once']);
  });

  test('and cannot be matched as its labels were redacted is said', () => {
    const labels = { alertname: 'Leak', url: 'https://[redacted:password]@db' };
    expect(story(run(scopeOf({ silence, alerts: [{ ...alert('firing'), labels }] })))).toContain(
      'NotSilenced: label url of an alert was redacted or cut when it was stored, so that it cannot be matched; silence that alert in Alertmanager itself',
    );
  });

  test('in Alertmanager itself is told to nobody either', () => {
    const entry = {
      alertmanager: 'eu',
      id: 'x',
      by: 'bob',
      until: '2026-01-01T13:00:00Z',
      reason: 'upgrade',
      matchers: '{a="b"}',
      own: false,
    };
    const scope = scopeOf({});
    const heard = { ...scope, incident: { ...scope.incident, status: { silences: [entry], silencedUntil: entry.until } } };
    run(heard);
    expect(conditionOf(heard.status, 'Announced')).toMatchObject({
      reason: 'Silenced',
      message: 'silenced in Alertmanager eu until 2026-01-01T13:00:00Z by bob: upgrade',
    });
  });
});

describe('what an Incident waits for in silence', () => {
  const quiet = { reason: 'Silenced', message: '', until: '2026-01-01T14:00:00Z' } as const;

  test.each<{ name: string; waitingOn: NonNullable<IncidentStatus['waitingOn']>; want: string | undefined }>([
    {
      name: 'is said with that',
      waitingOn: { who: 'Person', detail: 'an approver' },
      want: 'an approver (silenced until 2026-01-01T14:00:00Z)',
    },
    { name: 'is said with that alone', waitingOn: { who: 'AgentSRE' }, want: '(silenced until 2026-01-01T14:00:00Z)' },
    { name: 'is not said of what waits for nobody', waitingOn: { who: 'Nobody' }, want: undefined },
  ])('$name, and the steps see it without', ({ waitingOn, want }) => {
    const said = withQuiet(waitingOn, quiet);
    expect(said.detail).toBe(want);
    expect(withoutQuiet(said)).toEqual(waitingOn);
    expect(withQuiet(withoutQuiet(said), undefined)).toEqual(waitingOn);
  });
});
