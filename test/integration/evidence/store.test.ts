import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { investigations } from '../../../src/crds/kinds.ts';
import { configMaps, type EvidenceMap, type InvestigationRef } from '../../../src/evidence/configMap.ts';
import {
  createEvidenceStore,
  type EvidenceLimits,
  type EvidenceStore,
  type NewEvidence,
  type Stored,
} from '../../../src/evidence/store.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts';
import { installCrds } from '../../support/installCrds.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { newInvestigation } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';

const DAY = 24 * 3600 * 1000;

let client: KubeClient;
let namespace: string;
let clock: FakeClock;

beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  await installCrds(client);
});
afterAll(() => client.close());
beforeEach(async () => {
  namespace = await makeNamespace(client, 'evidence');
  clock = createFakeClock(Date.now());
});

const storeWith = (limits: Partial<EvidenceLimits> = {}, as: KubeClient = client): EvidenceStore =>
  createEvidenceStore({ client: as, namespace, redactor: createRedactor(), clock, limits });

const someInvestigation: InvestigationRef = { namespace: 'shop', name: 'inv-1', uid: '3f2c1a90-1234-4cde-9abc-def012345678' };

const seen = (content: unknown, change: Partial<NewEvidence> = {}): NewEvidence => ({
  investigation: someInvestigation,
  source: 'kubernetes',
  query: 'logs shop/cart-1',
  mediaType: 'text/plain',
  content,
  ...change,
});

/** Lines that compress badly. */
const noise = (count: number, seed = 1): string =>
  Array.from(
    { length: count },
    (_, i) => `line ${i} ${(((i + 1) * seed * 2_654_435_761) % 2 ** 32).toString(36)} ${((i * seed * 40_503) % 65_521).toString(36)}`,
  ).join('\n');

async function storedAs(result: Promise<unknown>): Promise<Stored> {
  const done = await result;
  expect(done).toMatchObject({ outcome: 'stored' });
  return done as Stored;
}

async function objects(): Promise<readonly EvidenceMap[]> {
  return (await client.list(configMaps, { namespace, labelSelector: 'app.kubernetes.io/component=evidence' })).items;
}

describe('put and get', () => {
  test('gives back, by digest, in another process, what was stored', async () => {
    const { digest, uri, bytes, truncated } = await storedAs(storeWith().put(seen('exit code 137')));
    expect({ uri, bytes, truncated }).toEqual({ uri: `evidence://sha256/${digest.slice(7)}`, bytes: 13, truncated: false });
    expect(await storeWith().get(digest)).toEqual({
      source: 'kubernetes',
      query: 'logs shop/cart-1',
      mediaType: 'text/plain',
      content: 'exit code 137',
      cutBytes: 0,
    });
  });

  test('stores nothing that was not redacted, in content, query or source', async () => {
    const jwt = `eyJ${'a1B2'.repeat(8)}.eyJ${'c3D4'.repeat(8)}.${'e5F6'.repeat(8)}`;
    const { digest } = await storedAs(
      storeWith().put(
        seen(
          { env: [{ name: 'DB_PASSWORD', value: 'hunter2' }], note: jwt },
          { query: 'get /x?token=hunter2', mediaType: 'application/json' },
        ),
      ),
    );
    const found = await storeWith().get(digest);
    expect(JSON.stringify(found)).not.toMatch(/hunter2|eyJ/u);
    expect(JSON.parse(found?.content ?? '')).toEqual({
      env: [{ name: 'DB_PASSWORD', value: '[redacted:password]' }],
      note: '[redacted:jwt]',
    });
  });

  test('stores the same observation once, also when it comes from a process that knows nothing of the first', async () => {
    const first = await storedAs(storeWith().put(seen('same')));
    const store = storeWith();
    const again = await Promise.all([store.put(seen('same')), store.put(seen('same'))]);
    expect(again).toEqual([first, first]);
    expect(await objects()).toHaveLength(1);
  });

  test('recognises an observation that was cut to its budget', async () => {
    const limits = { itemBytes: 4000 };
    const first = await storedAs(storeWith(limits).put(seen(noise(5000))));
    await storedAs(storeWith(limits).put(seen('something else, so that another budget is left')));
    expect(first.truncated).toBe(true);
    expect(await storeWith(limits).put(seen(noise(5000)))).toEqual(first);
    expect(await objects()).toHaveLength(2);
  });

  test('keeps the same observation for each investigation that made it', async () => {
    const other = { ...someInvestigation, uid: 'b1c2a90f-1234-4cde-9abc-def012345678' };
    const first = await storedAs(storeWith().put(seen('same')));
    const second = await storedAs(storeWith().put(seen('same', { investigation: other })));
    expect(second.digest).toBe(first.digest);
    expect(await objects()).toHaveLength(2);
  });

  test('stores again what was deleted behind its back', async () => {
    const store = storeWith();
    const { digest } = await storedAs(store.put(seen('a')));
    const [object] = await objects();
    await client.delete(configMaps, { namespace, name: object?.metadata.name ?? '' });
    expect(await store.get(digest)).toBeUndefined();
    await storedAs(store.put(seen('a')));
    expect(await store.get(digest)).toBeDefined();
  });

  test('makes objects that nobody can change, far below the size that the API server takes', async () => {
    await storedAs(storeWith().put(seen(noise(200_000))));
    const [object] = await objects();
    expect(object?.immutable).toBe(true);
    expect(JSON.stringify(object).length).toBeLessThan(200_000);
    const changed = { ...object, binaryData: { other: 'eA==' } } as EvidenceMap;
    await expect(client.replace(configMaps, changed)).rejects.toThrow(/immutable/u);
  });

  test('is nothing for a digest that nobody stored, or that is none', async () => {
    expect(await storeWith().get(`sha256:${'0'.repeat(64)}`)).toBeUndefined();
    expect(await storeWith().get('sha256:x,other=y')).toBeUndefined();
  });

  test('does not believe an object that holds something else than its name says', async () => {
    const { digest } = await storedAs(storeWith().put(seen('true')));
    const [object] = await objects();
    const { name, labels, annotations } = object?.metadata ?? { name: '' };
    await client.delete(configMaps, { namespace, name });
    await client.create(configMaps, {
      metadata: { namespace, name, labels: labels ?? {}, annotations: annotations ?? {} },
      binaryData: { 'evidence.json.gz': 'AAAA' },
    });
    expect(await storeWith().get(digest)).toBeUndefined();
    expect(await storeWith().put(seen('true'))).toMatchObject({
      outcome: 'refused',
      reason: 'Conflict',
      message: expect.stringContaining(name) as string,
    });
  });
});

describe('the budget of an investigation', () => {
  test('cuts the middle of what is too long, and says so', async () => {
    const result = await storedAs(storeWith({ itemBytes: 5000 }).put(seen(noise(10_000))));
    expect(result.truncated).toBe(true);
    const found = await storeWith().get(result.digest);
    expect(found?.content).toMatch(/^line 0 [^]*\n\[\d+ bytes, \d+ lines, cut here\]\n[^]*line 9999 /u);
    expect(found?.cutBytes).toBeGreaterThan(100_000);
  });

  test('cuts an enormous text before it is redacted', async () => {
    const result = await storedAs(storeWith({ inputChars: 10_000 }).put(seen(`${noise(100_000)}\npassword=hunter2`)));
    expect(result.bytes).toBeLessThan(11_000);
    expect((await storeWith().get(result.digest))?.content).toContain('password=[redacted:password]');
  });

  test('is never passed, with pieces that arrive together; then refuses, as a result', async () => {
    const store = storeWith({ investigationBytes: 20_000, itemBytes: 8_000 });
    const results = await Promise.all([1, 2, 3, 5, 7].map((seed) => store.put(seen(noise(5000, seed)))));
    expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'stored', 'refused', 'refused']);
    expect(results[4]).toMatchObject({
      reason: 'BudgetExceeded',
      message: expect.stringMatching(/^evidence of kubernetes \(logs shop\/cart-1\) was not stored: /u) as string,
    });
    const usage = await store.usage(someInvestigation);
    expect(usage).toMatchObject({ items: 3, limitBytes: 20_000 });
    expect(usage.bytes).toBeLessThanOrEqual(20_000);
  });

  test('is remembered over a restart', async () => {
    const limits = { investigationBytes: 6000, itemBytes: 5900 };
    await storedAs(storeWith(limits).put(seen(noise(5000))));
    expect(await storeWith(limits).put(seen(noise(5000, 3)))).toMatchObject({ outcome: 'refused', reason: 'BudgetExceeded' });
  });

  test('counts pieces too', async () => {
    const store = storeWith({ items: 2 });
    const results = [await store.put(seen('a')), await store.put(seen('b')), await store.put(seen('c')), await store.put(seen('a'))];
    expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'refused', 'stored']);
  });

  test('belongs to one investigation, whatever others spend', async () => {
    const store = storeWith({ items: 1 });
    await storedAs(store.put(seen('a')));
    await storedAs(store.put(seen('b', { investigation: { ...someInvestigation, uid: 'other' } })));
  });
});

describe('an API server that says no', () => {
  test('makes a refusal, with its words, of what will not change by asking again', async () => {
    const stranger = client.as({ user: 'stranger', groups: ['system:authenticated'] });
    const readable = { ...client, create: (...parameters) => stranger.create(...parameters) } satisfies KubeClient;
    expect(await storeWith({}, readable).put(seen('a'))).toMatchObject({
      outcome: 'refused',
      reason: 'Rejected',
      message: expect.stringContaining('cannot create resource "configmaps"') as string,
    });
  });

  test('makes an error, with what was tried, of what may pass; and nothing is lost afterwards', async () => {
    let down = true;
    const flaky: KubeClient = {
      ...client,
      create: (...parameters) => (down ? Promise.reject(new Error('connection refused')) : client.create(...parameters)),
    };
    const store = storeWith({}, flaky);
    await expect(store.put(seen('a'))).rejects.toThrow(/^store evidence sha256:[0-9a-f]{64} as ConfigMap /u);
    down = false;
    await storedAs(store.put(seen('a')));
  });
});

test('a piece whose reply was lost counts against the budget', async () => {
  let lost = true;
  const losing: KubeClient = {
    ...client,
    create: async (...parameters) => {
      const made = await client.create(...parameters);
      if (lost) throw new Error('connection reset');
      return made;
    },
  };
  const store = storeWith({ items: 1 }, losing);
  await expect(store.put(seen('a'))).rejects.toThrow(/^store evidence/u);
  lost = false;
  expect(await store.put(seen('b'))).toMatchObject({ outcome: 'refused', reason: 'BudgetExceeded' });
  await storedAs(store.put(seen('a')));
});

describe('garbage', () => {
  const make = async (name: string): Promise<InvestigationRef> => {
    const { metadata } = await client.create(investigations, newInvestigation({ namespace, name }));
    return { namespace, name, uid: metadata.uid };
  };

  test('is the evidence of an investigation that is gone, and nothing else', async () => {
    const [gone, living] = [await make('gone'), await make('living')];
    const store = storeWith();
    await storedAs(store.put(seen('a', { investigation: gone })));
    await storedAs(store.put(seen('b', { investigation: gone })));
    const kept = await storedAs(store.put(seen('c', { investigation: living })));
    await client.create(configMaps, { metadata: { namespace, name: 'not-evidence' } });
    await client.delete(investigations, gone);
    expect(await store.collectGarbage()).toEqual({ deleted: 2, kept: 1, problems: [] });
    expect(await store.get(kept.digest)).toBeDefined();
    expect(await client.get(configMaps, { namespace, name: 'not-evidence' })).toBeDefined();
  });

  test('is an investigation of the same name, not of the same uid', async () => {
    const first = await make('again');
    const store = storeWith();
    await storedAs(store.put(seen('a', { investigation: first })));
    await client.delete(investigations, first);
    await make('again');
    expect(await store.collectGarbage()).toMatchObject({ deleted: 1 });
  });

  test('is what is older than the retention', async () => {
    const store = storeWith({ retentionMs: 7 * DAY });
    await storedAs(store.put(seen('a', { investigation: await make('old') })));
    await clock.advance(6 * DAY);
    expect(await store.collectGarbage()).toMatchObject({ deleted: 0, kept: 1 });
    await clock.advance(2 * DAY);
    expect(await store.collectGarbage()).toMatchObject({ deleted: 1, kept: 0 });
  });

  test('goes by age alone while Investigations cannot be listed', async () => {
    const store = storeWith();
    await storedAs(store.put(seen('a')));
    const blind: KubeClient = {
      ...client,
      raw: (method, path, ...rest) =>
        path.includes('/investigations') ? Promise.reject(new Error('no such kind')) : client.raw(method, path, ...rest),
    };
    const collected = await storeWith({}, blind).collectGarbage();
    expect(collected).toMatchObject({ deleted: 0, kept: 1 });
    expect(collected.problems[0]?.message).toContain('by age alone');
  });

  test('is found over pages', async () => {
    const store = storeWith();
    for (let i = 0; i < 45; i++) await storedAs(store.put(seen(`piece ${i}`)));
    expect(await store.collectGarbage()).toEqual({ deleted: 45, kept: 0, problems: [] });
    expect(await objects()).toEqual([]);
  });
});
