import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createLogger, type LoggerOptions } from '../../../src/telemetry/logger.ts';

/** The lines that a logger wrote, parsed. */
function logged(
  use: (logger: ReturnType<typeof createLogger>) => void,
  options: Partial<LoggerOptions> = {},
): readonly Record<string, unknown>[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  use(createLogger({ level: 'info', name: 'test', redactor: createRedactor(), destination, ...options }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const SECRET = 'hunter2-correct-horse';

describe('createLogger', () => {
  test('writes a JSON line with name, level, time, fields and message', () => {
    const [line] = logged((logger) => logger.info({ incident: 'inc-1' }, 'received'));
    expect(line).toMatchObject({
      name: 'test',
      level: 'info',
      incident: 'inc-1',
      msg: 'received',
      time: expect.stringMatching(/^\d{4}-.*Z$/u),
    });
  });

  test('leaves out what is below its level', () => {
    expect(logged((logger) => logger.debug({}, 'detail'))).toEqual([]);
  });

  test.each<{ name: string; use: (logger: ReturnType<typeof createLogger>) => void }>([
    { name: 'fields', use: (logger) => logger.warn({ password: SECRET }, 'x') },
    { name: 'nested fields', use: (logger) => logger.warn({ request: { headers: { authorization: `Bearer ${SECRET}` } } }, 'x') },
    { name: 'the message', use: (logger) => logger.warn({}, `login with password=${SECRET}`) },
    { name: 'errors', use: (logger) => logger.error({ error: new Error(`push to https://sre:${SECRET}@git.example/x`) }, 'x') },
    {
      name: 'causes of errors',
      use: (logger) => logger.error({ error: new Error('push', { cause: new Error(`password: ${SECRET}`) }) }, 'x'),
    },
    { name: 'fields of a child', use: (logger) => logger.child({ token: SECRET }).info({}, 'x') },
  ])('redacts $name', ({ use }) => {
    const lines = logged(use);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  test.each(['error', 'err'])('says why under %s, with causes and stack', (key) => {
    const [line] = logged((logger) => logger.error({ [key]: new Error('outer', { cause: new Error('inner') }) }, 'failed'));
    expect(line?.[key]).toMatchObject({
      name: 'Error',
      message: 'outer',
      stack: expect.stringContaining('outer'),
      cause: { message: 'inner' },
    });
  });

  test('withholds a line that cannot be redacted', () => {
    const fails = (): never => {
      throw new Error('broken');
    };
    const lines = logged((logger) => logger.info({ password: SECRET }, SECRET), { redactor: { text: fails, value: fails } });
    expect(lines).toMatchObject([{ msg: 'a line was withheld, as it could not be redacted' }]);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });
});
