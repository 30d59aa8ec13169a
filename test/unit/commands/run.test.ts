import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/commands/run.ts';
import { type Bundle, packBundle } from '../../../src/sources/frozen/bundle.ts';
import { type CapturedTerminal, createCapturedTerminal } from '../../support/capturedTerminal.ts';
import { createFakeClock } from '../../support/fakeClock.ts';
import { shop } from './shop.ts';

const golden = (name: string): string => new URL(`../../golden/diagnose/${name}`, import.meta.url).pathname;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diagnose-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function diagnosed(bundle: Bundle | string, ...more: readonly string[]): Promise<{ code: number; terminal: CapturedTerminal }> {
  const path = join(folder, 'shop.json.gz');
  await writeFile(path, typeof bundle === 'string' ? bundle : await packBundle(bundle));
  const terminal = createCapturedTerminal();
  const clock = createFakeClock(Date.parse('2026-01-01T14:00:00Z'));
  return { code: await runCommand({ name: 'diagnose', args: ['--snapshot', path, ...more], terminal, clock }), terminal };
}

const SIX = ['cart', 'web', 'db', 'mail', 'search', 'ads'];
const UNSEEN = {
  kinds: ['configmaps'],
  gaps: [{ source: 'kubernetes', reason: 'Forbidden' as const, message: 'list configmaps in shop: grant it' }],
};

describe('the page of a diagnosis', () => {
  test.each<{ name: string; bundle: Bundle }>([
    { name: 'cause', bundle: shop(SIX, ['cart']) },
    { name: 'nothing', bundle: shop(SIX, []) },
    { name: 'notSeen', bundle: { ...shop(SIX, []), notSeen: UNSEEN } },
    { name: 'empty', bundle: shop([], []) },
  ])('$name', async ({ name, bundle }) => {
    const { code, terminal } = await diagnosed(bundle);
    expect({ code, complained: terminal.complained() }).toEqual({ code: 0, complained: '' });
    await expect(terminal.printed()).toMatchFileSnapshot(golden(`${name}.txt`));
  });

  test('for programs', async () => {
    const { terminal } = await diagnosed(shop(SIX, ['cart']), '--json');
    await expect(terminal.printed()).toMatchFileSnapshot(golden('cause.json.txt'));
  });

  test('at most five candidates, and none where nothing is wrong', async () => {
    const answer = async (ill: readonly string[]): Promise<{ rootCause: unknown; candidates: unknown[]; findings: unknown[] }> =>
      JSON.parse((await diagnosed(shop(['a', ...SIX], ill), '--json')).terminal.printed()) as never;
    expect((await answer(['a', ...SIX])).candidates).toHaveLength(5);
    expect((await answer(['a', ...SIX])).findings.length).toBeGreaterThan(5);
    expect(await answer([])).toMatchObject({ rootCause: null, candidates: [] });
  });
});

describe('exit codes', () => {
  test.each<{ name: string; file: string; args?: readonly string[]; code: number; says: RegExp }>([
    { name: 'a file that is none', file: '<html>', code: 1, says: /^agent-sre diagnose: .*shop\.json\.gz: is not JSON/u },
    { name: 'JSON that is no snapshot', file: '{}', code: 1, says: /agent-sre collect writes such a file\n$/u },
    {
      name: 'a time that is none',
      file: JSON.stringify({ ...shop([], []), collectedAt: 'today' }),
      code: 1,
      says: /collectedAt: "today" is not a time/u,
    },
    {
      name: 'called wrongly',
      file: '{}',
      args: ['--nonsense'],
      code: 2,
      says: /Unknown option '--nonsense'[\s\S]*Usage: agent-sre diagnose/u,
    },
  ])('$name', async ({ file, args = [], code, says }) => {
    const { code: ended, terminal } = await diagnosed(file, ...args);
    expect(ended).toBe(code);
    expect(terminal.complained()).toMatch(says);
    expect(terminal.printed()).toBe('');
  });
});
