import { describe, expect, test } from 'vitest';
import { announce } from '../../../src/controllers/incident/announce.ts';
import { hearPeople } from '../../../src/controllers/incident/hearPeople.ts';
import { proposePlan } from '../../../src/controllers/incident/proposePlan.ts';
import type { IncidentScope } from '../../../src/controllers/incident/scope.ts';
import { conditionOf } from '../../../src/controllers/steps.ts';
import type { IncidentSpec, IncidentStatus } from '../../../src/crds/incident.ts';
import { alert, incident } from '../../support/plans.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const HOUR_MS = 3600_000;
const rule = { minutes: 0, occurrences: 1 };

function scopeOf(spec: Partial<IncidentSpec>, status: IncidentStatus = {}, now = NOW): IncidentScope {
  const scope = {
    clock: { now: () => now },
    incident: incident({ alerts: [alert('firing')], ...spec }),
    status: structuredClone(status),
    announcements: { critical: rule, warning: rule, info: rule },
    investigations: { get: () => undefined },
    plans: { get: () => undefined },
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
