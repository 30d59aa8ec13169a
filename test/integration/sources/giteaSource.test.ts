/** The application's source on a whole Git host: a repository on Gitea, read with a token. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRepositories } from '../../../src/gitops/git/repositories.ts';
import { createSourceHistory } from '../../../src/gitops/source.ts';
import { fileIn } from '../../../src/sources/applicationSource/paths.ts';
import { type Gitea, startGitea } from '../../cluster/addons/gitea.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { recordingLogger } from '../../support/logger.ts';
import { describeSource, type SourceWorld, writeHistory } from '../../support/sourceContract.ts';

let workspace: Workspace;
let gitea: Gitea;
let folder: string;

beforeAll(async () => {
  workspace = await openWorkspace({ description: 'Gitea source test' });
  gitea = await startGitea(workspace);
  folder = mkdtempSync(join(tmpdir(), 'gitea-source-'));
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await workspace.stop();
});

describeSource('a mirror of its repository on Gitea', 'line', async (): Promise<SourceWorld> => {
  const url = await gitea.createRepository('cart');
  const { name, token } = gitea.admin;
  const pushed = new URL(url);
  [pushed.username, pushed.password] = [name, token];
  const history = writeHistory(mkdtempSync(join(folder, 'clone-')), pushed.href);
  const passwordFile = join(folder, 'token');
  writeFileSync(passwordFile, `${token}\n`);
  const repositories = createRepositories({
    dir: join(folder, 'mirrors'),
    credentials: [{ urlPrefix: gitea.url, username: name, passwordFile }],
    httpHosts: [new URL(gitea.url).host],
    blobs: 'all',
    clock: systemClock,
    logger: recordingLogger([]),
  });
  const port = createSourceHistory({ repositories, allowedPrefixes: [gitea.url], httpHosts: [new URL(gitea.url).host], fileIn });
  return { port, repository: url, history, stop: () => Promise.resolve() };
});
