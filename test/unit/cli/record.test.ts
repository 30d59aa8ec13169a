import { expect, test } from 'vitest';
import { recordLines } from '../../../src/cli/render/record.ts';
import type { Outcome, WorkloadRecord } from '../../../src/domain/record.ts';
import { createStyle } from '../../../src/text/style.ts';

const now = Date.parse('2026-03-01T00:00:00Z');
const entry = (plan: string, action: string, outcome: Outcome, daysAgo: number) => ({
  plan,
  name: `agent-sre/${plan}`,
  action,
  outcome,
  at: new Date(now - daysAgo * 86_400_000).toISOString(),
});
const records: readonly WorkloadRecord[] = [
  { target: { kind: 'Node', namespace: '', name: 'n1' }, entries: [entry('a', 'CordonNode', 'Verified', 3)] },
  {
    target: { kind: 'Deployment', namespace: 'shop', name: 'cart' },
    entries: [
      entry('b', 'RestartWorkload', 'Verified', 9),
      entry('c', 'RestartWorkload', 'Failed', 8),
      entry('d', 'FixServiceSelector', 'SuggestedSame', 5),
    ],
  },
];

test('the record says what became of each action, in 80 columns', () => {
  const lines = recordLines(records, { style: createStyle(false), width: 80, now });
  expect(lines).toEqual([
    '  ACTION              VERIFIED  FAILED  REJECTED  SAME  OTHER  NOTHING  LAST',
    'Node n1',
    '  CordonNode                 1       0         0     0      0        0    3d',
    'Deployment shop/cart',
    '  RestartWorkload            1       1         0     0      0        0    8d',
    '  FixServiceSelector         0       0         0     1      0        0    5d',
    '',
    'SAME, OTHER, NOTHING: what people did where a plan was only suggested. Auto',
    'counts verified plans alone, and none from before a failed one.',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
