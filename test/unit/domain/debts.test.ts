import { describe, expect, test } from 'vitest';
import type { RemediationPlan } from '../../../src/crds/kinds.ts';
import { debtsOf, isOverdue } from '../../../src/domain/debts.ts';
import { plan } from '../../support/plans.ts';

type Left = NonNullable<NonNullable<RemediationPlan['status']>['leftBehind']>;

const left = (node: string, overdueAt: string, endedAt?: string): Left => ({
  what: `node ${node} is cordoned`,
  object: { kind: 'Node', name: node },
  since: '2026-01-01T00:00:00Z',
  overdueAt,
  owner: 'alice',
  end: `kubectl uncordon ${node}`,
  ...(endedAt === undefined ? {} : { endedAt }),
});
const leaving = (name: string, leftBehind?: Left): RemediationPlan =>
  plan({ name, status: { phase: 'Succeeded', ...(leftBehind === undefined ? {} : { leftBehind }) } });

describe('debts', () => {
  test('are what plans leave behind, until somebody has ended it', () => {
    const plans = [
      leaving('rp-1', left('n1', '2026-01-01T04:00:00Z')),
      leaving('rp-2', left('n2', '2026-01-01T04:00:00Z', '2026-01-01T01:00:00Z')),
      leaving('rp-3'),
    ];
    expect(debtsOf({ plans, stop: undefined })).toEqual([{ ...left('n1', '2026-01-01T04:00:00Z'), from: 'plan agent-sre/rp-1' }]);
  });

  test('come with the one that is overdue longest first', () => {
    const plans = [leaving('rp-1', left('n1', '2026-01-03T00:00:00Z')), leaving('rp-2', left('n2', '2026-01-01T00:00:00Z'))];
    const stop = { kind: 'stopped', by: 'bob', since: '2026-01-01T00:00:00Z', reason: 'the database moves' } as const;
    expect(debtsOf({ plans, stop }).map(({ end }) => end)).toEqual(['kubectl uncordon n2', 'kubectl sre start', 'kubectl uncordon n1']);
  });

  test('are overdue from their time on', () => {
    const [debt] = debtsOf({ plans: [leaving('rp-1', left('n1', '2026-01-01T04:00:00Z'))], stop: undefined });
    if (debt === undefined) throw new Error('there is none');
    expect([isOverdue(debt, Date.parse('2026-01-01T03:59:59Z')), isOverdue(debt, Date.parse('2026-01-01T04:00:00Z'))]).toEqual([
      false,
      true,
    ]);
  });

  test('are of a stop, too', () => {
    const stop = { kind: 'stopped', by: 'bob', since: '2026-01-01T00:00:00Z', reason: 'the database moves' } as const;
    expect(debtsOf({ plans: [], stop })).toMatchObject([
      { what: 'every effect of Agent-SRE is stopped: the database moves', owner: 'bob', overdueAt: '2026-01-02T00:00:00.000Z' },
    ]);
    expect(debtsOf({ plans: [], stop: { kind: 'running' } })).toEqual([]);
  });
});
