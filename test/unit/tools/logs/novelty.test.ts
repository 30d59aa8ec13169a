import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createLogAnalysis, type Reading } from '../../../../src/tools/logs/analyse.ts';

const start = Date.parse('2026-01-31T10:00:00Z');
const now = start + 3_600_000;

const at = (second: number, rest: string): string => `${new Date(start + second * 1000).toISOString()} ${rest}`;
const routine = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => at(from + n, `INFO served order ${n}`));

async function read(lines: readonly string[], before?: readonly string[]): Promise<Reading> {
  const text = (some: readonly string[]) => ({ text: some.join('\n'), seconds: 600 });
  const { signal } = new AbortController();
  return createLogAnalysis(createRedactor()).read(text(lines), before && text(before), now, { signal });
}

const noveltyIn = async (name: string, lines: readonly string[], before?: readonly string[]): Promise<string | undefined> => {
  const { tally, news } = await read(lines, before);
  const seen = tally.families.find(({ family }) => family.name === name);
  return seen && news.ofFamily(seen);
};

const refused = (second: number): string => at(second, 'ERROR dial tcp db:5432: connect: connection refused');

describe('within a text', () => {
  test('what begins late is late', async () => {
    const lines = [
      ...routine(0, 400),
      ...Array.from({ length: 100 }, (_, n) => [refused(400 + 2 * n), ...routine(400 + 2 * n, 402 + 2 * n)]).flat(),
    ];
    expect(await noveltyIn('DatabaseUnreachable', lines)).toBe('late');
  });

  test('what is said all in one go is a burst', async () => {
    const lines = [...routine(0, 100), ...Array.from({ length: 20 }, () => refused(100)), ...routine(101, 600)];
    expect(await noveltyIn('DatabaseUnreachable', lines)).toBe('burst');
  });

  test('what was said all along is as ever', async () => {
    const lines = Array.from({ length: 100 }, (_, n) => [...routine(5 * n, 5 * n + 5), refused(5 * n + 4)]).flat();
    expect(await noveltyIn('DatabaseUnreachable', lines)).toBe('steady');
  });
});

describe('against the time before', () => {
  test('what was not there is new', async () => {
    expect(await noveltyIn('DatabaseUnreachable', [...routine(0, 100), refused(100)], routine(0, 100))).toBe('new');
  });

  test('what is far more frequent surges', async () => {
    const lines = [...routine(0, 100), ...Array.from({ length: 60 }, (_, n) => refused(100 + n))];
    expect(await noveltyIn('DatabaseUnreachable', lines, [...routine(0, 100), refused(5), refused(50)])).toBe('surging');
  });

  test('what was there as often is as ever, also if it begins late', async () => {
    const lines = [...routine(0, 100), ...Array.from({ length: 5 }, (_, n) => refused(90 + n))];
    expect(await noveltyIn('DatabaseUnreachable', lines, lines)).toBe('steady');
  });
});

describe('what was there all along', () => {
  test('is not the cause of a crash that comes later', async () => {
    const noise = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, n) => [
        ...routine(from + n, from + n + 1),
        at(from + n, 'WARN request to ads timed out, using default'),
      ]).flat();
    const lines = [
      ...noise(0, 300),
      at(300, 'ERROR write failed: No space left on device'),
      at(301, 'ERROR could not store order'),
      ...noise(302, 320),
    ];
    const { cause } = await read(lines);
    expect(cause.best?.seen.family.name).toBe('DiskFull');
  });
});

describe('a cause', () => {
  test('is not known where the errors say nothing', async () => {
    const { cause } = await read([at(0, 'ERROR something went wrong'), at(1, 'ERROR oops')]);
    expect(cause.best).toBeUndefined();
    expect(cause).toMatchObject({ confidence: 0, because: ['the errors say that something fails, and not why'] });
  });

  test('is not known where two stand level and neither explains the other', async () => {
    const { cause } = await read([
      at(0, 'ERROR write /data: no space left on device'),
      at(0, 'ERROR clock skew of 90s towards the token issuer'),
    ]);
    expect(cause).toMatchObject({ confidence: 0, because: ['disk full and clocks differ stand level, and neither explains the other'] });
  });

  test('is never certain', async () => {
    const { cause } = await read(Array.from({ length: 200 }, (_, n) => at(n, 'ERROR write /data: no space left on device')));
    expect(cause.confidence).toBeLessThanOrEqual(90);
  });
});
