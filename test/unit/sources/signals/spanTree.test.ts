import { describe, expect, test } from 'vitest';
import { spanTree } from '../../../../src/sources/signals/spanTree.ts';
import type { Span } from '../../../../src/sources/traces.ts';

const span = (id: string, parentId?: string, more: Partial<Span> = {}): Span => ({
  traceId: 'a',
  spanId: id,
  parentId,
  service: 'cart',
  name: id,
  startMs: 0,
  durationMs: 10,
  error: false,
  kind: 'internal',
  attributes: {},
  ...more,
});

describe('spanTree', () => {
  test('indents children under their parents, with what was called and how it ended', () => {
    const attributes = { 'http.response.status_code': '500', 'exception.message': 'boom' };
    expect(spanTree([span('root'), span('b', 'root', { error: true, attributes }), span('c', 'b'), span('orphan', 'gone')])).toEqual([
      'cart: root (internal, 10 ms)',
      '  cart: b (internal, 10 ms) http.response.status_code=500 failed: boom',
      '    cart: c (internal, 10 ms)',
      'cart: orphan (internal, 10 ms)',
    ]);
  });

  test('of very many spans it keeps those that failed and what led there', () => {
    const spans = [
      span('root'),
      ...Array.from({ length: 300 }, (_, index) => span(`s${index}`, 'root')),
      span('late', 's299', { error: true }),
    ];
    const lines = spanTree(spans);
    expect(lines.length).toBeLessThanOrEqual(61);
    expect(lines).toContain('    cart: late (internal, 10 ms) failed: it does not say why');
    expect(lines.at(-1)).toBe('and 242 more spans');
  });

  test('bears spans that are their own parents, or each other’s, and a chain without end', () => {
    expect(spanTree([span('a', 'a'), span('b', 'c'), span('c', 'b')])).toEqual(['cart: a (internal, 10 ms)']);
    expect(spanTree(Array.from({ length: 2000 }, (_, index) => span(`s${index}`, `s${index - 1}`))).length).toBeLessThanOrEqual(61);
  });
});
