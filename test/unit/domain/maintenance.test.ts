import { describe, expect, test } from 'vitest';
import type { RemediationPolicy } from '../../../src/crds/kinds.ts';
import type { RemediationPolicySpec } from '../../../src/crds/remediationPolicy.ts';
import { type MaintainedObject, maintenanceOf, openMaintenance } from '../../../src/domain/maintenance.ts';
import { policyFaults } from '../../../src/domain/policy.ts';
import { policy } from '../../support/plans.ts';

const AT = Date.parse('2026-01-01T23:00:00Z');
const nightly = { name: 'nightly', from: '22:00', to: '06:00', timeZone: 'UTC', reason: 'backups' };
const noon = { ...nightly, name: 'noon', from: '12:00', to: '13:00' };
const of = (name: string, spec: Partial<RemediationPolicySpec>): RemediationPolicy =>
  policy(name, { mode: 'Suggest', maintenance: [nightly], ...spec });
const at = (namespace: string, labels = {}): MaintainedObject => ({ namespace, labels });
const UNTIL = '2026-01-02T06:00:00.000Z';

describe('what an Incident is about is in maintenance', () => {
  test.each<{ name: string; policies: readonly RemediationPolicy[]; objects: readonly MaintainedObject[]; by?: string }>([
    {
      name: 'by a policy for its namespace',
      policies: [of('shop', { selector: { namespaces: ['shop'] } })],
      objects: [at('shop')],
      by: 'shop',
    },
    {
      name: 'whatever actions the policy is about',
      policies: [of('shop', { selector: { actions: ['DeletePod'] } })],
      objects: [at('shop')],
      by: 'shop',
    },
    { name: 'by a policy for everything, nodes too', policies: [of('all', {})], objects: [at('')], by: 'all' },
    {
      name: 'by the labels of the workload',
      policies: [of('cart', { selector: { matchLabels: { app: 'cart' } } })],
      objects: [at('shop', { app: 'cart' })],
      by: 'cart',
    },
    { name: 'not by other labels', policies: [of('cart', { selector: { matchLabels: { app: 'cart' } } })], objects: [at('shop')] },
    { name: 'not by a policy for another namespace', policies: [of('pay', { selector: { namespaces: ['pay'] } })], objects: [at('shop')] },
    { name: 'not while the window is closed', policies: [of('shop', { maintenance: [noon] })], objects: [at('shop')] },
    {
      name: 'not by a window whose time zone does not exist',
      policies: [of('shop', { maintenance: [{ ...nightly, timeZone: 'Mars' }] })],
      objects: [at('shop')],
    },
    { name: 'not where it is about nothing', policies: [of('all', {})], objects: [] },
    {
      name: 'not where it is about another namespace too',
      policies: [of('shop', { selector: { namespaces: ['shop'] } })],
      objects: [at('shop'), at('pay')],
    },
    {
      name: 'where its workload is, whatever else of the namespace it names',
      policies: [of('cart', { selector: { matchLabels: { app: 'cart' } } })],
      objects: [at('shop', { app: 'cart' }), at('shop')],
      by: 'cart',
    },
  ])('$name', ({ policies, objects, by }) => {
    const found = maintenanceOf(openMaintenance(policies, AT), objects);
    expect(found).toEqual(by === undefined ? undefined : { policy: by, window: 'nightly', reason: 'backups', until: UNTIL });
  });

  test('until the first of its windows closes', () => {
    const policies = [
      of('pay', { selector: { namespaces: ['pay'] }, maintenance: [{ ...nightly, to: '23:30' }] }),
      of('shop', { selector: { namespaces: ['shop'] } }),
    ];
    expect(maintenanceOf(openMaintenance(policies, AT), [at('shop'), at('pay')])).toMatchObject({
      policy: 'pay',
      until: '2026-01-01T23:30:00.000Z',
    });
  });
});

test('a policy with such a window says what is wrong with it', () => {
  expect(policyFaults(of('shop', { maintenance: [{ ...nightly, timeZone: 'Mars' }] }).spec)).toEqual([
    'maintenance window nightly names the time zone "Mars", which does not exist; write an IANA name, such as Europe/Berlin',
  ]);
});
