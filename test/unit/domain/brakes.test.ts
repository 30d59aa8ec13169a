import { describe, expect, test } from 'vitest';
import type { RemediationPolicy } from '../../../src/crds/kinds.ts';
import { type BrakeQuestion, type Effect, holdByOthers, holdByPolicy, type Lock, repeatsOf } from '../../../src/domain/brakes.ts';
import { policy } from '../../support/plans.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
const cart = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const effect = (plan: string, minutes: number, policies = ['p']): Effect => ({
  plan,
  actions: ['RestartWorkload'],
  policies,
  at: ago(minutes),
});
const lock = (name: string, takenAt: number, effects: readonly Effect[], holder?: string): Lock => ({
  target: { ...cart, name },
  takenAt: BigInt(takenAt),
  effects,
  holder: holder === undefined ? undefined : { name: holder, uid: holder },
});
const limits = (spec: Partial<RemediationPolicy['spec']>): RemediationPolicy[] => [policy('p', { mode: 'Approve', ...spec })];
const mine = lock('cart', 50, [effect('me', 0)], 'me');

interface Case {
  readonly name: string;
  readonly policies: readonly RemediationPolicy[];
  readonly locks: readonly Lock[];
  readonly more?: Partial<BrakeQuestion>;
  readonly want?: { readonly reason: string; readonly until?: string };
}

const cooldown = limits({ cooldownSeconds: 900 });
const two = limits({ maxConcurrent: 2 });
const quarter = limits({ maxNamespacePercentPerHour: 25 });

describe('a plan that may begin', () => {
  test.each<Case>([
    { name: 'begins where nothing was done and nothing is limited', policies: limits({}), locks: [mine] },
    {
      name: 'waits for the cooldown of its workload',
      policies: cooldown,
      locks: [{ ...mine, effects: [effect('a', 10), effect('me', 0)] }],
      want: { reason: 'Cooldown', until: '2026-01-01T12:05:00.000Z' },
    },
    { name: 'begins when the cooldown is over', policies: cooldown, locks: [{ ...mine, effects: [effect('a', 15), effect('me', 0)] }] },
    { name: 'does not cool down for another workload', policies: cooldown, locks: [mine, lock('other', 1, [effect('a', 1)])] },
    {
      name: 'waits twice as long after the second effect in six hours',
      policies: cooldown,
      locks: [{ ...mine, effects: [effect('a', 200), effect('b', 20), effect('me', 0)] }],
      want: { reason: 'Cooldown', until: '2026-01-01T12:10:00.000Z' },
    },
    {
      name: 'waits as long as the longest of its policies says',
      policies: [...cooldown, policy('q', { mode: 'Approve', cooldownSeconds: 3600 })],
      locks: [{ ...mine, effects: [effect('a', 20), effect('me', 0)] }],
      want: { reason: 'Cooldown', until: '2026-01-01T12:40:00.000Z' },
    },
    {
      name: 'waits while as many are at work as may be',
      policies: two,
      locks: [mine, lock('a', 10, [effect('a', 1)], 'a'), lock('b', 20, [effect('b', 1)], 'b')],
      want: { reason: 'ConcurrencyLimit' },
    },
    {
      name: 'counts a plan with two workloads once',
      policies: two,
      locks: [mine, lock('a', 10, [effect('a', 1)], 'a'), lock('b', 20, [effect('a', 1)], 'a')],
    },
    {
      name: 'does not count plans under other policies',
      policies: limits({ maxConcurrent: 1 }),
      locks: [mine, lock('a', 10, [effect('a', 1, ['q'])], 'a')],
    },
    {
      name: 'goes before one that asked later',
      policies: limits({ maxConcurrent: 1 }),
      locks: [mine, lock('a', 60, [effect('a', 0)], 'a')],
    },
    {
      name: 'does not count what nobody holds any more',
      policies: limits({ maxConcurrent: 1 }),
      locks: [mine, lock('a', 10, [effect('a', 1)])],
    },
    {
      name: 'waits while a namespace has had its share',
      policies: quarter,
      locks: [mine, lock('a', 10, [effect('a', 40)])],
      want: { reason: 'NamespaceLimit', until: '2026-01-01T12:20:00.000Z' },
    },
    {
      name: 'is the one workload that a small namespace always has',
      policies: quarter,
      locks: [mine],
      more: { workloadsIn: new Map([['shop', 2]]) },
    },
    { name: 'may touch the same workload again', policies: quarter, locks: [{ ...mine, effects: [effect('a', 30), effect('me', 0)] }] },
    { name: 'does not count what is an hour old', policies: quarter, locks: [mine, lock('a', 10, [effect('a', 60)])] },
    {
      name: 'does not count other namespaces',
      policies: quarter,
      locks: [mine, { ...lock('a', 10, [effect('a', 5)]), target: { ...cart, namespace: 'billing' } }],
    },
    {
      name: 'waits until enough of the share is free again',
      policies: limits({ maxNamespacePercentPerHour: 50 }),
      locks: [mine, lock('a', 10, [effect('a', 50)]), lock('b', 11, [effect('b', 20)]), lock('c', 12, [effect('c', 10)])],
      want: { reason: 'NamespaceLimit', until: '2026-01-01T12:40:00.000Z' },
    },
    {
      name: 'that alone is more than the share never begins by itself',
      policies: quarter,
      locks: [mine],
      more: { targets: [cart, { ...cart, name: 'a' }] },
      want: { reason: 'NamespaceLimit' },
    },
  ])('$name', ({ policies, locks, more, want }) => {
    const hold = holdByOthers({ planUid: 'me', targets: [cart], policies, locks, workloadsIn: new Map([['shop', 4]]), now, ...more });
    const until = hold?.until === undefined ? {} : { until: new Date(hold.until).toISOString() };
    expect(hold === undefined ? undefined : { reason: hold.reason, ...until }).toEqual(want);
  });
});

test('of two that ask at the same moment exactly one goes first', () => {
  const locks = [lock('a', 7, [effect('one', 0)], 'one'), lock('b', 8, [effect('two', 0)], 'two')];
  const held = ['one', 'two'].map((planUid) =>
    holdByOthers({
      planUid,
      targets: [{ ...cart, name: planUid === 'one' ? 'a' : 'b' }],
      policies: limits({ maxConcurrent: 1 }),
      locks,
      workloadsIn: new Map(),
      now,
    }),
  );
  expect(held.map((hold) => hold?.reason)).toEqual([undefined, 'ConcurrencyLimit']);
});

test('a freeze window holds a plan up and says until when', () => {
  const window = { name: 'noon', from: '11:00', to: '13:00', timeZone: 'UTC' };
  expect(holdByPolicy(limits({ freezeWindows: [window] }), now)).toEqual({
    reason: 'FreezeWindow',
    message: 'freeze window noon of RemediationPolicy p is open until 2026-01-01T13:00:00Z',
    until: Date.parse('2026-01-01T13:00:00Z'),
  });
  expect(holdByPolicy(limits({ freezeWindows: [{ ...window, timeZone: 'Mars/Olympus' }] }), now)).toMatchObject({
    reason: 'PolicyInvalid',
  });
});

test('repeats are those of the same action by other plans within six hours', () => {
  const locks = [
    {
      ...mine,
      effects: [effect('a', 361), effect('b', 300), effect('c', 10), { ...effect('d', 5), actions: ['SetImage'] }, effect('me', 0)],
    },
  ];
  expect(repeatsOf(locks, cart, 'RestartWorkload', 'me', now)).toBe(2);
});
