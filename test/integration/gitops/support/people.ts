/** People who work with a repository as people do: a clone, an editor, commit and push. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Person {
  /** Commits the files (undefined: removed) and pushes; gives the commit. Dates are in seconds since the epoch. */
  readonly commit: (message: string, files: Readonly<Record<string, string | undefined>>, options?: { readonly at?: number }) => string;
  readonly git: (...args: readonly string[]) => string;
  /** A file of the branch as the host has it. */
  readonly read: (path: string) => string;
  readonly tip: () => string;
  readonly stop: () => void;
}

/** @param bare the folder of the bare repository that the host serves */
export function person(bare: string, name = 'Ada'): Person {
  const clone = mkdtempSync(join(tmpdir(), 'people-'));
  const env = { ...gitEnvironment(name), HOME: clone };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: clone, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  git('init', '--quiet', '--initial-branch=main');
  git('remote', 'add', 'origin', bare);
  const update = (): void => {
    if (git('ls-remote', 'origin', 'refs/heads/main') === '') return;
    git('fetch', '--quiet', 'origin', 'main');
    git('reset', '--quiet', '--hard', 'FETCH_HEAD');
  };
  return {
    git,
    commit: (message, files, { at } = {}) => {
      update();
      for (const [path, content] of Object.entries(files)) {
        const file = join(clone, path);
        mkdirSync(dirname(file), { recursive: true });
        if (content === undefined) rmSync(file);
        else writeFileSync(file, content);
      }
      git('add', '--all');
      const date = at === undefined ? {} : { GIT_AUTHOR_DATE: `${at} +0000`, GIT_COMMITTER_DATE: `${at} +0000` };
      execFileSync('git', ['commit', '--quiet', '--allow-empty', '-m', message], { cwd: clone, env: { ...env, ...date }, stdio: 'pipe' });
      git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
      return git('rev-parse', 'HEAD');
    },
    read: (path) => {
      update();
      return execFileSync('git', ['show', `HEAD:${path}`], { cwd: clone, env, encoding: 'utf8', stdio: 'pipe' });
    },
    tip: () => {
      update();
      return git('rev-parse', 'HEAD');
    },
    stop: () => rmSync(clone, { recursive: true, force: true }),
  };
}

function gitEnvironment(name: string): Record<string, string> {
  const email = `${name.toLowerCase()}@people.test`;
  return {
    PATH: process.env.PATH ?? '',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}
