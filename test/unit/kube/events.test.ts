import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createEventRecorder, type EventNote } from '../../../src/kube/events.ts';
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts';
import { silentLogger } from '../../support/logger.ts';
import { refusal } from '../../support/memoryKube.ts';
import { cached } from './builders.ts';

interface Written {
  readonly verb: 'create' | 'patch';
  readonly body: Record<string, unknown>;
}

let clock: FakeClock;
let written: Written[];
let dropped: number;
let refuse: (() => Error) | undefined;
let recorder: ReturnType<typeof createEventRecorder>;

beforeEach(() => {
  clock = createFakeClock();
  [written, dropped, refuse] = [[], 0, undefined];
  const write = (verb: Written['verb'], body: unknown): Promise<never> => {
    if (refuse !== undefined) return Promise.reject(refuse());
    written.push({ verb, body: body as Record<string, unknown> });
    return Promise.resolve(body as never);
  };
  const client: Pick<KubeClient, 'create' | 'patch'> = {
    create: (_, object) => write('create', object),
    patch: (_, __, body) => write('patch', body),
  };
  const onDropped = (): void => {
    dropped += 1;
  };
  recorder = createEventRecorder({ client, clock, logger: silentLogger, controller: 'sre.example/test', instance: 'pod-1', onDropped });
});

const pulled: EventNote = { type: 'Warning', reason: 'PullFailed', action: 'Pull', note: 'no such image' };
const about = cached('cart');

describe('an event recorder', () => {
  test('writes an event about its object, in the namespace of that', async () => {
    recorder.record(about, pulled);
    await clock.settle();
    expect(written).toMatchObject([
      {
        verb: 'create',
        body: {
          metadata: { namespace: 'shop', name: expect.stringMatching(/^cart\.[0-9a-f]+$/) },
          eventTime: '2026-01-01T00:00:00.000000Z',
          ...pulled,
          reportingController: 'sre.example/test',
          reportingInstance: 'pod-1',
          regarding: { kind: 'ConfigMap', namespace: 'shop', name: 'cart', uid: 'uid-cart' },
        },
      },
    ]);
  });

  test('writes events about cluster-scoped objects in the namespace default', async () => {
    const { namespace: _, ...metadata } = about.metadata;
    recorder.record({ ...about, metadata }, pulled);
    await clock.settle();
    expect(written[0]?.body['metadata']).toMatchObject({ namespace: 'default' });
  });

  test('makes a series of repetitions, written at most once a minute', async () => {
    for (let second = 0; second < 150; second++) {
      recorder.record(about, pulled);
      await clock.advance(1000);
    }
    expect(written.map(({ verb }) => verb)).toEqual(['create', 'patch', 'patch']);
    expect(written[2]?.body).toMatchObject({ series: { count: 120 } });
  });

  test('begins a new event when the last one is long past', async () => {
    recorder.record(about, pulled);
    await clock.advance(400_000);
    recorder.record(about, pulled);
    await clock.settle();
    expect(written.map(({ verb }) => verb)).toEqual(['create', 'create']);
  });

  test('drops and counts what is too much of one object, and lets others through', async () => {
    for (let n = 0; n < 40; n++) recorder.record(about, { ...pulled, note: `note ${n}` });
    recorder.record(cached('other'), pulled);
    await clock.settle();
    expect([written.length, dropped]).toEqual([26, 15]);
  });

  test('drops and counts what the API server refuses, and goes on', async () => {
    refuse = () => refusal(403, 'Forbidden', 'no');
    recorder.record(about, pulled);
    await clock.settle();
    refuse = undefined;
    recorder.record(about, { ...pulled, note: 'another' });
    await clock.settle();
    expect([written.length, dropped]).toEqual([1, 1]);
  });

  test('starts anew when the event of a series has expired', async () => {
    recorder.record(about, pulled);
    await clock.settle();
    refuse = () => refusal(404, 'NotFound', 'gone');
    recorder.record(about, pulled);
    await clock.advance(60_000);
    refuse = undefined;
    recorder.record(about, pulled);
    await clock.settle();
    expect(written.map(({ verb }) => verb)).toEqual(['create', 'create']);
    expect(dropped).toBe(0);
  });

  test('cuts a long note without cutting a character', async () => {
    recorder.record(about, { ...pulled, note: 'ä'.repeat(2000) });
    await clock.settle();
    const note = String(written[0]?.body['note']);
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024);
    expect(note).toMatch(/^ä+…$/);
  });

  test('leaves no timer behind', async () => {
    recorder.record(about, pulled);
    recorder.record(about, pulled);
    await recorder.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
