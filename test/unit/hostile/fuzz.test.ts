/** A snapshot whose parts are missing, or of a wrong type, is read as far as it goes: nothing that it holds makes the diagnosis fail. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../../src/investigate/analyse.ts';
import { diagnose } from '../../../src/investigate/diagnose.ts';
import { parseBundle } from '../../../src/sources/frozen/bundle.ts';
import { BundleError } from '../../../src/sources/frozen/bundleFile.ts';
import { gatherFrozen } from '../../../src/sources/frozen/gather.ts';
import { cleaner } from './path.ts';
import { type Json, scenes } from './scenes.ts';

const texts = scenes().map(({ bundle }) => JSON.stringify(bundle));

/** What stands where something else should. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'text',
  '0001-01-01T00:00:00Z',
  'not a time',
  '__proto__',
  [],
  [null],
  ['text'],
  [[]],
  {},
  { name: null },
  { constructor: { prototype: 1 } },
  { length: 3 },
];

interface Edit {
  /** Which node, as a share of all. */
  readonly at: number;
  readonly how: 'remove' | 'replace' | 'repeat' | 'rename';
  readonly strange: unknown;
}

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  how: fc.constantFrom('remove', 'replace', 'replace', 'repeat', 'rename' as const),
  strange: fc.constantFrom(...STRANGE),
}) as fc.Arbitrary<Edit>;

interface Place {
  readonly parent: Json;
  readonly key: string;
}

function placesIn(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push({ parent: value, key });
    placesIn(value[key], found);
  }
  return found;
}

function apply(bundle: Json, { at, how, strange }: Edit): void {
  const places = placesIn(bundle);
  const place = places[Math.floor(at * places.length)];
  if (place === undefined) return;
  const { parent, key } = place;
  if (how === 'replace') parent[key] = structuredClone(strange);
  else if (how === 'repeat' && Array.isArray(parent)) parent.push(...structuredClone(parent));
  else if (how === 'rename' && !Array.isArray(parent))
    Object.defineProperty(parent, 'constructor', { value: parent[key], enumerable: true, configurable: true, writable: true });
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

/** Diagnoses a bundle; a file that is no snapshot at all may be refused, with a word on why. */
async function read(text: string): Promise<unknown> {
  let snapshot: Awaited<ReturnType<typeof gatherFrozen>>;
  try {
    snapshot = await gatherFrozen(parseBundle('fuzzed', text), cleaner);
  } catch (error) {
    expect(error).toBeInstanceOf(BundleError);
    return undefined;
  }
  const { errors } = analyse(snapshot);
  expect(errors).toEqual([]);
  return diagnose(snapshot);
}

const reasonsIn = async (text: string): Promise<unknown> =>
  diagnose(await gatherFrozen(parseBundle('renamed', text), cleaner)).findings.map(({ reason, confidence }) => [reason, confidence]);

describe('a snapshot with holes', () => {
  test('is diagnosed as far as it goes, whatever is missing or of a wrong type', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(texts.length - 1), fc.array(edit, { minLength: 1, maxLength: 6 }), async (index, edits) => {
        const bundle = JSON.parse(texts[index] ?? '');
        for (const one of edits) apply(bundle, one);
        await read(JSON.stringify(bundle));
      }),
      { numRuns: 2_000, interruptAfterTimeLimit: 15_000, seed: 20260101 },
    );
  });

  test('is diagnosed when every value of one name is of a wrong type', async () => {
    const names = new Set(texts.flatMap((text) => placesIn(JSON.parse(text)).map(({ key }) => key)).filter((key) => !/^\d|^\{/u.test(key)));
    for (const [turn, name] of [...names].entries()) {
      const bundle = JSON.parse(texts[turn % texts.length] ?? '');
      for (const { parent, key } of placesIn(bundle)) if (key === name) parent[key] = structuredClone(STRANGE[turn % STRANGE.length]);
      await read(JSON.stringify(bundle));
    }
  });

  test('says that parts were left out', async () => {
    const bundle = JSON.parse(texts[0] ?? '');
    bundle.objects.items.push({ kind: 'Pod', metadata: { name: 'odd', labels: { a: 1, b: 'c' } }, spec: { containers: 'none' } });
    const { gaps } = await gatherFrozen(parseBundle('odd', JSON.stringify(bundle)), cleaner);
    expect(gaps).toContainEqual(
      expect.objectContaining({ source: 'snapshot', reason: 'Malformed', message: expect.stringContaining('2 parts') }),
    );
  });

  test('keeps objects without a uid apart', async () => {
    const bundle = JSON.parse(texts.at(-1) ?? '');
    for (const { metadata } of bundle.objects.items) {
      delete metadata.uid;
      delete metadata.ownerReferences;
    }
    const { workloads } = await gatherFrozen(parseBundle('anonymous', JSON.stringify(bundle)), cleaner);
    expect(workloads.filter(({ ref }) => ref.kind === 'Deployment').map(({ ref }) => ref.name)).toEqual(['cart', 'mysql', 'web']);
  });

  test.each(['constructor', 'prototype', 'valueof'])('finds the same where a namespace and its containers are called %s', async (name) => {
    for (const text of texts) {
      const renamed = text
        .replaceAll('"namespace":"shop"', `"namespace":"${name}"`)
        .replaceAll('\\"namespace\\":\\"shop\\"', `\\"namespace\\":\\"${name}\\"`)
        .replaceAll('"name":"app"', `"name":"${name}"`)
        .replaceAll('containers{app}', `containers{${name}}`);
      expect(await reasonsIn(renamed)).toEqual(await reasonsIn(text));
    }
  });

  test('is read to a depth, and no deeper', async () => {
    const bundle = JSON.parse(texts[0] ?? '');
    const deep = `${'['.repeat(20_000)}1${']'.repeat(20_000)}`;
    const text = JSON.stringify(bundle)
      .replaceAll('"LOG_LEVEL"', '"X"')
      .replaceAll('"args":["--verbose"]', `"args":${deep},"strange":${deep}`);
    await expect(read(text)).resolves.toBeDefined();
  });
});
