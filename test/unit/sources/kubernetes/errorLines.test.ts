/** What a log of a pod in good health tells of trouble. */
import { expect, test } from 'vitest';
import { readErrorLines } from '../../../../src/sources/kubernetes/errorLines.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { objectsReader } from '../../../support/objectsReader.ts';
import { container, pod, running } from '../../investigate/builders.ts';

const linesOf = async (...lines: readonly string[]) => {
  const well = pod({ ready: true }, container({ ready: true, state: running() }));
  const [found] = await readErrorLines(objectsReader([], { [well.name]: lines.join('\n') }), { pods: [well] }, createCleaner(String));
  return found?.lines ?? [];
};

test('a line that is said again counts as often as it is said, whatever its numbers', async () => {
  expect(
    await linesOf('ERROR call 1 failed: timeout', 'ready', 'ERROR call 2 failed: timeout', 'WARN low', 'ERROR call 3 failed: timeout'),
  ).toEqual([
    { text: 'WARN low', count: 1 },
    { text: 'ERROR call 3 failed: timeout', count: 3 },
  ]);
});

test('lines that differ in words are told apart', async () => {
  expect(await linesOf('ERROR call of api failed', 'ERROR call of db failed')).toEqual([
    { text: 'ERROR call of api failed', count: 1 },
    { text: 'ERROR call of db failed', count: 1 },
  ]);
});
