import { Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineController } from '../../../src/kube/controller.ts';
import { createManager, type Manager, type ManagerOptions } from '../../../src/kube/manager.ts';
import { type ConfigMap, configMap, configMaps } from '../../support/configMaps.ts';
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts';
import { silentLogger } from '../../support/logger.ts';
import { createMemoryKube, type MemoryKube, refusal } from '../../support/memoryKube.ts';

const ELECTION = { namespace: 'sre', name: 'executor', identity: 'me' };

let clock: FakeClock;
let kube: MemoryKube;
let story: string[];
let stop: AbortController;
beforeEach(() => {
  clock = createFakeClock();
  kube = createMemoryKube();
  story = [];
  stop = new AbortController();
});

function manager(more: Partial<ManagerOptions> = {}): Manager {
  const client = {
    ...kube,
    close: () => {
      story.push('client closed');
      return Promise.resolve();
    },
  } as unknown as KubeClient;
  return createManager({ client, clock, logger: silentLogger, registry: new Registry(), name: 'sre.example/test', ...more });
}

/** Something that tells when it starts and ends. */
const telling = (name: string, group: 'server' | 'worker' | 'leader') => ({
  name,
  group,
  run: async (signal: AbortSignal, ready: () => void) => {
    story.push(`${name} started`);
    ready();
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
    story.push(`${name} ended`);
  },
});

const controller = (reconcile: (name: string, signal: AbortSignal) => Promise<void>) =>
  defineController<ConfigMap>({
    name: 'maps',
    resource: configMaps,
    reconcile: async ({ name }, { signal }) => {
      await reconcile(name, signal);
      return undefined;
    },
  });

describe('a manager', () => {
  test('starts and stops its parts in order', async () => {
    await kube.create(configMaps, configMap('shop', 'a'));
    const subject = manager({ election: ELECTION });
    for (const [name, group] of [
      ['leads', 'leader'],
      ['works', 'worker'],
      ['serves', 'server'],
    ] as const)
      subject.addRunnable(telling(name, group));
    subject.addController(
      controller(async (name) => {
        story.push(`${name} begun`);
        await clock.sleep(3000);
        story.push(`${name} done`);
      }),
    );
    const running = subject.run(stop.signal);
    await clock.advance(1000);
    expect(story).toEqual(['serves started', 'works started', 'leads started', 'a begun']);
    expect(subject.isLeader()).toBe(true);
    stop.abort(new Error('SIGTERM'));
    await clock.settle();
    expect((await subject.health.ready()).checks.find(({ name }) => name === 'running')).toEqual({
      name: 'running',
      ok: false,
      why: 'the process is stopping',
    });
    // Leadership lasts until the work in hand is done.
    expect(subject.isLeader()).toBe(true);
    await clock.advance(3000);
    await running;
    expect(story.slice(4)).toEqual(['works ended', 'leads ended', 'a done', 'serves ended', 'client closed']);
    expect(subject.isLeader()).toBe(false);
  });

  test('releases its Lease when it stops', async () => {
    const subject = manager({ election: ELECTION });
    const running = subject.run(stop.signal);
    await clock.advance(1000);
    stop.abort(new Error('SIGTERM'));
    await clock.advance(1000);
    await running;
    const other = manager({ election: { ...ELECTION, identity: 'other' } });
    void other.run(new AbortController().signal);
    await clock.advance(3000);
    expect(other.isLeader()).toBe(true);
  });

  test('gives what is in work its time, then aborts it', async () => {
    await kube.create(configMaps, configMap('shop', 'a'));
    const subject = manager({ drainMs: 10_000 });
    subject.addController(
      controller(async (_, signal) => {
        await clock.sleep(3_600_000, signal).catch(() => story.push('aborted'));
      }),
    );
    const running = subject.run(stop.signal);
    await clock.settle();
    stop.abort(new Error('SIGTERM'));
    await clock.advance(9000);
    expect(story).toEqual([]);
    await clock.advance(1000);
    await running;
    expect(story).toEqual(['aborted', 'client closed']);
  });

  test('keeps its Lease when a handler does not come back: it may still act', async () => {
    await kube.create(configMaps, configMap('shop', 'a'));
    const subject = manager({ election: ELECTION, drainMs: 1000 });
    subject.addController(controller(() => new Promise(() => undefined)));
    const running = subject.run(stop.signal);
    await clock.advance(1000);
    stop.abort(new Error('SIGTERM'));
    await clock.advance(20_000);
    await running;
    const other = manager({ election: { ...ELECTION, identity: 'other' } });
    void other.run(new AbortController().signal);
    await clock.advance(3000);
    expect(other.isLeader()).toBe(false);
  });

  test('leads again, with its controllers, after it had lost the leadership', async () => {
    await kube.create(configMaps, configMap('shop', 'a'));
    const subject = manager({ election: ELECTION });
    subject.addController(
      controller((name) => {
        story.push(`${name} begun`);
        return Promise.resolve();
      }),
    );
    const running = subject.run(stop.signal);
    await clock.advance(1000);
    kube.fail(['get', 'replace', 'create'], 12, () => refusal(500, 'InternalError', 'down'));
    await clock.advance(12_000);
    expect(subject.isLeader()).toBe(false);
    await clock.advance(30_000);
    expect(subject.isLeader()).toBe(true);
    expect(story).toEqual(['a begun', 'a begun']);
    stop.abort(new Error('the test is over'));
    await clock.advance(1000);
    await running;
  });

  test('says which cache is missing and why, until it is there', async () => {
    kube.fail(['list'], 1, () => refusal(404, '', 'configmaps are not served; install the CustomResourceDefinition'));
    const subject = manager();
    subject.addController(controller(() => Promise.resolve()));
    const running = subject.run(stop.signal);
    await clock.settle();
    expect(await subject.health.ready()).toMatchObject({
      ok: false,
      checks: [{ name: 'caches', why: expect.stringMatching(/configmaps: .*install the CustomResourceDefinition/) }, { ok: true }],
    });
    await clock.advance(2000);
    expect(await subject.health.ready()).toMatchObject({ ok: true });
    stop.abort(new Error('the test is over'));
    await clock.advance(1000);
    await running;
  });

  test('stops in order, and throws, when a part fails', async () => {
    const subject = manager();
    subject.addRunnable(telling('serves', 'server'));
    subject.addRunnable({ name: 'breaks', group: 'worker', run: () => Promise.reject(new Error('no disk')) });
    const running = subject.run(stop.signal);
    await expect(running).rejects.toMatchObject({ message: 'breaks failed', cause: { message: 'no disk' } });
    expect(story).toEqual(['serves started', 'serves ended', 'client closed']);
  });

  test('stops though it never got to its caches', async () => {
    kube.fail(['list'], 1000, () => refusal(500, 'InternalError', 'down'));
    const subject = manager();
    subject.addController(controller(() => Promise.resolve()));
    const running = subject.run(stop.signal);
    await clock.advance(5000);
    stop.abort(new Error('SIGTERM'));
    await clock.advance(5000);
    await running;
    expect(story).toEqual(['client closed']);
  });

  test('refuses two controllers of one name, as their metrics would mix', () => {
    const subject = manager();
    subject.addController(controller(() => Promise.resolve()));
    expect(() => subject.addController(controller(() => Promise.resolve()))).toThrow('two controllers named maps');
  });
});
