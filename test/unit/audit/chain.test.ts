/** How a chain is written: each key once, by one process or by several, over crashes and over what somebody has broken. */
import { describe, expect, test } from 'vitest';
import { verifyChain } from '../../../src/audit/verify.ts';
import { configMaps } from '../../../src/crds/configMaps.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { chainOf, entryAbout, mapsOf, NAMESPACE, startWriting, type Writing } from '../../support/auditChain.ts';
import { createFakeClock } from '../../support/fakeClock.ts';

const verified = async ({ kube }: Writing) => verifyChain(chainOf(await mapsOf(kube)));
const keysOf = async (writing: Writing): Promise<readonly string[]> => (await verified(writing)).entries.map(({ key }) => key);

describe('entries', () => {
  test('are written in order, each key once, whoever tries again', async () => {
    const writing = startWriting();
    const audit = writing.write();
    await audit.record([entryAbout('a'), entryAbout('b'), entryAbout('a')]);
    await audit.record([entryAbout('b'), entryAbout('c')]);
    await writing.write().record([entryAbout('a'), entryAbout('d')]);
    expect(await keysOf(writing)).toEqual(['a', 'b', 'c', 'd']);
    expect((await verified(writing)).problems).toEqual([]);
  });

  test('carry no secret, and are bounded', async () => {
    const writing = startWriting();
    await writing.write().record([
      {
        ...entryAbout('a', `password=hunter22secret ${'x'.repeat(5000)}`),
        detail: { said: 'Authorization: Bearer abcdefghijklmnop1234' },
      },
    ]);
    const { entries } = await verified(writing);
    expect(JSON.stringify(entries)).not.toMatch(/hunter22secret|abcdefghijklmnop1234/u);
    expect(entries[0]?.message.length).toBeLessThanOrEqual(1024);
  });

  test('leave ids and digests as they are', async () => {
    const writing = startWriting();
    const detail = { commit: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3', repository: 'https://git.example.com/shop.git', ref: 'main' };
    await writing.write().record([{ ...entryAbout('a'), digest: `sha256:${'d'.repeat(64)}`, detail }]);
    expect((await verified(writing)).entries[0]).toMatchObject({ digest: `sha256:${'d'.repeat(64)}`, detail });
  });

  test('fill segments that can’t be changed once they are full', async () => {
    const writing = startWriting();
    const audit = writing.write();
    for (let count = 0; count < 12; count += 1) await audit.record([entryAbout(`k${count}`)]);
    const { segments } = chainOf(await mapsOf(writing.kube));
    expect(segments.length).toBeGreaterThan(2);
    expect(segments.slice(0, -1).every(({ isSealed }) => isSealed)).toBe(true);
  });
});

describe('two processes that write at once', () => {
  test('add to one chain, and lose nothing', async () => {
    const writing = startWriting();
    const [one, other] = [writing.write(), writing.write()];
    const both = Array.from({ length: 10 }, (_, count) => [
      one.record([entryAbout(`one-${count}`)]),
      other.record([entryAbout(`other-${count}`)]),
    ]);
    await Promise.all(both.flat());
    expect((await keysOf(writing)).toSorted()).toEqual(
      Array.from({ length: 10 }, (_, count) => [`one-${count}`, `other-${count}`])
        .flat()
        .toSorted(),
    );
    expect((await verified(writing)).problems).toEqual([]);
  });
});

describe('a write', () => {
  test('that fails is told, and the next one goes on', async () => {
    const writing = startWriting();
    const audit = writing.write();
    await audit.record([entryAbout('a')]);
    writing.kube.fail(['replace'], 1, () => new ApiError('no space', { status: 500, reason: 'InternalError' }));
    await expect(audit.record([entryAbout('b')])).rejects.toThrow('record b in the audit of the executor');
    await audit.record([entryAbout('b')]);
    expect(await keysOf(writing)).toEqual(['a', 'b']);
  });

  test('whose answer was lost is found, and not made again', async () => {
    const writing = startWriting();
    const { kube } = writing;
    let isLost = true;
    const client = {
      ...kube,
      replace: async (...call: Parameters<typeof kube.replace>) => {
        const made = await kube.replace(...call);
        if (!isLost) return made;
        isLost = false;
        throw new Error('the connection was closed');
      },
    };
    const audit = writing.write({ client: client as never });
    await audit.record([entryAbout('a')]);
    await audit.record([entryAbout('b')]).catch(() => undefined);
    await audit.record([entryAbout('b'), entryAbout('c')]);
    expect(await keysOf(writing)).toEqual(['a', 'b', 'c']);
    expect((await verified(writing)).problems).toEqual([]);
  });

  test('of the head that fails leaves a chain that is whole, and the next process puts it right', async () => {
    const writing = startWriting();
    const audit = writing.write();
    await audit.record([entryAbout('a')]);
    const { kube } = writing;
    let calls = 0;
    const client = {
      ...kube,
      replace: (...call: Parameters<typeof kube.replace>) => {
        calls += 1;
        return calls % 2 === 0 ? Promise.reject(new Error('away')) : kube.replace(...call);
      },
    };
    await writing.write({ client: client as never }).record([entryAbout('b')]);
    expect((await verified(writing)).problems).toEqual([]);
    expect(chainOf(await mapsOf(kube)).head?.text).toContain('"seq":1,');
    await writing.write().record([entryAbout('b')]);
    expect(chainOf(await mapsOf(kube)).head?.text).toContain('"seq":2,');
  });

  test('that is the first of all, cut off before the head has moved, leaves a chain that is whole', async () => {
    const writing = startWriting();
    const client = { ...writing.kube, replace: () => Promise.reject(new Error('away')) };
    await writing.write({ client }).record([entryAbout('a')]);
    expect((await verified(writing)).problems).toEqual([]);
    await writing.write().record([entryAbout('b')]);
    expect(await keysOf(writing)).toEqual(['a', 'b']);
  });

  test('that never came leaves a chain that has begun, and is whole', async () => {
    const writing = startWriting();
    let creations = 0;
    const create = (...call: Parameters<typeof writing.kube.create>) => {
      creations += 1;
      return creations > 1 ? Promise.reject(new Error('away')) : writing.kube.create(...call);
    };
    await expect(writing.write({ client: { ...writing.kube, create } as never }).record([entryAbout('a')])).rejects.toThrow('record a');
    expect(await verified(writing)).toMatchObject({ problems: [], entries: [] });
    await writing.write().record([entryAbout('a')]);
    expect(await verified(writing)).toMatchObject({ problems: [], entries: [{ key: 'a', seq: 1 }] });
  });

  test('is refused while there is to be a signature and the key can’t be read', async () => {
    const writing = startWriting();
    const audit = writing.write({ signingKey: () => Promise.reject(new Error('audit.signingKeyFile: no such file')) });
    await expect(audit.record([entryAbout('a')])).rejects.toThrow('record a in the audit');
    expect(await mapsOf(writing.kube)).toEqual([]);
  });
});

describe('a chain that somebody has broken', () => {
  const broken = async (how: (writing: Writing) => Promise<void>): Promise<Writing> => {
    const writing = startWriting();
    const audit = writing.write();
    for (let count = 1; count <= 10; count += 1) await audit.record([entryAbout(`k${count}`)]);
    await how(writing);
    await writing.write().record([entryAbout('after')]);
    return writing;
  };
  const change = async ({ kube }: Writing, name: string, to: (text: string) => string): Promise<void> => {
    const found = await kube.get(configMaps, { namespace: NAMESPACE, name });
    if (found === undefined) throw new Error(`there is no ${name}`);
    await kube.replace(configMaps, { ...found, data: { ...found.data, 'entries.jsonl': to(found.data?.['entries.jsonl'] ?? '') } });
  };

  test.each<{ readonly name: string; readonly how: (writing: Writing) => Promise<void>; readonly says: string }>([
    {
      name: 'in the middle',
      how: (writing) => change(writing, 'agent-sre-audit-executor-000001', (text) => text.replace('alice', 'mallory')),
      says: 'entry 1 (line 1 of segment 1) was changed',
    },
    {
      name: 'at its end',
      how: (writing) => change(writing, 'agent-sre-audit-executor-000003', () => 'nonsense'),
      says: 'ends in the middle of a line',
    },
    {
      name: 'by cutting it off',
      how: async ({ kube }) => void (await kube.delete(configMaps, { namespace: NAMESPACE, name: 'agent-sre-audit-executor-000003' })),
      says: 'missing: the head says that the chain ends with entry 10',
    },
    {
      name: 'by deleting all but its head',
      how: async ({ kube }) => {
        for (const name of ['000001', '000002', '000003'])
          await kube.delete(configMaps, { namespace: NAMESPACE, name: `agent-sre-audit-executor-${name}` });
      },
      says: 'entries 1 to 10 are missing',
    },
  ])('$name goes on, says so, and stays broken', async ({ how, says }) => {
    const writing = await broken(how);
    const { entries, problems } = await verified(writing);
    expect(entries.find(({ event }) => event === 'ChainBroken')?.message).toContain(says);
    expect(entries.at(-1)?.key).toBe('after');
    expect(problems).not.toEqual([]);
    // Further processes say nothing new of it, and add to it.
    for (const key of ['once', 'twice', 'thrice']) await writing.write().record([entryAbout(key)]);
    const again = await verified(writing);
    expect(again.entries.filter(({ event }) => event === 'ChainBroken').length).toBeLessThanOrEqual(2);
    expect(again.entries.slice(-1).map(({ key }) => key)).toEqual(['thrice']);
    expect(new Set(again.entries.map(({ key }) => key)).size).toBe(again.entries.length);
  });
});

describe('after its time', () => {
  test('a segment is removed, the chain says so, and is whole', async () => {
    const writing = startWriting();
    const clock = createFakeClock();
    const audit = writing.write({ clock, limits: { segmentBytes: 1500, retentionMs: 10_000 } });
    for (let count = 0; count < 30; count += 1) {
      await audit.record([entryAbout(`k${count}`)]);
      await clock.advance(1_000);
    }
    const { problems, entries } = await verified(writing);
    expect(problems).toEqual([]);
    expect(entries[0]?.seq).toBeGreaterThan(10);
    expect(entries.some(({ event }) => event === 'SegmentsRemoved')).toBe(true);
  });

  test('no more segments are kept than there is room for', async () => {
    const writing = startWriting();
    const audit = writing.write({ limits: { segmentBytes: 1500, segments: 3 } });
    for (let count = 0; count < 40; count += 1) await audit.record([entryAbout(`k${count}`)]);
    const { problems, segments } = await verified(writing);
    expect(problems).toEqual([]);
    expect(segments).toBeLessThanOrEqual(4);
  });

  test('what could not be removed is removed with the next segment, and the chain stays whole meanwhile', async () => {
    const writing = startWriting();
    writing.kube.fail(['delete'], 2, () => new Error('away'));
    const audit = writing.write({ limits: { segmentBytes: 1500, segments: 2 } });
    for (let count = 0; count < 40; count += 1) {
      await audit.record([entryAbout(`k${count}`)]);
      expect((await verified(writing)).problems).toEqual([]);
    }
    expect((await verified(writing)).segments).toBeLessThanOrEqual(3);
  });
});
