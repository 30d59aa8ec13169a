import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Span, selfTimes } from '../../../../src/analysis/traces/selfTime.ts';

const span = (spanId: string, startMs: number, durationMs: number, more: Partial<Span> = {}): Span => ({
  traceId: 't',
  spanId,
  service: 'shop',
  name: spanId,
  startMs,
  durationMs,
  error: false,
  ...more,
});
const child = { parentId: 'root' };
const selfOf = (spans: readonly Span[], id = 'root'): number | undefined =>
  selfTimes(spans).find(({ span: { spanId } }) => spanId === id)?.selfMs;

describe('selfTimes', () => {
  test.each<{ name: string; spans: readonly Span[]; want: number | undefined }>([
    { name: 'is the duration of a span without children', spans: [span('root', 0, 100)], want: 100 },
    { name: 'leaves out what a child covers', spans: [span('root', 0, 100), span('a', 10, 30, child)], want: 70 },
    {
      name: 'counts what two children cover together once',
      spans: [span('root', 0, 100), span('a', 10, 30, child), span('b', 20, 40, child)],
      want: 50,
    },
    {
      name: 'counts a child within a child once',
      spans: [span('root', 0, 100), span('a', 10, 80, child), span('b', 20, 10, child)],
      want: 20,
    },
    { name: 'cuts a child that outlives its parent', spans: [span('root', 0, 100), span('a', 60, 500, child)], want: 60 },
    {
      name: 'is zero under a child longer than its parent',
      spans: [span('root', 0, 100), span('a', -50, 500, { ...child, service: 'pay' })],
      want: 0,
    },
    { name: 'lets a child of the same host lie where it says', spans: [span('root', 0, 100), span('a', 200, 50, child)], want: 100 },
    {
      name: 'moves a child whose clock is behind into its parent',
      spans: [span('root', 1000, 100), span('a', 0, 60, { ...child, service: 'pay' })],
      want: 40,
    },
    {
      name: 'moves a child whose clock is ahead into its parent',
      spans: [span('root', 0, 100), span('a', 5000, 60, { ...child, service: 'pay' })],
      want: 40,
    },
    {
      name: 'moves the children of one clock together',
      spans: [span('root', 1000, 100), span('a', 0, 20, { ...child, service: 'pay' }), span('b', 30, 20, { ...child, service: 'pay' })],
      want: 60,
    },
    {
      name: 'does not wait for a consumer',
      spans: [span('root', 0, 100), span('a', 10, 80, { ...child, service: 'mail', kind: 'consumer' })],
      want: 100,
    },
    {
      name: 'takes no grandchild for a child',
      spans: [span('root', 0, 100), span('a', 0, 50, child), span('b', 50, 50, { parentId: 'a' })],
      want: 50,
    },
    {
      name: 'takes children of other traces for strangers',
      spans: [span('root', 0, 100), span('a', 0, 50, { ...child, traceId: 'u' })],
      want: 100,
    },
    {
      name: 'counts a span that came twice once',
      spans: [span('root', 0, 100), span('a', 0, 50, child), span('a', 50, 50, child)],
      want: 50,
    },
    { name: 'is no parent of itself', spans: [span('root', 0, 100, child)], want: 100 },
    {
      name: 'bears spans that name each other as parents',
      spans: [span('root', 0, 100, { parentId: 'a' }), span('a', 0, 100, child)],
      want: 0,
    },
    {
      name: 'leaves out a span without a time',
      spans: [span('root', 0, 100), span('a', Number.NaN, 50, child), span('b', 0, -5, child)],
      want: 100,
    },
    { name: 'leaves out a span that never ended', spans: [span('root', 0, Number.POSITIVE_INFINITY)], want: undefined },
  ])('$name', ({ spans, want }) => {
    expect(selfOf(spans)).toBe(want);
  });

  test('keeps a span whose parent is missing', () => {
    expect(selfTimes([span('a', 0, 10, { parentId: 'lost' })])).toMatchObject([{ selfMs: 10, children: [] }]);
  });

  test('sees an error begin where no child failed', () => {
    const spans = [span('root', 0, 100, { error: true }), span('a', 0, 50, { ...child, error: true }), span('b', 0, 50, child)];
    expect(selfTimes(spans).flatMap((timed) => (timed.ownError ? [timed.span.spanId] : []))).toEqual(['a']);
  });

  test('is between zero and the duration for any spans', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const any = fc.record({
      traceId: fc.constantFrom('t', 'u'),
      spanId: id,
      parentId: id,
      service: fc.constantFrom('shop', 'pay'),
      name: id,
      startMs: fc.double(),
      durationMs: fc.double(),
      error: fc.boolean(),
      kind: fc.constantFrom('server', 'client', 'consumer'),
    });
    fc.assert(
      fc.property(fc.array(any), (spans) => {
        for (const { selfMs, span: of } of selfTimes(spans)) {
          expect(selfMs).toBeGreaterThanOrEqual(0);
          expect(selfMs).toBeLessThanOrEqual(of.durationMs);
        }
      }),
    );
  });
});
