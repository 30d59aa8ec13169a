import { describe, expect, test } from 'vitest';
import { COMMANDS, USAGE } from '../../../src/cli/commandTable.ts';
import { candidates, completionScript, type Names } from '../../../src/cli/completion.ts';

const names: Names = { incidents: async () => ['inc-1', 'inc-2'], plans: async () => ['rp-1'] };
const offered = async (typed: string): Promise<readonly string[]> =>
  (await candidates(typed.split(' '), names)).map((candidate) => candidate.split('\t')[0] ?? '');

describe('the shell is offered', () => {
  test.each<{ typed: string; want: readonly string[] }>([
    { typed: 'w', want: ['why', 'watch'] },
    { typed: 'why ', want: ['inc-1', 'inc-2'] },
    { typed: 'approve ', want: ['rp-1'] },
    { typed: 'show ', want: ['inc-1', 'inc-2', 'rp-1'] },
    { typed: 'show inc-2', want: ['inc-2'] },
    { typed: 'show inc-1 ', want: [] },
    { typed: 'audit ', want: ['export', 'verify'] },
    { typed: 'audit verify --p', want: ['--public-key'] },
    { typed: 'close inc-1 --', want: ['--reason', '--comment', '--namespace', '--context', '--kubeconfig', '--operator', '--help'] },
    { typed: 'close inc-1 --reason ', want: ['Fixed', 'Expected', 'Duplicate', 'NotActionable'] },
    { typed: 'approve rp-1 --reason ', want: [] },
    { typed: '-n sre get -o ', want: ['json', 'yaml'] },
    { typed: '-n sre why inc-2', want: ['inc-2'] },
    { typed: 'nonsense ', want: [] },
  ])('after "$typed"', async ({ typed, want }) => {
    expect(await offered(typed)).toEqual(want);
  });

  test('each command of the help', async () => {
    const offers = await offered('');
    for (const command of Object.keys(COMMANDS)) {
      expect(offers).toContain(command.split(' ')[0]);
      expect(USAGE).toContain(`\n  ${command}`);
    }
  });

  test('nothing where the cluster does not answer', async () => {
    const silent = { incidents: () => Promise.reject(new Error('away')), plans: names.plans };
    expect(await candidates(['show', ''], silent)).toEqual(['rp-1']);
  });
});

test.each(['bash', 'zsh', 'fish'] as const)('the script of %s asks the plugin itself', (shell) => {
  expect(completionScript(shell)).toContain('kubectl-sre __complete');
});

test('the help fits into 80 columns', () => {
  expect(USAGE.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
