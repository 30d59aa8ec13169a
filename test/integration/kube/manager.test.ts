/** A whole process on a real API server: controllers, own writes, election, events, and an API server that goes away. */
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type ControllerDefinition, defineController } from '../../../src/kube/controller.ts';
import { events } from '../../../src/kube/eventObject.ts';
import { createManager, type Manager, type ManagerOptions } from '../../../src/kube/manager.ts';
import { applyStatus } from '../../../src/kube/status.ts';
import { startFaultProxy } from '../../faults/proxy/faultProxy.ts';
import { clientFor } from '../../support/kubeClient.ts';
import { silentLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { until, untilTrue } from '../../support/until.ts';
import { type Gadget, gadgets, installGadgets } from './support/gadgets.ts';

const cluster = inject('cluster');
const target = { serverUrl: cluster.serverUrl, caData: cluster.caData, token: cluster.tokens.admin };
const client = clientFor(target);
const running: (() => Promise<void>)[] = [];

beforeAll(() => installGadgets(client));
afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});
afterAll(async () => client.close());

interface Started {
  readonly manager: Manager;
  readonly registry: Registry;
  readonly stop: () => Promise<void>;
}

function start(definition: ControllerDefinition<Gadget>, more: Partial<ManagerOptions> = {}): Started {
  const registry = new Registry();
  const manager = createManager({
    clock: systemClock,
    logger: silentLogger,
    registry,
    name: 'kube-test.example/manager',
    client: clientFor(target, registry),
    ...more,
  });
  manager.addController(definition);
  const signal = new AbortController();
  const ended = manager.run(signal.signal);
  const stop = async (): Promise<void> => {
    signal.abort(new Error('the test is over'));
    await ended;
  };
  running.push(stop);
  return { manager, registry, stop };
}

const observing = (namespace: string): ControllerDefinition<Gadget> =>
  defineController<Gadget>({
    name: 'gadgets',
    resource: gadgets,
    namespace,
    reconcile: async (key, { store, client: tracked }) => {
      const gadget = store.get(key);
      if (gadget !== undefined) await applyStatus(tracked, gadgets, gadget, { observed: gadget.spec.size }, { fieldManager: 'gadgets' });
      return undefined;
    },
  });

const create = (namespace: string, name: string): Promise<Gadget> =>
  client.create(gadgets, { metadata: { namespace, name }, spec: { size: 3 } });
const isObserved = async (namespace: string, name: string): Promise<boolean> => {
  const gadget = await client.get(gadgets, { namespace, name });
  return gadget?.status?.observed === gadget?.spec.size;
};

describe('a process', () => {
  test('works off what is there, then what comes, and leaves dashboards their names', async () => {
    const namespace = await makeNamespace(client, 'manager');
    await create(namespace, 'before');
    const { manager, registry } = start(observing(namespace));
    await untilTrue('the first is observed', () => isObserved(namespace, 'before'));
    await create(namespace, 'after');
    await untilTrue('the second is observed', () => isObserved(namespace, 'after'));
    expect(await manager.health.ready()).toMatchObject({ ok: true });
    const text = await registry.metrics();
    for (const name of [
      'controller_runtime_reconcile_total{controller="gadgets",result="success"}',
      'controller_runtime_reconcile_time_seconds_bucket',
      'workqueue_adds_total{name="gadgets",controller="gadgets"}',
      'rest_client_requests_total{code="200",method="PATCH"',
      'reflector_lists_total{name="gadgets.kube-test.example"} 1',
    ]) {
      expect(text).toContain(name);
    }
  });

  test('never reconciles the state before its own last write', async () => {
    const namespace = await makeNamespace(client, 'manager');
    const sizes: number[] = [];
    start(
      defineController<Gadget>({
        name: 'counting',
        resource: gadgets,
        namespace,
        reconcile: async (key, { store, client: tracked }) => {
          const gadget = store.get(key);
          if (gadget === undefined || gadget.spec.size >= 40) return undefined;
          sizes.push(gadget.spec.size);
          await tracked.patch(gadgets, key, { spec: { size: gadget.spec.size + 1 } }, { type: 'merge' });
          return { requeueAfterMs: 0 };
        },
      }),
    );
    await create(namespace, 'a');
    await until('it has counted', async () => ((await client.get(gadgets, { namespace, name: 'a' }))?.spec.size === 40 ? true : undefined));
    expect(sizes).toEqual(Array.from({ length: 37 }, (_, n) => n + 3));
  });

  test('writes nothing once all is well', async () => {
    const namespace = await makeNamespace(client, 'manager');
    const proxy = await startFaultProxy(target);
    await create(namespace, 'a');
    const { stop } = start(observing(namespace), { client: clientFor({ ...target, serverUrl: proxy.url, caData: proxy.caData }) });
    await untilTrue('it is observed', () => isObserved(namespace, 'a'));
    await client.patch(gadgets, { namespace, name: 'a' }, { metadata: { labels: { touched: 'yes' } } }, { type: 'merge' });
    await create(namespace, 'b');
    await untilTrue('another is observed', () => isObserved(namespace, 'b'));
    expect(proxy.requests.filter(({ method }) => method !== 'GET')).toHaveLength(2);
    expect(proxy.network.open).toBeLessThanOrEqual(4);
    await stop();
    await proxy.close();
  });

  test('goes on where it was when the connection has been away', async () => {
    const namespace = await makeNamespace(client, 'manager');
    const proxy = await startFaultProxy(target);
    const { stop } = start(observing(namespace), { client: clientFor({ ...target, serverUrl: proxy.url, caData: proxy.caData }) });
    await create(namespace, 'a');
    await untilTrue('the first is observed', () => isObserved(namespace, 'a'));
    await proxy.network.refuse();
    proxy.network.cutAll();
    await create(namespace, 'b');
    await proxy.network.accept();
    await untilTrue('the second is observed', () => isObserved(namespace, 'b'));
    await stop();
    await proxy.close();
  });

  test('tells people what keeps failing, by an Event on the object', async () => {
    const namespace = await makeNamespace(client, 'manager');
    start(
      defineController<Gadget>({
        name: 'failing',
        resource: gadgets,
        namespace,
        quarantineAfter: 2,
        reconcile: () => Promise.reject(new Error('the spring is missing')),
      }),
    );
    const made = await create(namespace, 'a');
    const event = await until('the event is there', async () => (await client.list(events, { namespace })).items[0]);
    expect(event).toMatchObject({
      type: 'Warning',
      reason: 'Quarantined',
      reportingController: 'kube-test.example/manager',
      note: expect.stringContaining('the spring is missing'),
      regarding: { kind: 'Gadget', name: 'a', uid: made.metadata.uid },
    });
  });

  test('works as the only one of two, and hands over when it stops', async () => {
    const namespace = await makeNamespace(client, 'manager');
    const who = (identity: string): Partial<ManagerOptions> => ({ election: { namespace, name: 'gadgets', identity } });
    const [a, b] = [start(observing(namespace), who('a')), start(observing(namespace), who('b'))];
    const first = await until('one leads', () => [a, b].find(({ manager }) => manager.isLeader()));
    const second = first === a ? b : a;
    await create(namespace, 'one');
    await untilTrue('the leader works', () => isObserved(namespace, 'one'));
    expect(second.manager.isLeader()).toBe(false);
    await first.stop();
    await untilTrue('the other leads', () => second.manager.isLeader());
    await create(namespace, 'two');
    await untilTrue('the new leader works', () => isObserved(namespace, 'two'));
  });
});
