import { describe, expect, test } from 'vitest';
import type { Link } from '../../../../src/domain/grouping/topology.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import { workloadResources } from '../../../../src/sources/kubernetes/api.ts';
import { serviceObjects } from '../../../../src/sources/kubernetes/networkApi.ts';
import { createTopologyReader } from '../../../../src/sources/kubernetes/topology/readTopology.ts';
import { createFakeClock } from '../../../support/fakeClock.ts';
import { silentLogger } from '../../../support/logger.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';

const signal = AbortSignal.timeout(60_000);

async function shopOn(observed: readonly Pick<Link, 'from' | 'to'>[] = []) {
  const kube = createMemoryKube();
  const deploy = (namespace: string, name: string, value: string) =>
    kube.create(workloadResources.Deployment, {
      metadata: { namespace, name },
      spec: {
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name: 'app', image: 'a', env: [{ name: 'ADDR', value }] }] },
        },
      },
    });
  await deploy('shop', 'cart', 'redis.data:6379');
  await deploy('data', 'redis', 'disk.storage:1');
  for (const [namespace, name] of [
    ['data', 'redis'],
    ['storage', 'disk'],
  ])
    await kube.create(serviceObjects, { metadata: { namespace, name }, spec: { selector: { app: name ?? '' } } });
  const clock = createFakeClock();
  const reader = createTopologyReader({ client: kube, clock, logger: silentLogger, observedCalls: () => Promise.resolve([...observed]) });
  return { kube, clock, reader };
}
const calls = (links: readonly Link[]): readonly string[] =>
  links.filter(({ kind }) => kind === 'calls').map(({ from, to }) => `${from} ${to}`);

describe('the topology', () => {
  test('is read in the namespaces that are asked for and in those that are called from there', async () => {
    const { reader } = await shopOn([{ from: 'Workload/shop/cart', to: 'Workload/shop/ads' }]);
    const { links, aliases } = await reader.read(['shop'], signal);
    expect(calls(links)).toEqual([
      'Workload/shop/cart Service/data/redis',
      'Workload/data/redis Service/storage/disk',
      'Workload/shop/cart Workload/shop/ads',
    ]);
    expect(aliases).toEqual({ 'Service/data/redis': 'Workload/data/redis' });
  });

  test('is read once for all who ask within five seconds', async () => {
    const { kube, clock, reader } = await shopOn();
    await reader.read(['shop'], signal);
    const before = kube.calls.list;
    await reader.read(['shop'], signal);
    expect(kube.calls.list).toBe(before);
    await clock.advance(5_001);
    await reader.read(['shop'], signal);
    expect(kube.calls.list).toBeGreaterThan(before);
  });

  test('is what could be listed when the API server refuses the rest', async () => {
    const { kube, reader } = await shopOn();
    kube.fail(['list'], 6, () => new ApiError('the server is on fire', { status: 500, reason: 'InternalError' }));
    await expect(reader.read(['shop'], signal)).resolves.toMatchObject({ changes: [] });
  });
});
