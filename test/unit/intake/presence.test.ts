import { expect, test } from 'vitest';
import { createPresence, type Presence } from '../../../src/intake/presence.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts';
import { createMemoryKube, type MemoryKube } from '../../support/memoryKube.ts';

const ROUND_MS = 30_000;

function stage(): { readonly clock: FakeClock; readonly kube: MemoryKube; readonly replica: (identity: string) => Presence } {
  const [clock, kube] = [createFakeClock(), createMemoryKube()];
  const client = kube as unknown as KubeClient;
  return { clock, kube, replica: (identity) => createPresence({ client, clock, namespace: 'agent-sre', identity, roundMs: ROUND_MS }) };
}

test('the first round misses nothing', async () => {
  expect(await stage().replica('a').takeTurn()).toEqual({ missedSince: undefined, memory: {} });
});

test('of several replicas one has the turn', async () => {
  const { clock, replica } = stage();
  const [a, b] = [replica('a'), replica('b')];
  const first = await Promise.all([a.takeTurn(), b.takeTurn()]);
  expect(first.filter((turn) => turn !== undefined)).toHaveLength(1);
  await clock.advance(ROUND_MS);
  const second = await Promise.all([a.takeTurn(), b.takeTurn()]);
  expect(second.filter((turn) => turn !== undefined)).toHaveLength(1);
});

test('a round is a read and one write', async () => {
  const { clock, kube, replica } = stage();
  const a = replica('a');
  await a.takeTurn();
  for (let round = 0; round < 20; round += 1) {
    await clock.advance(ROUND_MS);
    const turn = await a.takeTurn();
    await a.remember(turn?.memory ?? {});
  }
  expect(kube.calls).toMatchObject({ create: 1, replace: 20 });
});

test('a time in which nobody was here is told until it was made up for, whoever has the turn', async () => {
  const { clock, replica } = stage();
  const [a, b] = [replica('a'), replica('b')];
  await a.takeTurn();
  const last = clock.now();
  await clock.advance(10 * 60_000);
  expect((await a.takeTurn())?.missedSince).toBe(last);
  // a dies here
  await clock.advance(ROUND_MS);
  expect((await b.takeTurn())?.missedSince).toBe(last);
  await b.remember({}, last);
  await clock.advance(ROUND_MS);
  expect((await a.takeTurn())?.missedSince).toBeUndefined();
});

test('what is remembered is there at the next turn, and what is not is gone', async () => {
  const { clock, replica } = stage();
  const a = replica('a');
  await a.takeTurn();
  await a.remember({ x: '1', y: '2' });
  await clock.advance(ROUND_MS);
  expect((await a.takeTurn())?.memory).toEqual({ x: '1', y: '2' });
  await a.remember({ y: '3' });
  await clock.advance(ROUND_MS);
  expect((await a.takeTurn())?.memory).toEqual({ y: '3' });
});

test('a time that a wrong clock wrote far ahead stops nobody', async () => {
  const { clock, replica } = stage();
  clock.jumpWall(3600_000);
  await replica('a').takeTurn();
  clock.jumpWall(-3600_000);
  expect(await replica('b').takeTurn()).toMatchObject({ missedSince: undefined });
});
