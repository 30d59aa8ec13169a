import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BodyLimits, readJson } from '../../../src/intake/body.ts';
import { createBuffer } from '../../../src/intake/buffered.ts';
import { createNestingGuard } from '../../../src/intake/nesting.ts';
import { Rejection } from '../../../src/intake/rejection.ts';

const limits: BodyLimits = { maxBytes: 1024, maxDepth: 8 };

function request(body: RequestInit['body'], headers: Record<string, string> = { 'content-type': 'application/json' }): Request {
  return new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' });
}

async function outcome(of: Request): Promise<unknown> {
  try {
    return await readJson(of, limits, () => undefined);
  } catch (error) {
    if (error instanceof Rejection) return `${error.status} ${error.reason}`;
    throw error;
  }
}

function chunked(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
}

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('readJson', () => {
  test.each<{ name: string; request: () => Request; want: unknown }>([
    { name: 'takes JSON', request: () => request('{"a": [1]}'), want: { a: [1] } },
    {
      name: 'takes a content type with parameters',
      request: () => request('1', { 'content-type': 'application/json; charset=utf-8' }),
      want: 1,
    },
    { name: 'takes JSON of a vendor', request: () => request('1', { 'content-type': 'application/vnd.x+json' }), want: 1 },
    { name: 'takes a body in chunks that cut characters apart', request: () => request(new Blob(['"ä"']).stream()), want: 'ä' },
    { name: 'takes a byte order mark', request: () => request('\uFEFF{}'), want: {} },
    { name: 'refuses an empty body', request: () => request(''), want: '400 not_json' },
    { name: 'refuses no body at all', request: () => request(null), want: '400 not_json' },
    { name: 'refuses what is not JSON', request: () => request('alerts=1'), want: '400 not_json' },
    { name: 'refuses JSON that breaks off', request: () => request('{"a": '), want: '400 not_json' },
    { name: 'refuses two values in one body', request: () => request('{}{}'), want: '400 not_json' },
    { name: 'refuses what is not UTF-8', request: () => request(new Uint8Array([0x22, 0xff, 0x22])), want: '400 not_utf8' },
    { name: 'refuses UTF-16', request: () => request(new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])), want: '400 not_utf8' },
    { name: 'takes what is just not too deep', request: () => request(deep(8)), want: JSON.parse(deep(8)) as unknown },
    { name: 'refuses what is too deep', request: () => request(deep(9)), want: '400 too_deep' },
    { name: 'refuses what is far too deep before it is parsed', request: () => request(deep(500)), want: '400 too_deep' },
    { name: 'refuses depth that never closes', request: () => request('{"a":'.repeat(100)), want: '400 too_deep' },
    {
      name: 'refuses a form',
      request: () => request('a=1', { 'content-type': 'application/x-www-form-urlencoded' }),
      want: '415 unsupported_media_type',
    },
    {
      name: 'refuses a text that a browser may send anywhere',
      request: () => request('{}', { 'content-type': 'text/plain' }),
      want: '415 unsupported_media_type',
    },
    {
      name: 'refuses a compressed body',
      request: () => request('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' }),
      want: '415 unsupported_encoding',
    },
    { name: 'takes what is just not too large', request: () => request(`"${'x'.repeat(1022)}"`), want: 'x'.repeat(1022) },
    { name: 'refuses what is too large', request: () => request(`"${'x'.repeat(1023)}"`), want: '413 too_large' },
    {
      name: 'refuses what is too large in chunks, whatever was claimed',
      request: () => request(chunked('"', ...Array.from({ length: 64 }, () => 'x'.repeat(64)))),
      want: '413 too_large',
    },
    {
      name: 'refuses by the claim, before the first byte',
      request: () => request('{}', { 'content-type': 'application/json', 'content-length': '99999999' }),
      want: '413 too_large',
    },
  ])('$name', async ({ request: make, want }) => {
    expect(await outcome(make())).toEqual(want);
  });

  test('tells what is wrong without repeating what came', async () => {
    await expect(readJson(request('{"token": hunter2}'), limits, () => undefined)).rejects.toThrow(
      /^The body is not JSON( \(at character \d+\))?; send an alert message as JSON\.$/u,
    );
  });

  test('reports a sender that leaves in the middle', async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('reset')) });
    expect(await outcome(request(broken))).toBe('408 incomplete');
  });
});

describe('createNestingGuard', () => {
  /** The real depth, by walking what was parsed. */
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

  test('agrees with the parsed value, in whatever chunks the text comes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }), (json, size, limit) => {
        const isTooDeep = createNestingGuard(limit);
        const bytes = new TextEncoder().encode(json);
        const verdicts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          isTooDeep(bytes.subarray(index * size, (index + 1) * size)),
        );
        return verdicts.includes(true) === depthOf(JSON.parse(json)) > limit;
      }),
    );
  });

  test.each(['"[[[["', String.raw`"\"[[[["`, String.raw`"\\"`, String.raw`{"[[[[": "{{{{\\\"[["}`])(
    'does not count brackets in the text %s',
    (json) => {
      expect(createNestingGuard(1)(new TextEncoder().encode(json))).toBe(false);
    },
  );
});

describe('createBuffer', () => {
  test('turns away what does not fit beside the others, and takes it once they are gone', () => {
    const buffer = createBuffer(100);
    const first = buffer.open();
    first.add(80);
    expect(() => buffer.open().add(30)).toThrow('Too many large messages come in just now; send it again.');
    first[Symbol.dispose]();
  });

  test('takes a single one, however large', () => {
    using only = createBuffer(100).open();
    expect(() => only.add(500)).not.toThrow();
  });

  test('is free again when all are done', () => {
    const buffer = createBuffer(100);
    for (let round = 0; round < 3; round += 1) {
      using held = buffer.open();
      held.add(90);
    }
    using last = buffer.open();
    using beside = buffer.open();
    last.add(50);
    expect(() => beside.add(50)).not.toThrow();
  });
});
