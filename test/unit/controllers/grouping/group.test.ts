import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../../src/controllers/grouping/verdicts.ts';
import { group } from '../../../../src/controllers/incident/group.ts';
import type { IncidentScope } from '../../../../src/controllers/incident/scope.ts';
import type { Alert } from '../../../../src/crds/incident.ts';
import type { Incident } from '../../../../src/crds/kinds.ts';
import { alert, incident } from '../../../support/plans.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const follows: Verdict = { kind: 'member', leader: 'inc-lead-1', why: 'calls workload shop/cart' };

interface Given {
  readonly verdict?: Verdict | undefined;
  readonly says?: Alert['status'];
  readonly status?: Incident['status'];
  readonly namespace?: string;
}

function scopeOf({ verdict, says = 'firing', status = {}, namespace = 'agent-sre' }: Given): IncidentScope {
  return {
    clock: { now: () => NOW },
    namespace: 'agent-sre',
    incident: incident({ alerts: [alert(says)] }, namespace),
    status: structuredClone(status),
    verdictOn: () => verdict,
    alertState: () => Promise.resolve(says === 'firing' ? 'firing' : 'inactive'),
  } as unknown as IncidentScope;
}

describe('an Incident', () => {
  test.each<{ name: string; given: Given; want: unknown }>([
    { name: 'waits until it has been judged', given: {}, want: { kind: 'wait', reason: 'Grouping', afterMs: 300 } },
    {
      name: 'that leads goes on when it has waited for company',
      given: { verdict: { kind: 'leader', settledAt: NOW } },
      want: { kind: 'continue' },
    },
    {
      name: 'that leads waits for company',
      given: { verdict: { kind: 'leader', settledAt: NOW + 900 } },
      want: { kind: 'wait', reason: 'Settling', afterMs: 900 },
    },
    {
      name: 'whose investigation has begun does not wait again',
      given: { verdict: { kind: 'leader', settledAt: NOW + 900 }, status: { investigationRef: { name: 'inv', uid: 'inv' } } },
      want: { kind: 'continue' },
    },
    { name: 'of a person’s own namespace is not grouped', given: { namespace: 'shop' }, want: { kind: 'continue' } },
    { name: 'that follows goes no further', given: { verdict: follows }, want: { kind: 'wait', reason: 'Open', afterMs: 60_000 } },
    { name: 'that follows ends with its own alerts', given: { verdict: follows, says: 'resolved' }, want: { kind: 'end' } },
  ])('$name', async ({ given, want }) => {
    expect(await group(scopeOf(given))).toEqual(want);
  });

  test('says whom it follows and why, and once that it goes on by itself', async () => {
    const scope = scopeOf({ verdict: follows });
    await group(scope);
    expect(scope.follows).toBe('inc-lead-1');
    expect(scope.status.waitingOn).toEqual({ who: 'AgentSRE', detail: 'follows inc-lead-1: it calls workload shop/cart' });
    const later = scopeOf({ verdict: { kind: 'leader', settledAt: 0 }, status: scope.status });
    await group(later);
    await group(later);
    expect(later.status.timeline?.map(({ reason }) => reason)).toEqual(['Grouped', 'SplitOff']);
  });
});
