import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, packBundle, parseBundle, readBundle, timeOf } from '../../../../src/sources/frozen/bundle.ts';
import { BundleError } from '../../../../src/sources/frozen/bundleFile.ts';
import { callArguments } from '../../../../src/sources/frozen/calls.ts';

const bundle: Bundle = { query: '', namespace: 'shop', collectedAt: '2026-01-01T12:00:00Z', objects: { items: [] }, evidence: {} };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('readBundle', () => {
  test('reads what was packed', async () => {
    expect(await readBundle(await written('a.json.gz', await packBundle(bundle)))).toEqual(bundle);
  });

  test('reads plain JSON, and takes evidence for none where there is none', async () => {
    const { evidence: _, ...rest } = bundle;
    expect(await readBundle(await written('b.json', JSON.stringify(rest)))).toMatchObject({ namespace: 'shop', evidence: {} });
  });

  test.each([
    { name: 'a file that is not there', file: undefined, says: /: there is no such file$/u },
    { name: 'nothing', file: async () => '', says: /: is empty; copy it/u },
    { name: 'half a gzip', file: async () => (await packBundle(bundle)).subarray(0, 40), says: /: ends in the middle; copy it/u },
    { name: 'gzip with an error', file: async () => (await packBundle(bundle)).fill(7, 20, 30), says: /: is damaged gzip/u },
    {
      name: 'gzip that unpacks to too much',
      file: async () => gzipSync(Buffer.alloc(257 * 2 ** 20), { level: 1 }),
      says: /: holds more than 256 MiB/u,
    },
    { name: 'half a JSON', file: async () => JSON.stringify(bundle).slice(0, 70), says: /: ends in the middle; copy it/u },
    {
      name: 'half a JSON, cut within a text',
      file: async () => JSON.stringify(bundle).slice(0, 30),
      says: /: ends in the middle; copy it/u,
    },
    { name: 'HTML', file: async () => '<html>', says: /: is not JSON; name the file/u },
    { name: 'a key', file: async () => '-----BEGIN KEY-----\nMIIEhunter2', says: /^((?!hunter2|BEGIN).)*$/u },
    { name: 'a number', file: async () => '42', says: /: it is not of the type object; /u },
    { name: 'another JSON', file: async () => '{}', says: /: is no snapshot: namespace is missing; agent-sre collect/u },
    {
      name: 'objects that are no list',
      file: async () => JSON.stringify({ ...bundle, objects: { items: 'none' } }),
      says: /objects\.items/u,
    },
    {
      name: 'an object without a name',
      file: async () => JSON.stringify({ ...bundle, objects: { items: [{ kind: 'Pod', metadata: {} }] } }),
      says: /objects\.items\.0\.metadata\.name/u,
    },
    {
      name: 'evidence of another shape',
      file: async () => JSON.stringify({ ...bundle, evidence: { errorLogs: 7 } }),
      says: /evidence\.errorLogs/u,
    },
  ])('$name is said with its name', async ({ name, file, says }) => {
    const path = file === undefined ? join(folder, 'missing') : await written(name.replaceAll(' ', '-'), await file());
    const failed = await readBundle(path).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(BundleError);
    expect((failed as Error).message).toMatch(says);
    expect((failed as Error).message).toContain(path);
  });

  test('a folder is said to be one, and a file without an end is not read to it', async () => {
    await expect(readBundle(folder)).rejects.toThrow(/: is a folder; name the file/u);
    await expect(readBundle('/dev/zero')).rejects.toThrow(/: holds more than 256 MiB/u);
  });

  test('evidence that is null is none', () => {
    const text = JSON.stringify({ ...bundle, evidence: { errorLogs: null, metricsCsv: null } });
    expect(parseBundle('x', text).evidence.errorLogs).toBeNull();
  });
});

test.each([
  { collectedAt: '2026-01-01T12:00:00Z', want: '2026-01-01T12:00:00.000Z' },
  { collectedAt: '2026-01-01T12:00:00+02:00', want: '2026-01-01T10:00:00.000Z' },
  { collectedAt: '2026-01-01T12:00:00.123456', want: '2026-01-01T04:00:00.123Z' },
])('the time $collectedAt', ({ collectedAt, want }) => {
  expect(new Date(timeOf({ collectedAt })).toISOString()).toBe(want);
});

test('a time that is none is said with what to write', () => {
  expect(() => timeOf({ collectedAt: 'yesterday' })).toThrow(/"yesterday" is not a time; write one like/u);
});

test.each([
  { call: '{"service_name":"cart","port":8080}', want: { service_name: 'cart', port: '8080' } },
  { call: 'cart', want: {} },
  { call: 'null', want: {} },
  { call: '[1]', want: { 0: '1' } },
])('the arguments of $call', ({ call, want }) => {
  expect(callArguments(call)).toEqual(want);
});
