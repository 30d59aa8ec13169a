/** What callers hear of a source that fails in every way: a reason, what to do, and nothing of the inside. */
import { expect, test } from 'vitest';
import { type GapReason, SourceError } from '../../../../src/sources/gap.ts';
import type { MetricsPort } from '../../../../src/sources/metrics.ts';
import { metricsTools } from '../../../../src/tools/signals/queryMetrics.ts';
import { callOf } from '../../../support/callers.ts';
import { signalsDeps } from '../../../support/signalsDeps.ts';

const failing = (name: string, error: () => Error): MetricsPort => ({
  name,
  instant: () => Promise.reject(error()),
  range: () => Promise.reject(error()),
  metricNames: () => Promise.reject(error()),
});

const ask = (ports: readonly MetricsPort[], signal = new AbortController().signal): Promise<string> => {
  const [tool] = metricsTools(signalsDeps({ metrics: ports }));
  return (tool?.run({ query: 'up' }, { ...callOf('admin', () => true), signal }) ?? Promise.reject(new Error('no tool'))).then(
    ({ text }) => text,
    (error: Error & { reason?: string }) => `${error.reason ?? error.name}: ${error.message}`,
  );
};

const HEARD = 'dial tcp 10.1.2.3:9090 as sre:hunter2';
const source = (reason: GapReason, message: string) => (): Error => new SourceError(reason, message, { said: HEARD });

test.each<[title: string, error: () => Error, words: string]>([
  [
    'is away',
    source('Unavailable', 'main: nothing listens at its address'),
    'Unavailable: ask the source of metrics: main: nothing listens at its address',
  ],
  ['is slow', source('TimedOut', 'main: no answer within 5000 ms'), 'TimedOut: ask the source of metrics: main: no answer within 5000 ms'],
  [
    'sends gigabytes',
    source('TooLarge', 'main: more than 8 MiB'),
    'TooLarge: main: more than 8 MiB; aggregate, as in sum by (pod) (…) or topk(10, …), or add matchers',
  ],
  ['wants other credentials', source('Forbidden', 'main: HTTP 401'), 'Forbidden: ask the source of metrics: main: HTTP 401'],
  ['throws what nobody foresaw', () => new TypeError(HEARD), 'Unavailable: ask the source of metrics: it cannot be reached just now'],
])('a source that %s', async (_title, error, words) => {
  expect(await ask([failing('main', error)])).toBe(words);
});

test('a refusal is told in the source’s own words, without what is secret in them', async () => {
  const refused = (): Error =>
    new SourceError('Malformed', 'main: HTTP 400', {
      said: '{"status":"error","errorType":"bad_data","error":"parse error: token=ghp_0123456789abcdefghijABCDEFGHIJ012345"}',
    });
  const words = await ask([failing('main', refused)]);
  expect(words).toMatch(/^Invalid: query: main does not take it: parse error: /u);
  expect(words).not.toContain('ghp_0123456789');
});

test('a caller who has left gets no answer', async () => {
  const left = AbortSignal.abort();
  const words = await ask([failing('main', () => new DOMException('aborted', 'AbortError'))], left);
  expect(words).toContain('abort');
});
