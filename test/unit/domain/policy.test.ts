import { describe, expect, test } from 'vitest';
import type { RemediationPolicy } from '../../../src/crds/kinds.ts';
import { approvalsNeeded, autoRefusal, decidePolicy, type PolicyQuestion } from '../../../src/domain/policy.ts';
import { policy } from '../../support/plans.ts';

const question: PolicyQuestion = {
  namespace: 'shop',
  labels: { app: 'checkout', tier: 'front' },
  actions: ['RevertCommit'],
  protectedNamespaces: ['kube-system'],
};
const everywhere = policy('everywhere', { mode: 'Approve' });
const shop = policy('shop', { mode: 'Auto', selector: { namespaces: ['shop'] } });
const checkout = policy('checkout', { mode: 'Suggest', selector: { matchLabels: { app: 'checkout' } } });

interface Case {
  readonly name: string;
  readonly policies: readonly RemediationPolicy[];
  readonly asked?: Partial<PolicyQuestion>;
  readonly want: readonly [mode: string, policy: string | undefined];
}

describe('which policy decides', () => {
  test.each<Case>([
    { name: 'suggests where no policy says anything', policies: [], want: ['Suggest', undefined] },
    { name: 'takes the only one that selects', policies: [everywhere], want: ['Approve', 'everywhere'] },
    { name: 'prefers a namespace over everywhere', policies: [everywhere, shop], want: ['Auto', 'shop'] },
    { name: 'prefers labels over a namespace', policies: [everywhere, shop, checkout], want: ['Suggest', 'checkout'] },
    { name: 'does not care in which order they come', policies: [checkout, shop, everywhere], want: ['Suggest', 'checkout'] },
    {
      name: 'takes the stricter of two equals',
      policies: [shop, policy('also-shop', { mode: 'Approve', selector: { namespaces: ['shop'] } })],
      want: ['Approve', 'also-shop'],
    },
    {
      name: 'lets a broad Off win over everything',
      policies: [checkout, policy('freeze-all', { mode: 'Off' })],
      want: ['Off', 'freeze-all'],
    },
    {
      name: 'ignores an Off that is about other actions',
      policies: [everywhere, policy('no-images', { mode: 'Off', selector: { actions: ['SetImage'] } })],
      want: ['Approve', 'everywhere'],
    },
    {
      name: 'ignores one for another namespace',
      policies: [policy('other', { mode: 'Auto', selector: { namespaces: ['billing'] } })],
      want: ['Suggest', undefined],
    },
    {
      name: 'ignores one whose labels do not all match',
      policies: [policy('both', { mode: 'Auto', selector: { matchLabels: { app: 'checkout', tier: 'back' } } })],
      want: ['Suggest', undefined],
    },
    {
      name: 'is as strict as the strictest action of a plan',
      policies: [everywhere, policy('no-images', { mode: 'Off', selector: { actions: ['SetImage'] } })],
      asked: { actions: ['RevertCommit', 'SetImage'] },
      want: ['Off', 'no-images'],
    },
    {
      name: 'never touches a protected namespace',
      policies: [policy('all', { mode: 'Auto' })],
      asked: { namespace: 'kube-system' },
      want: ['Off', undefined],
    },
  ])('$name', ({ policies, asked, want }) => {
    const { mode, policy: decidedBy } = decidePolicy(policies, { ...question, ...asked });
    expect([mode, decidedBy?.metadata.name]).toEqual(want);
  });
});

test.each([
  { risk: 'Low', want: 1 },
  { risk: 'Medium', want: 1 },
  { risk: 'High', want: 2 },
] as const)('a plan of risk $risk needs $want approvals unless a policy says otherwise', ({ risk, want }) => {
  expect(approvalsNeeded(undefined, risk)).toBe(want);
  expect(approvalsNeeded(policy('strict', { mode: 'Approve', approvals: { low: 3, medium: 3, high: 3 } }), risk)).toBe(3);
});

describe('Auto', () => {
  const auto = policy('auto', { mode: 'Auto', auto: { maxRisk: 'Medium', minConfidence: 80, provenSuccesses: 2 } });
  test.each([
    { name: 'holds within its conditions', given: { risk: 'Medium', confidence: 80, successes: 2 }, want: undefined },
    { name: 'does not hold above its risk', given: { risk: 'High', confidence: 99, successes: 9 }, want: /risk High is above Medium/u },
    { name: 'does not hold below its confidence', given: { risk: 'Low', confidence: 79, successes: 9 }, want: /79 % is below 80 %/u },
    { name: 'has to be earned', given: { risk: 'Low', confidence: 99, successes: 1 }, want: /1 verified successes so far, 2 are needed/u },
  ] as const)('$name', ({ given, want }) => {
    const refusal = autoRefusal(auto, given);
    if (want === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(want);
  });
});
