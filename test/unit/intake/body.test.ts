import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type BodyLimits, bodyOf } from '../../../src/intake/body.ts';
import { createBuffer } from '../../../src/intake/buffered.ts';
import { Rejection } from '../../../src/intake/rejection.ts';

const limits: BodyLimits = { maxBytes: 1024 };
const json = { 'content-type': 'application/json' };
const packed = { ...json, 'content-encoding': 'gzip' };

function request(body: RequestInit['body'], headers: Record<string, string> = json): Request {
  return new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' });
}

async function outcome(of: Request): Promise<string> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bodyOf(of, limits, () => undefined)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
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

const gzipped = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(text));

describe('bodyOf', () => {
  test.each<{ name: string; request: () => Request; want: string }>([
    { name: 'hands on what comes', request: () => request('{"a": [1]}'), want: '{"a": [1]}' },
    {
      name: 'takes a content type with parameters',
      request: () => request('1', { 'content-type': 'application/json; charset=utf-8' }),
      want: '1',
    },
    { name: 'takes JSON of a vendor', request: () => request('1', { 'content-type': 'application/vnd.x+json' }), want: '1' },
    { name: 'takes no body at all', request: () => request(null), want: '' },
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
    { name: 'unpacks gzip', request: () => request(gzipped('{"a": 1}'), packed), want: '{"a": 1}' },
    {
      name: 'refuses another encoding',
      request: () => request('{}', { ...json, 'content-encoding': 'br' }),
      want: '415 unsupported_encoding',
    },
    { name: 'refuses what is said to be gzip and is not', request: () => request('{"a": 1}', packed), want: '400 not_gzip' },
    {
      name: 'refuses gzip that breaks off',
      request: () => request(gzipped('{"a": 1}').slice(0, -9), packed),
      want: '400 not_gzip',
    },
    { name: 'refuses gzip with a wrong sum', request: () => request(spoilt(gzipped('{"a": 1}')), packed), want: '400 not_gzip' },
    { name: 'refuses what unpacks to too much', request: () => request(gzipped(' '.repeat(1025)), packed), want: '413 too_large' },
    { name: 'refuses what unpacks to far too much', request: () => request(gzipped(' '.repeat(2 ** 22)), packed), want: '413 too_large' },
    { name: 'takes what is just not too large', request: () => request('x'.repeat(1024)), want: 'x'.repeat(1024) },
    { name: 'refuses what is too large', request: () => request('x'.repeat(1025)), want: '413 too_large' },
    {
      name: 'refuses what is too large in chunks, whatever was claimed',
      request: () => request(chunked('"', ...Array.from({ length: 64 }, () => 'x'.repeat(64)))),
      want: '413 too_large',
    },
    {
      name: 'refuses by the claim, before the first byte',
      request: () => request('{}', { ...json, 'content-length': '99999999' }),
      want: '413 too_large',
    },
  ])('$name', async ({ request: make, want }) => {
    expect(await outcome(make())).toEqual(want);
  });

  test.each([json, packed])('reports a sender that leaves in the middle', async (headers) => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('reset')) });
    expect(await outcome(request(broken, headers))).toBe('408 incomplete');
  });

  test('reads no further once it was told to stop', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(new Uint8Array(16));
      },
    });
    const refuse = (): never => {
      throw new Rejection(503, 'overloaded', 'no more');
    };
    const body = bodyOf(request(endless), limits, refuse);
    await expect(body.next()).rejects.toThrow('no more');
    expect(sent).toBeLessThan(8);
  });
});

function spoilt(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = bytes.length - 5;
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return bytes;
}

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
