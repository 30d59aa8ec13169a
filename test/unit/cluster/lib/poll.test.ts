import { describe, expect, test } from 'vitest';
import { describeError, until } from '../../../cluster/lib/poll.ts';

describe('until', () => {
  test('asks until the condition holds', async () => {
    const answers = ['not yet', 'nearly', undefined];
    await until('it', { deadlineSeconds: 5, intervalMs: 1 }, async () => answers.shift());
    expect(answers).toEqual([]);
  });

  test('gives up with the last answer', async () => {
    const waiting = until('the door is open', { deadlineSeconds: 0, intervalMs: 1 }, async () => 'it is locked');
    await expect(waiting).rejects.toThrow('the door is open: not after 0 s: it is locked');
  });

  test('ends at once when the probe throws', async () => {
    let asked = 0;
    const waiting = until('it', { deadlineSeconds: 60, intervalMs: 1 }, async () => {
      asked++;
      throw new Error('it burned down');
    });
    await expect(waiting).rejects.toThrow('it burned down');
    expect(asked).toBe(1);
  });
});

describe('describeError', () => {
  test.each([
    [
      'an error with its causes',
      new Error('push', { cause: new Error('connect', { cause: new Error('refused') }) }),
      'push: connect: refused',
    ],
    ['an error that has only a code', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['what is no error', 'boom', 'boom'],
  ])('%s', (_, error, want) => {
    expect(describeError(error)).toBe(want);
  });
});
