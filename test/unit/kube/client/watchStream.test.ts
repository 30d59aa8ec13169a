import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { watchEvents } from '../../../../src/kube/client/watchStream.ts';
import { ApiError, ConnectionError } from '../../../../src/kube/errors.ts';
import { cached } from '../builders.ts';

async function* chunksOf(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(typeof part === 'string' ? Buffer.from(part) : part);
}

/** What came before the end, and what ended it. */
async function read(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly seen: readonly string[]; readonly error: unknown }> {
  const seen: string[] = [];
  try {
    for await (const event of watchEvents(chunks, 'watch things')) {
      seen.push(event.type === 'BOOKMARK' ? `BOOKMARK ${event.resourceVersion}` : `${event.type} ${event.object.metadata.name}`);
    }
    return { seen, error: undefined };
  } catch (error) {
    return { seen, error };
  }
}

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const added = (name: string): string => line('ADDED', cached(name, {}, { text: 'äöü\u{1f600}\\n"' }));

describe('the body of a watch', () => {
  test('gives the same events however it is cut into chunks', async () => {
    const names = ['a', 'b', 'c'];
    const body = Buffer.from(names.map(added).join('') + line('BOOKMARK', { metadata: { resourceVersion: '7' } }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: body.length - 1 }), { maxLength: 30 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((x, y) => x - y), body.length];
        const parts = at.slice(1).map((end, n) => body.subarray(at[n], end));
        expect(await read(chunksOf(...parts))).toEqual({ seen: [...names.map((name) => `ADDED ${name}`), 'BOOKMARK 7'], error: undefined });
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    { name: 'ends in the middle of an event', tail: added('b').slice(0, 50), says: /in the middle of an event/ },
    { name: 'holds a line that is not JSON', tail: 'garbage\n', says: /not JSON/ },
    { name: 'holds an event of no known type', tail: line('RENAMED', cached('b')), says: /"RENAMED"/ },
    { name: 'holds an object without a version', tail: line('ADDED', { metadata: { name: 'b' } }), says: /none of a watch's/ },
    { name: 'holds a JSON document that is no event', tail: '42\n', says: /none of a watch's/ },
    { name: 'holds null', tail: 'null\n', says: /none of a watch's/ },
  ])('is given up, after what was good, when it $name', async ({ tail, says }) => {
    const { seen, error } = await read(chunksOf(added('a'), tail));
    expect(seen).toEqual(['ADDED a']);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(String(error)).toMatch(says);
  });

  test('is given up when a line never ends', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield await Promise.resolve(Buffer.alloc(2 ** 20, 'x'));
    }
    expect((await read(endless())).error).toMatchObject({ kind: 'malformed' });
  });

  test('throws what an ERROR event says', async () => {
    const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    const { error } = await read(chunksOf(line('ERROR', gone)));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 410, reason: 'Expired', message: 'watch things: too old resource version' });
  });
});
