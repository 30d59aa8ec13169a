/** The small languages of sources: whatever a name or a word is, it stays one literal of the query that it stands in. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countQuery, labelNames, logQuery } from '../../../src/sources/logql.ts';
import type { LogQuery } from '../../../src/sources/logs.ts';
import { alternatives, anyOf, matcherText } from '../../../src/sources/promql.ts';
import { quotedText } from '../../../src/sources/signoz/query.ts';
import { traceQl } from '../../../src/sources/traceql.ts';
import { inSteps, stepFor } from '../../../src/sources/window.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
/** What is left of a query when its double-quoted literals are taken out. */
const skeleton = (query: string): string => query.replace(/"(?:[^"\\]|\\[\s\S])*"/gu, '""');

describe('names and words of strangers', () => {
  test('stay literals in LogQL', () => {
    const names = { namespace: 'namespace', pod: 'pod', container: 'container' };
    fc.assert(
      fc.property(anyText, anyText, anyText, (namespace, pod, word) => {
        const query: LogQuery = { namespace, pods: [pod], containing: [word], window: { start: 0, end: 1 } };
        expect(skeleton(logQuery(query, names, ['namespace', 'pod']).text)).toBe('{namespace="",pod=""} |~ ""');
      }),
    );
  });

  test('stay literals in TraceQL', () => {
    fc.assert(
      fc.property(anyText, anyText, (service, namespace) => {
        const query = traceQl({ service, namespace, errorsOnly: true, minDurationMs: 5.4, window: { start: 0, end: 1 } });
        expect(skeleton(query)).toBe(
          '{ resource.service.name = "" && resource.k8s.namespace.name = "" && status = error && duration >= 5ms }',
        );
      }),
    );
  });

  test('stay literals in filters of SigNoz', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const literal = quotedText(value);
        expect(literal.replace(/'(?:[^'\\]|\\[\s\S])*'/gu, '')).toBe('');
        expect(literal.slice(1, -1).replace(/\\([\s\S])/gu, '$1')).toBe(value);
      }),
    );
  });

  test('match themselves and nothing else as alternatives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), fc.string({ unit: 'grapheme-ascii' }), (one, other) => {
        const pattern = new RegExp(`^(?:${alternatives([one])})$`, 'u');
        expect(pattern.test(one)).toBe(true);
        expect(pattern.test(other)).toBe(one === other);
      }),
    );
  });
});

test.each([
  { name: 'one value', values: ['a.b'], want: 'pod="a.b"' },
  { name: 'several values', values: ['a.b', 'c'], want: String.raw`pod=~"a\\.b|c"` },
  { name: 'no value', values: [], want: 'pod=~""' },
])('anyOf of $name is the simplest matcher', ({ values, want }) => {
  expect(matcherText(anyOf('pod', values))).toBe(want);
});

describe('labelNames', () => {
  test.each([
    { name: 'of Alloy', labels: ['container', 'namespace', 'pod'], want: 'pod' },
    { name: 'of OpenTelemetry', labels: ['k8s_namespace_name', 'k8s_pod_name', 'service_name'], want: 'k8s_pod_name' },
    { name: 'where pods are no label', labels: ['namespace'], want: 'pod' },
    { name: 'rather those that know pods', labels: ['namespace', 'k8s_namespace_name', 'k8s_pod_name'], want: 'k8s_pod_name' },
    { name: 'of nobody known', labels: ['job', 'host'], want: undefined },
  ])('$name', ({ labels, want }) => {
    expect(labelNames(labels)?.pod).toBe(want);
  });
});

test('what is no label is filtered for', () => {
  const names = { namespace: 'namespace', pod: 'pod', container: 'container' };
  const query: LogQuery = { namespace: 'shop', pods: ['a'], container: 'app', containing: ['Error'], window: { start: 0, end: 1 } };
  const { text, unlabelled } = logQuery(query, names, ['namespace', 'container']);
  expect(text).toBe('{namespace="shop",container="app"} |~ "(?i)(?:Error)" | pod="a"');
  expect(unlabelled).toEqual(['pod']);
  expect(countQuery(text, 30_000)).toBe(`sum(count_over_time(${text} [30s]))`);
});

describe('stepFor', () => {
  test('never gives more points than are wanted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 * 86_400_000 }), fc.integer({ min: 1, max: 500 }), (length, points) => {
        expect(length / stepFor({ start: 0, end: length }, points)).toBeLessThanOrEqual(points);
      }),
    );
  });
});

describe('inSteps', () => {
  test('asked a second later, a window is the same', () => {
    expect(inSteps(60_000, { start: 1_000, end: 120_500 })).toEqual({ start: 0, end: 120_000 });
    expect(inSteps(60_000, { start: 2_000, end: 124_999 })).toEqual({ start: 0, end: 120_000 });
  });

  test('its end is not lost, and it is whole steps that cover the beginning', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 5_000, max: 10_000_000 }), (start, length) => {
        const stepMs = stepFor({ start, end: start + length }, 20);
        const found = inSteps(stepMs, { start, end: start + length });
        expect(start + length - found.end).toBeLessThan(5_000);
        expect(found.start).toBeLessThanOrEqual(start);
        expect((found.end - found.start) % stepMs).toBe(0);
      }),
    );
  });
});
