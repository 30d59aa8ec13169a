/** The API server itself goes away: in order, killed, and long enough that everybody's watches and leases are gone. */
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { defineController } from '../../src/kube/controller.ts';
import { createManager, type Manager } from '../../src/kube/manager.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { configMap, configMaps } from '../support/configMaps.ts';
import { clientFor, type Target } from '../support/kubeClient.ts';
import { silentLogger } from '../support/logger.ts';
import { untilTrue } from '../support/until.ts';

const NAMESPACE = 'default';

let cluster: Cluster;
/** Acts always: what happens while nobody leads is nobody's to see. */
let watching: Manager;
let leading: Manager;
let running: readonly Promise<void>[];
const stop = new AbortController();
const reconciled = new Set<string>();
const deleted = new Set<string>();

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  const common = { clock: systemClock, logger: silentLogger, name: 'test.example/manager' };
  watching = createManager({ ...common, client: clientFor(target()), registry: new Registry() });
  const election = { namespace: NAMESPACE, name: 'maps', identity: 'me' };
  leading = createManager({ ...common, client: clientFor(target()), registry: new Registry(), election });
  watching.addController(
    defineController({
      name: 'maps',
      resource: configMaps,
      namespace: NAMESPACE,
      reconcile: ({ name }, { store }) => {
        (store.get({ namespace: NAMESPACE, name }) === undefined ? deleted : reconciled).add(name);
        return Promise.resolve(undefined);
      },
    }),
  );
  running = [watching.run(stop.signal), leading.run(stop.signal)];
});
afterAll(async () => {
  stop.abort(new Error('the tests are over'));
  await Promise.all(running);
  await cluster.stop();
});

const target = (): Target => ({ serverUrl: cluster.serverUrl, caData: cluster.caData, token: cluster.tokenFor('admin') });

test.each(['SIGTERM', 'SIGKILL'] as const)('a restart by %s loses nothing', async (signal) => {
  const client = clientFor(target());
  const [before, after] = [`before-${signal.toLowerCase()}`, `after-${signal.toLowerCase()}`];
  await client.create(configMaps, configMap(NAMESPACE, before));
  await untilTrue('the first is seen', () => reconciled.has(before));
  await client.close();
  await cluster.restartApiServer(signal);
  // A client of its own: it can't have seen what the other one has.
  const fresh = clientFor(target());
  await fresh.create(configMaps, configMap(NAMESPACE, after));
  await fresh.delete(configMaps, { namespace: NAMESPACE, name: before });
  await untilTrue('the second is seen', () => reconciled.has(after), 45_000);
  await untilTrue('the deletion is seen', () => deleted.has(before), 45_000);
  await fresh.close();
});

test('whoever led gives up while it is away, and leads again when it is back', async () => {
  await untilTrue('it leads', () => leading.isLeader(), 30_000);
  await cluster.stopApiServer('SIGKILL');
  await untilTrue('it knows that it does not lead', () => !leading.isLeader(), 15_000);
  expect(leading.mayStartEffect(0)).toBe(false);
  await cluster.startApiServer();
  await untilTrue('it leads again', () => leading.isLeader(), 45_000);
});
