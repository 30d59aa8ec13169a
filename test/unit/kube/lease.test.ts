import { beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { ConnectionError } from '../../../src/kube/errors.ts';
import { createElection, type Election } from '../../../src/kube/lease.ts';
import { leases } from '../../../src/kube/leaseRecord.ts';
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts';
import { silentLogger } from '../../support/logger.ts';
import { createMemoryKube, type MemoryKube } from '../../support/memoryKube.ts';

const KEY = { namespace: 'sre', name: 'executor' };

let clock: FakeClock;
let kube: MemoryKube;
beforeEach(() => {
  clock = createFakeClock();
  kube = createMemoryKube();
});

interface Candidate {
  readonly election: Election;
  /** What it went through: `leads`, `lost`. */
  readonly story: string[];
  stop(): Promise<void>;
}

/** @param verbs the candidate's own connection, to be cut without harming others */
function candidate(identity: string, verbs: MemoryKube = kube, time: Clock = clock): Candidate {
  const election = createElection({
    ...KEY,
    identity,
    client: verbs,
    clock: time,
    logger: silentLogger,
    onChange: () => undefined,
    random: () => 0,
  });
  const story: string[] = [];
  const stop = new AbortController();
  const running = election.run(stop.signal, async (lost) => {
    story.push('leads');
    await new Promise((resolve) => {
      lost.addEventListener('abort', resolve, { once: true });
    });
    story.push('lost');
    return true;
  });
  return {
    election,
    story,
    stop: async () => {
      stop.abort(new Error('stopped'));
      await clock.settle();
      await running;
    },
  };
}

/** The same API server over a connection that can be cut. */
function connection(): { readonly verbs: MemoryKube; cut: boolean } {
  const link = { cut: false, verbs: kube };
  const over = async <R>(call: () => Promise<R>): Promise<R> => {
    if (link.cut) throw new ConnectionError('cut', 'closed');
    return await call();
  };
  link.verbs = {
    ...kube,
    get: (resource, key) => over(() => kube.get(resource, key)),
    create: (resource, object) => over(() => kube.create(resource, object)),
    replace: (resource, object) => over(() => kube.replace(resource, object)),
  };
  return link;
}

const lease = async () => await kube.get(leases, KEY);

describe('leader election', () => {
  test('makes the first who comes the leader, and keeps it', async () => {
    const a = candidate('a');
    const b = candidate('b');
    await clock.advance(120_000);
    expect([a.story, b.story]).toEqual([['leads'], []]);
    expect(b.election.leader()).toBe('a');
    expect((await lease())?.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
  });

  test('hands over soon after the leader has stopped in order', async () => {
    const a = candidate('a');
    const b = candidate('b');
    await clock.advance(10_000);
    await a.stop();
    expect((await lease())?.spec?.holderIdentity).toBe('');
    await clock.advance(5000);
    expect([a.story, b.story]).toEqual([['leads', 'lost'], ['leads']]);
    expect((await lease())?.spec?.leaseTransitions).toBe(1);
  });

  test('never has two leaders when one is cut off', async () => {
    const link = connection();
    const a = candidate('a', link.verbs);
    await clock.advance(1000);
    const b = candidate('b');
    await clock.advance(20_000);
    link.cut = true;
    for (let second = 0; second < 40; second++) {
      await clock.advance(1000);
      expect(a.election.isLeader() && b.election.isLeader()).toBe(false);
    }
    expect([a.story, b.story]).toEqual([['leads', 'lost'], ['leads']]);
  });

  test('gives up 10 s after the last renewal, and is taken over after 15 s', async () => {
    const link = connection();
    const a = candidate('a', link.verbs);
    await clock.advance(20_000);
    link.cut = true;
    await clock.advance(7000);
    expect(a.election.isLeader()).toBe(true);
    await clock.advance(3000);
    expect(a.election.isLeader()).toBe(false);
  });

  test('lets no effect start that could outlast the leadership', async () => {
    const link = connection();
    const a = candidate('a', link.verbs);
    await clock.advance(20_000);
    expect(a.election.mayStartEffect(7000)).toBe(true);
    expect(a.election.mayStartEffect(10_000)).toBe(false);
    link.cut = true;
    await clock.advance(4000);
    expect(a.election.mayStartEffect(7000)).toBe(false);
    expect(a.election.mayStartEffect(2000)).toBe(true);
  });

  test('knows at once that it no longer leads after the process stood still', async () => {
    let stoodStillMs = 0;
    const a = candidate('a', kube, { ...clock, monotonic: () => clock.monotonic() + stoodStillMs });
    await clock.advance(1000);
    expect(a.election.isLeader()).toBe(true);
    stoodStillMs = 30_000;
    expect([a.election.isLeader(), a.election.mayStartEffect(0)]).toEqual([false, false]);
  });

  test('does not look at wall time', async () => {
    const a = candidate('a');
    const b = candidate('b');
    await clock.advance(5000);
    clock.jumpWall(3_600_000);
    await clock.advance(10_000);
    clock.jumpWall(-7_200_000);
    await clock.advance(30_000);
    expect([a.story, b.story]).toEqual([['leads'], []]);
  });

  test('keeps its leader when the Lease is deleted every 5 s', async () => {
    const all = [candidate('a')];
    await clock.advance(1000);
    // Out of step: they look while the Lease is gone and its holder has not made it again.
    all.push(candidate('b'), candidate('c'));
    await clock.advance(500);
    for (let round = 0; round < 20; round++) {
      await kube.delete(leases, KEY);
      for (let second = 0; second < 5; second++) {
        await clock.advance(1000);
        expect(all.filter(({ election }) => election.isLeader()).length).toBeLessThanOrEqual(1);
      }
    }
    expect(all.map(({ story }) => story)).toEqual([['leads'], [], []]);
  });

  test('heeds the one who came first though the Lease is gone at the next look', async () => {
    const [a, b] = [candidate('a'), candidate('b')];
    await clock.advance(1000);
    await kube.delete(leases, KEY);
    await clock.advance(10_000);
    expect([a.story, b.story]).toEqual([['leads'], []]);
  });

  test('stops leading at once when it finds another in the record', async () => {
    const a = candidate('a');
    await clock.advance(3000);
    const record = await lease();
    if (record !== undefined)
      await kube.replace(leases, { ...record, spec: { ...record.spec, holderIdentity: 'usurper', leaseDurationSeconds: 15 } });
    await clock.advance(2000);
    expect(a.election.isLeader()).toBe(false);
    expect(a.story).toEqual(['leads', 'lost']);
  });

  test('leads again after it had lost the connection', async () => {
    const link = connection();
    const a = candidate('a', link.verbs);
    await clock.advance(5000);
    link.cut = true;
    await clock.advance(30_000);
    link.cut = false;
    await clock.advance(5000);
    expect(a.story).toEqual(['leads', 'lost', 'leads']);
  });

  test('writes nothing but its renewals, one every 2 s', async () => {
    candidate('a');
    await clock.advance(60_000);
    expect(kube.calls).toMatchObject({ create: 1, replace: 30 });
  });
});
