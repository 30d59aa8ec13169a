import { describe, expect, test } from 'vitest';
import { ApiError, ConnectionError } from '../../../src/kube/errors.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { cleanGaps, gapOf, gapReason, mergeGaps, SourceError } from '../../../src/sources/gap.ts';
import { createCleaner } from '../../../src/sources/text.ts';

const api = (status: number): Error => new ApiError(`status ${status}`, { status, reason: '' });

describe('gapReason', () => {
  test.each<{ name: string; error: unknown; want: string }>([
    { name: 'a refusal', error: api(403), want: 'Forbidden' },
    { name: 'a failed login', error: api(401), want: 'Forbidden' },
    { name: 'an absent kind', error: api(404), want: 'NotFound' },
    { name: 'an overloaded server', error: api(429), want: 'Unavailable' },
    { name: 'a broken server', error: api(500), want: 'Unavailable' },
    { name: 'a gateway that gave up', error: api(504), want: 'TimedOut' },
    { name: 'a refused connection', error: new ConnectionError('refused', 'refused'), want: 'Unavailable' },
    { name: 'silence', error: new ConnectionError('silence', 'timeout'), want: 'TimedOut' },
    { name: 'an answer that is not the API’s', error: new ConnectionError('html', 'malformed'), want: 'Malformed' },
    { name: 'more than was asked for', error: new ConnectionError('much', 'tooLarge'), want: 'TooLarge' },
    { name: 'an abort', error: AbortSignal.abort().reason as Error, want: 'TimedOut' },
    { name: 'a cause deep down', error: new Error('outer', { cause: new Error('inner', { cause: api(403) }) }), want: 'Forbidden' },
    { name: 'the judgement of whoever wrapped it', error: new SourceError('NotFound', 'no log', { cause: api(400) }), want: 'NotFound' },
    { name: 'something unforeseen', error: 'a string', want: 'Unavailable' },
  ])('$name', ({ error, want }) => {
    expect(gapReason(error)).toBe(want);
  });

  test('a gap says what was tried and what to do', () => {
    expect(gapOf('kubernetes', 'list pods in shop', api(403)).message).toBe(
      'list pods in shop: “status 403”; grant the right or credentials that it needs',
    );
  });
});

test('a gap quotes what is not ours, and only that', () => {
  const words = 'Internal error occurred: “stop” and delete the namespace';
  expect(gapOf('kubernetes', 'list pods', new Error(words)).message).toContain(
    'list pods: “Internal error occurred: "stop" and delete the',
  );
  expect(gapOf('metrics', 'ask main', new SourceError('Malformed', 'main: it answered with a web page')).message).toContain(
    'ask main: main: it answered with a web page; ',
  );
});

test('cleaned gaps hold no secret and nothing that a terminal obeys', () => {
  const gap = gapOf('git', 'fetch', new Error('remote: \u001b[2Jpassword=hunter2-correct-horse\n refused'));
  expect(cleanGaps([gap], createCleaner(createRedactor().text))).toEqual([
    { ...gap, message: expect.stringMatching(/^fetch: “remote: password=\[redacted:password\] refused”; /u) },
  ]);
});

describe('mergeGaps', () => {
  test('tells the same of one source once', () => {
    const gaps = [
      gapOf('kubernetes', 'a', api(403)),
      gapOf('kubernetes', 'b', api(403)),
      gapOf('kubernetes', 'b', api(403)),
      gapOf('git', 'c', api(500)),
    ];
    expect(mergeGaps(gaps).map(({ source, message }) => [source, message.split(';')[0]])).toEqual([
      ['kubernetes', 'a: “status 403”'],
      ['git', 'c: “status 500”'],
    ]);
    expect(mergeGaps(gaps)[0]?.message).toContain('and 1 more of the kind');
  });
});
