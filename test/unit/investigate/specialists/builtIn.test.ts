import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FINDING_REASONS } from '../../../../src/crds/reasons.ts';
import { analyzers } from '../../../../src/investigate/analyzers/all.ts';
import { applyRules, type Measured } from '../../../../src/investigate/specialists/applyRules.ts';
import type { ObservedTemplate, SeenByRules } from '../../../../src/investigate/specialists/evidenceForRules.ts';
import { queriesOf } from '../../../../src/investigate/specialists/queries.ts';
import { RULE_TYPES } from '../../../../src/investigate/specialists/ruleTypes.ts';
import { loadAllSpecialists } from '../../../../src/investigate/specialists/specialists.ts';
import { NOW, node, pod } from '../builders.ts';
import { nothing, problemsOf } from './support.ts';

const { specialists, problems } = loadAllSpecialists(undefined, { analyzers: analyzers.map(({ name }) => name) });

describe('the built-in specialists', () => {
  test('are read by the loader without a problem', () => {
    expect({ problems, names: specialists.map(({ name }) => name) }).toEqual({
      problems: [],
      names: ['network', 'database', 'infrastructure', 'application', 'resource'],
    });
  });

  test('handle every reason of the vocabulary between them', () => {
    expect(FINDING_REASONS.filter((reason) => !specialists.some(({ reasons }) => reasons.has(reason)))).toEqual([]);
  });

  test('each has something to ask, to conclude and to say', () => {
    const empty = specialists.filter(
      ({ evidence, rules, prompt, advice }) => [evidence, rules, advice].some(({ length }) => length === 0) || prompt === undefined,
    );
    expect(empty.map(({ name }) => name)).toEqual([]);
  });
});

describe('queriesOf', () => {
  test('fills every query of a workload', () => {
    const asked = queriesOf(specialists, { namespace: 'shop', workload: 'cart' });
    expect(asked).toHaveLength(specialists.flatMap(({ evidence }) => evidence).length);
    expect(asked.filter(({ query }) => query.includes('{{'))).toEqual([]);
  });

  test('leaves out what a target cannot fill', () => {
    const asked = queriesOf(specialists, { namespace: 'shop' });
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(({ query }) => query.includes('pod=~'))).toEqual([]);
  });
});

const measured = (specialist: string, values: Readonly<Record<string, number>>): Measured[] =>
  Object.entries(values).map(([name, value]) => ({ specialist, name, value, key: `metrics/${name}` }));
const line = (template: string, change: ObservedTemplate['change'] = 'new'): ObservedTemplate => ({
  key: `templates/${template}`,
  object: 'Deployment/shop/cart',
  template,
  count: 10,
  change,
});
const pods = (...some: ReturnType<typeof pod>[]): SeenByRules => ({
  ...nothing,
  snapshot: { ...nothing.snapshot, pods: some, nodes: [node('n1')] },
});

function fired(seen: SeenByRules, values: readonly Measured[]): string[] {
  const request = { specialists, seen, measured: values, target: { namespace: 'shop', workload: 'cart' }, clock: { monotonic: () => 0 } };
  const { results, gaps } = applyRules(request);
  expect(gaps).toEqual([]);
  return results.map(({ specialist, rule }) => `${specialist}/${rule}`);
}

describe('a built-in rule', () => {
  const broken = pod({ createdAt: NOW - 600_000 });
  const before = pod({ name: 'cart-0', current: false, ready: true });

  test.each<{ name: string; seen?: SeenByRules; values?: readonly Measured[]; want: readonly string[] }>([
    { name: 'is silent about nothing', want: [] },
    { name: 'tells that DNS fails', values: measured('network', { dnsServerFailures: 12 }), want: ['network/dns-fails'] },
    { name: 'is silent about a DNS that works', values: measured('network', { dnsServerFailures: 0 }), want: [] },
    {
      name: 'tells a certificate that ends',
      values: measured('network', { certificateSecondsLeft: 3_600 }),
      want: ['network/certificate-ends'],
    },
    { name: 'tells lost packets', values: measured('network', { packetsDropped: 50 }), want: ['network/packets-lost'] },
    {
      name: 'tells a full PostgreSQL',
      values: measured('database', { postgresConnectionShare: 0.98 }),
      want: ['database/connections-taken'],
    },
    { name: 'tells a full MongoDB', values: measured('database', { mongodbConnectionShare: 0.98 }), want: ['database/connections-taken'] },
    {
      name: 'is silent about one database beside another that is fine',
      values: measured('database', { mysqlConnectionShare: 0.2, postgresConnectionShare: 0.3 }),
      want: [],
    },
    {
      name: 'tells callers that wait for their pool',
      seen: { ...nothing, logTemplates: [line('connection pool exhausted after <*>')] },
      values: measured('database', { poolWaiting: 8 }),
      want: ['database/pool-waits'],
    },
    {
      name: 'tells a replica that is behind',
      values: measured('database', { replicationLagSeconds: 300 }),
      want: ['database/replica-behind'],
    },
    { name: 'tells a full Redis', values: measured('database', { redisMemoryShare: 0.99 }), want: ['database/redis-full'] },
    { name: 'tells a full volume', values: measured('infrastructure', { fullestVolumeShare: 0.99 }), want: ['infrastructure/volume-full'] },
    {
      name: 'tells a volume without inodes',
      values: measured('infrastructure', { fullestInodeShare: 1 }),
      want: ['infrastructure/inodes-gone'],
    },
    {
      name: 'tells nodes that are down',
      values: measured('infrastructure', { nodesNotReady: 3 }),
      want: ['infrastructure/many-nodes-down'],
    },
    {
      name: 'tells pods on a node that is not ready',
      seen: { ...nothing, snapshot: { ...nothing.snapshot, pods: [pod()], nodes: [node('n1', { ready: false })] } },
      want: ['infrastructure/pods-on-a-bad-node'],
    },
    { name: 'is silent about pods on a good node', seen: pods(pod()), want: [] },
    { name: 'tells a new revision that fails alone', seen: pods(broken, before), want: ['application/only-the-new-revision-fails'] },
    { name: 'is silent about a rollout that has just begun', seen: pods(pod({ createdAt: NOW - 5_000 }), before), want: [] },
    { name: 'is silent when both revisions fail', seen: pods(broken, pod({ name: 'cart-0', current: false })), want: [] },
    {
      name: 'tells errors that are new',
      seen: { ...nothing, logTemplates: [line('ERROR cannot reach <*>')] },
      want: ['application/new-error-after-release'],
    },
    { name: 'is silent about errors that were always there', seen: { ...nothing, logTemplates: [line('ERROR x', 'steady')] }, want: [] },
    { name: 'tells many errors', values: measured('application', { errorShare: 0.4 }), want: ['application/many-errors'] },
    { name: 'tells throttling', values: measured('resource', { throttledShare: 0.6 }), want: ['resource/throttled'] },
    {
      name: 'tells a container at its limit',
      values: measured('resource', { memoryShare: 0.97 }),
      want: ['resource/near-its-memory-limit'],
    },
    { name: 'tells a quota that is used up', values: measured('resource', { quotaShare: 1 }), want: ['resource/quota-used-up'] },
    {
      name: 'tells an autoscaler at its bound under load',
      values: measured('resource', { autoscalerAtBound: 1, throttledShare: 0.5 }),
      want: ['resource/throttled', 'resource/autoscaler-at-its-bound'],
    },
    { name: 'is silent about an autoscaler at its bound without load', values: measured('resource', { autoscalerAtBound: 1 }), want: [] },
    { name: 'tells a surge', values: measured('resource', { requestRateChange: 8 }), want: ['resource/load-surged'] },
  ])('$name', ({ seen = nothing, values = [], want }) => {
    expect(fired(seen, values)).toEqual(want);
  });
});

describe('docs/specialists.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/specialists.md'), 'utf8');

  test('shows an example that loads', () => {
    const example = /```yaml\n(.*?)```/su.exec(page)?.[1] ?? '';
    expect(example).toContain('name: payments');
    expect(problemsOf(example)).toEqual([]);
  });

  test('lists every field that rules see', () => {
    const { Evidence, ...types } = RULE_TYPES;
    const missing = [
      ...Object.keys(Evidence).filter((field) => !page.includes(`\`evidence.${field}\``)),
      ...Object.entries(types).flatMap(([type, fields]) => {
        const row = page.split('\n').find((text) => text.startsWith(`| ${type} |`)) ?? '';
        return Object.keys(fields)
          .filter((field) => !row.includes(`\`${field}\``))
          .map((field) => `${type}.${field}`);
      }),
    ];
    expect(missing).toEqual([]);
  });
});
