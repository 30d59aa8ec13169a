import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../src/redact/redactor.ts';

async function through(stream: TransformStream<string, string>, chunks: readonly string[]): Promise<readonly string[]> {
  const out: string[] = [];
  const source = new ReadableStream<string>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  for await (const piece of source.pipeThrough(stream)) out.push(piece);
  return out;
}

describe('stream', () => {
  test('gives a line when it is complete, not before', async () => {
    const out = await through(createRedactor().stream(), ['one\npass', 'word=hun', 'ter2\nthree']);
    expect(out).toEqual(['one\n', 'password=[redacted:password]\n', 'three']);
  });

  test('cuts a line beyond its limit, says so, and goes on with the next', async () => {
    const redactor = createRedactor({ limits: { maxLineChars: 64 } });
    const long = `start ${'x '.repeat(40)}password=hunter2`;
    for (const chunks of [[`${long}\nnext`], [long.slice(0, 70), `${long.slice(70)}\nnext`], Array.from(`${long}\nnext`)]) {
      const out = (await through(redactor.stream(), chunks)).join('');
      expect(out).toMatch(/^start [x ]+\[redacted:line-too-long\]\nnext$/u);
    }
  });

  test('hides base64 of text in the data of a manifest whose kind it has not seen', async () => {
    const encoded = Buffer.from('correct-horse').toString('base64');
    const out = await through(createRedactor().stream(), ['apiVersion: v1\ndata:\n', `  a: ${encoded}\n  b: plain\n`, 'kind: Secret\n']);
    expect(out.join('')).toBe('apiVersion: v1\ndata:\n  a: [redacted:secret-data]\n  b: plain\nkind: Secret\n');
  });

  test('keeps streams of one redactor apart', async () => {
    const redactor = createRedactor();
    const [first, second] = await Promise.all([
      through(redactor.stream(), ['-----BEGIN PRIVATE KEY-----\n', 'AAAA\n']),
      through(redactor.stream(), ['AAAA\n', 'BBBB\n']),
    ]);
    expect(first.join('')).toBe('[redacted:private-key]\n');
    expect(second.join('')).toBe('AAAA\nBBBB\n');
  });
});
