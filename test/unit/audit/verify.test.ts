/** What `verify` finds: every change of a chain that was written, and which entry it is about. */

import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/audit/head.ts';
import { missingHashes, verifyChain } from '../../../src/audit/verify.ts';
import type { ConfigMap } from '../../../src/crds/configMaps.ts';
import { chainOf, newKey, written } from '../../support/auditChain.ts';

const ENTRIES = 14;
const key = newKey();
const unsigned = await written(ENTRIES);
const signed = await written(ENTRIES, key);
const problemsOf = (maps: readonly ConfigMap[]): readonly string[] => verifyChain(chainOf(maps)).problems;

type Change = (maps: readonly ConfigMap[]) => readonly ConfigMap[];
const inData =
  (name: string, at: string, change: (text: string) => string): Change =>
  (maps) =>
    maps.map((map) => (map.metadata.name === name ? { ...map, data: { ...map.data, [at]: change(map.data?.[at] ?? '') } } : map));
const segment = (index: number): string => `agent-sre-audit-executor-00000${index}`;
const HEAD = 'agent-sre-audit-executor-head';
const without =
  (name: string): Change =>
  (maps) =>
    maps.filter(({ metadata }) => metadata.name !== name);
const lines = (index: number, change: (all: string[]) => string[]): Change =>
  inData(segment(index), 'entries.jsonl', (text) =>
    change(text.trimEnd().split('\n'))
      .map((line) => `${line}\n`)
      .join(''),
  );

describe.each([
  { name: 'that nobody signs', maps: unsigned, numRuns: 2000 },
  { name: 'that is signed', maps: signed, numRuns: 400 }, // signatures take their time
])('a chain $name', ({ maps, numRuns }) => {
  test('is whole as it was written', () => {
    const { problems, entries, segments } = verifyChain(chainOf(maps));
    expect(problems).toEqual([]);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: ENTRIES }, (_, index) => index + 1));
    expect(segments).toBeGreaterThan(3);
  });

  test('is not when any one character of it is another one', () => {
    const places = maps.flatMap(({ metadata: { name }, data = {} }) => Object.entries(data).map(([at, text]) => ({ name, at, text })));
    fc.assert(
      fc.property(
        fc.constantFrom(...places).chain((place) => fc.record({ place: fc.constant(place), at: fc.nat(place.text.length - 1) })),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
        ({ place, at }, character) => {
          fc.pre(place.text[at] !== character);
          const changed = inData(place.name, place.at, (text) => `${text.slice(0, at)}${character}${text.slice(at + 1)}`)(maps);
          expect(problemsOf(changed), JSON.stringify({ at, character, place: place.at })).not.toEqual([]);
        },
      ),
      { numRuns },
    );
  });

  test('is not when any line is taken out, doubled, or changes places with another', () => {
    const all = maps.flatMap(({ data }) => (data?.['entries.jsonl'] ?? '').split('\n').filter((line) => line !== ''));
    const replaceAll = (wanted: readonly string[]): readonly ConfigMap[] => {
      // Segments of the same sizes, but for the last.
      let from = 0;
      return maps.map((map) => {
        const text = map.data?.['entries.jsonl'];
        if (text === undefined) return map;
        const count =
          map === maps.findLast(({ data }) => data?.['entries.jsonl'] !== undefined) ? wanted.length : text.trimEnd().split('\n').length;
        const mine = wanted.slice(from, from + count);
        from += mine.length;
        return { ...map, data: { ...map.data, 'entries.jsonl': mine.map((line) => `${line}\n`).join('') } };
      });
    };
    expect(problemsOf(replaceAll(all))).toEqual([]);
    const at = fc.nat(all.length - 1);
    fc.assert(
      fc.property(at, at, fc.constantFrom('out', 'double', 'swap'), (one, other, how) => {
        fc.pre(how !== 'swap' || one !== other);
        const changed = [...all];
        if (how === 'out') changed.splice(one, 1);
        if (how === 'double') changed.splice(other, 0, all[one] ?? '');
        if (how === 'swap') [changed[one], changed[other]] = [all[other] ?? '', all[one] ?? ''];
        expect(problemsOf(replaceAll(changed))).not.toEqual([]);
      }),
      { numRuns: numRuns / 4 },
    );
  });

  test.each<{ readonly name: string; readonly change: Change; readonly says: string }>([
    {
      name: 'an entry that was changed',
      change: lines(2, ([first = '', ...rest]) => [first.replace('alice', 'mallory'), ...rest]),
      says: 'was changed: it is not what its hash says',
    },
    {
      name: 'a line that can’t be read',
      change: lines(1, ([first = '', , ...rest]) => [first, 'nonsense', ...rest]),
      says: 'entry 2 (line 2 of segment 1) was changed: it can’t be read any more'.replace('’', "'"),
    },
    { name: 'a segment in the middle that is missing', change: without(segment(2)), says: 'segment 2 is missing, with what follows entry' },
    {
      name: 'the first segment that is missing',
      change: without(segment(1)),
      says: 'are missing, and no entry says that they were removed after their time',
    },
    {
      name: 'a head that is missing',
      change: without(HEAD),
      says: 'the head of the chain is missing: whether entries after 14 were cut off',
    },
    {
      name: 'the last entry that was cut off',
      change: (all) => lines(chainOf(all).segments.length, (text) => text.slice(0, -1))(all),
      says: 'entry 14 is missing: the head says that the chain ends with entry 14',
    },
  ])('names $name', ({ change, says }) => {
    expect(problemsOf(change(maps)).join('\n')).toContain(says);
  });

  test('names the entries of the last segments that were cut off', () => {
    const last = maps.findLast(({ metadata }) => metadata.name !== HEAD)?.metadata.name ?? '';
    expect(problemsOf(without(last)(maps)).join('\n')).toMatch(/missing: the head says that the chain ends with entry 14/u);
  });

  test('shows a segment that is forged after its end', () => {
    const model = maps.find(({ metadata }) => metadata.name === segment(1));
    if (model === undefined) throw new Error('there is no first segment');
    const forged = { ...model, metadata: { ...model.metadata, name: segment(9) } };
    expect(problemsOf([...maps, forged]).join('\n')).toContain('are missing, with what follows entry');
  });

  test('shows segments that have changed places', () => {
    const named: Readonly<Record<string, string>> = { [segment(1)]: segment(2), [segment(2)]: segment(1) };
    const changed = maps.map((map) => ({ ...map, metadata: { ...map.metadata, name: named[map.metadata.name] ?? map.metadata.name } }));
    expect(problemsOf(changed)).not.toEqual([]);
  });

  test('shows a hash that was kept elsewhere and is in it no more', () => {
    const verified = [verifyChain(chainOf(maps))];
    const kept = verified[0]?.entries[3]?.hash ?? '';
    expect(missingHashes(verified, [kept])).toEqual([]);
    expect(missingHashes(verified, [kept, 'sha256:other'])).toEqual(['sha256:other']);
  });
});

describe('a signature', () => {
  const mine = fingerprintOf(createPublicKey(key));
  test('is told, and is by the key that was named', () => {
    expect(verifyChain(chainOf(signed), { fingerprints: [mine] })).toMatchObject({ signedBy: mine, problems: [] });
    expect(verifyChain(chainOf(unsigned)).signedBy).toBeUndefined();
  });

  test.each([
    { name: 'of another key', made: () => written(3, newKey()) },
    { name: 'that is not there', made: () => written(3) },
  ])('$name does not count where one was named', async ({ made }) => {
    expect(verifyChain(chainOf(await made()), { fingerprints: [mine] }).problems.join('\n')).toContain('not by the key that you named');
  });

  test('of somebody else under a chain that they wrote anew shows', async () => {
    const { data } = (await written(ENTRIES, newKey())).find(({ metadata }) => metadata.name === HEAD) ?? {};
    const changed = signed.map((map) => (map.metadata.name === HEAD ? { ...map, ...(data === undefined ? {} : { data }) } : map));
    expect(verifyChain(chainOf(changed), { fingerprints: [mine] }).problems.join('\n')).toContain(
      'the head of the chain (entry 14) is signed by SHA256:',
    );
  });
});

test('a chain that nobody has begun is whole', () => {
  expect(verifyChain(chainOf([]))).toMatchObject({ entries: [], problems: [] });
});
