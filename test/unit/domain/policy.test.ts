import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActionType } from '../../../src/crds/actions/actions.ts';
import type { RemediationPolicy } from '../../../src/crds/kinds.ts';
import { lifetimeMs } from '../../../src/domain/lifetime.ts';
import {
  approvalsNeeded,
  decideForPlan,
  decidePolicy,
  identityOf,
  type PolicyQuestion,
  policyFaults,
  type Touched,
} from '../../../src/domain/policy.ts';
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

const checkoutTarget: Touched = { kind: 'Deployment', namespace: 'shop', name: 'checkout', labels: { app: 'checkout' } };
const service: Touched = { kind: 'Service', namespace: 'shop', name: 'checkout', labels: {} };
const neighbour: Touched = { kind: 'Deployment', namespace: 'shop', name: 'payment', labels: { tier: 'payments' } };
const byLabel = policy('checkout', { mode: 'Auto', selector: { matchLabels: { app: 'checkout' } } });

describe('a plan is as free as what it touches', () => {
  interface PlanCase {
    readonly name: string;
    readonly policies: readonly RemediationPolicy[];
    readonly touched?: readonly Touched[];
    readonly actions?: readonly ActionType[];
    readonly want: readonly [mode: string, policies: readonly string[]];
  }
  test.each<PlanCase>([
    { name: 'follows the policy of its target', policies: [byLabel], want: ['Auto', ['checkout']] },
    {
      name: 'takes a Service of the namespace along with its workload',
      policies: [byLabel],
      touched: [service],
      want: ['Auto', ['checkout']],
    },
    {
      name: 'takes no other workload along: no policy is about that',
      policies: [byLabel],
      touched: [neighbour],
      want: ['Suggest', ['checkout']],
    },
    {
      name: 'takes nothing along from another namespace',
      policies: [byLabel],
      touched: [{ ...service, namespace: 'billing' }],
      want: ['Suggest', ['checkout']],
    },
    {
      name: 'is denied by an Off for something that it only touches',
      policies: [byLabel, policy('payments', { mode: 'Off', selector: { matchLabels: { tier: 'payments' } } })],
      touched: [neighbour],
      want: ['Off', ['payments', 'checkout']],
    },
    {
      name: 'is denied where it touches a protected namespace',
      policies: [byLabel],
      touched: [{ ...service, namespace: 'kube-system' }],
      want: ['Off', ['checkout']],
    },
    {
      name: 'asks what the stricter of two policies asks, and keeps the brakes of both',
      policies: [byLabel, policy('payments', { mode: 'Approve', selector: { matchLabels: { tier: 'payments' } } })],
      touched: [neighbour],
      want: ['Approve', ['payments', 'checkout']],
    },
    {
      name: 'is denied by an Off for one of its actions',
      policies: [byLabel, policy('no-images', { mode: 'Off', selector: { actions: ['SetImage'] } })],
      actions: ['SetResources', 'SetImage'],
      want: ['Off', ['no-images', 'checkout']],
    },
  ])('$name', ({ policies, touched = [], actions = ['SetResources'], want }) => {
    const asked = actions.map((type) => ({ type, target: checkoutTarget }));
    const decision = decideForPlan(policies, {
      actions: asked,
      touched: [checkoutTarget, ...touched],
      protectedNamespaces: ['kube-system'],
    });
    expect([decision.mode, decision.among.map(({ metadata }) => metadata.name)]).toEqual(want);
  });

  test('never freer than any one object of it alone', () => {
    const modes = ['Off', 'Suggest', 'Approve', 'Auto'] as const;
    const anyPolicy = fc
      .record({
        mode: fc.constantFrom(...modes),
        labels: fc.option(fc.constantFrom('a', 'b')),
        namespaces: fc.option(fc.subarray(['x', 'y'], { minLength: 1 })),
      })
      .map(({ mode, labels, namespaces }) => ({
        mode,
        selector: { ...(labels === null ? {} : { matchLabels: { app: labels } }), ...(namespaces === null ? {} : { namespaces }) },
      }));
    const anyObject = fc.record({
      kind: fc.constant('Deployment'),
      namespace: fc.constantFrom('x', 'y'),
      name: fc.constantFrom('one', 'two', 'three'),
      labels: fc.constantFrom<Record<string, string>>({}, { app: 'a' }, { app: 'b' }),
    });
    fc.assert(
      fc.property(fc.array(anyPolicy, { maxLength: 5 }), fc.array(anyObject, { minLength: 1, maxLength: 4 }), (specs, objects) => {
        const policies = specs.map((spec, index) => policy(`p${index}`, spec));
        const unique = [...new Map(objects.map((object) => [identityOf(object), object])).values()];
        const [target = checkoutTarget, ...touched] = unique;
        const whole = decideForPlan(policies, { actions: [{ type: 'SetResources', target }], touched, protectedNamespaces: [] });
        const alone = unique.map(
          (object) => decidePolicy(policies, { ...object, actions: ['SetResources'], protectedNamespaces: [] }).mode,
        );
        expect(modes.indexOf(whole.mode)).toBe(Math.min(...alone.map((mode) => modes.indexOf(mode))));
      }),
    );
  });
});

test.each([
  { risk: 'Low', want: 1 },
  { risk: 'Medium', want: 1 },
  { risk: 'High', want: 2 },
] as const)('a plan of risk $risk needs $want approvals unless a policy says otherwise', ({ risk, want }) => {
  const strict = policy('strict', { mode: 'Approve', approvals: { low: 3, medium: 3, high: 3 } });
  expect(approvalsNeeded([], risk)).toBe(want);
  expect(approvalsNeeded([everywhere], risk)).toBe(want);
  expect(approvalsNeeded([everywhere, strict], risk)).toBe(3);
});

test('an approval counts for as long as the shortest of its policies says', () => {
  const short = policy('short', { mode: 'Approve', lifetimes: { commitSeconds: 60, pullRequestSeconds: 3600 } });
  expect([
    lifetimeMs('Commit'),
    lifetimeMs('Commit', [everywhere, short]),
    lifetimeMs('Direct', [short]),
    lifetimeMs('PullRequest', [short]),
  ]).toEqual([1_800_000, 60_000, 60_000, 3_600_000]);
});

test('a freeze window in a time zone that does not exist is a fault of its policy', () => {
  const window = { name: 'nightly', from: '22:00', to: '06:00', timeZone: 'Mars/Olympus' };
  expect(policyFaults({ mode: 'Approve', freezeWindows: [window] })).toEqual([
    expect.stringContaining('freeze window nightly names the time zone "Mars/Olympus"'),
  ]);
  expect(policyFaults({ mode: 'Approve', freezeWindows: [{ ...window, timeZone: 'Europe/Berlin' }] })).toEqual([]);
});
