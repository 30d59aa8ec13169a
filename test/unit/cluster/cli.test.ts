import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const CLI = join(import.meta.dirname, '../../cluster/cli.ts');

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'cli-test-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

describe('the cluster command', () => {
  test('names all that is missing at once, before it starts anything', () => {
    const { status, output } = cli(['up', '--level', 'sim', '--with', 'prometheus'], { PATH: '/nowhere' });
    expect(status).toBe(1);
    expect(output).toContain('- git is not on PATH; install it');
    expect(output).toContain('- tar is not on PATH; install it');
    expect(output).toMatch(
      /- .*kube-scheduler, kwok, prometheus must be built, for which Go 1\.26 or newer, or Docker, is needed: no go on PATH; no docker on PATH/,
    );
  });

  test.each([
    ['an unknown level', ['up', '--level', 'huge'], 'there is no level "huge"'],
    ['an unknown add-on', ['up', '--level', 'api', '--with', 'git,grafana'], 'there is no add-on "grafana"'],
    ['an unknown command', ['restart'], 'usage: cli.ts up'],
    ['a name that cannot be a folder', ['down', '--name', '../..'], '"../.." is not'],
  ])('refuses %s and says what there is', (_, args, says) => {
    const { status, output } = cli(args);
    expect(status).toBe(1);
    expect(output).toContain(says);
  });

  test('says that there is no cluster, as a failure when asked for its status and not when asked to remove it', () => {
    expect(cli(['status'])).toEqual({ status: 1, output: 'there is no cluster "default"; start one with: make cluster-up\n' });
    expect(cli(['down'])).toEqual({ status: 0, output: 'there is no cluster "default"\n' });
  });
});

function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): { status: number | null; output: string } {
  const options = { env: { ...process.env, AGENT_SRE_CACHE: cache, ...env }, encoding: 'utf8', timeout: 15_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], options);
  return { status, output: stdout + stderr };
}
