/** The application's source in a mirror, over a real Git server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRepositories } from '../../../src/gitops/git/repositories.ts';
import { createSourceHistory, type SourceHistory } from '../../../src/gitops/source.ts';
import { fileIn } from '../../../src/sources/applicationSource/paths.ts';
import { type GitServer, startGitServer } from '../../cluster/addons/gitServer.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { recordingLogger } from '../../support/logger.ts';
import { describeSource, type History, writeHistory } from '../../support/sourceContract.ts';

const PASSWORD = 'robot-password';
let workspace: Workspace;
let server: GitServer;
let folder: string;
let url: string;
let history: History;

beforeAll(async () => {
  workspace = await openWorkspace({ description: 'Git source tests' });
  server = await startGitServer(workspace, { users: { robot: PASSWORD } });
  folder = mkdtempSync(join(tmpdir(), 'source-'));
  writeFileSync(join(folder, 'password'), PASSWORD);
  const repository = await server.createRepository('cart');
  url = repository.url;
  history = writeHistory(mkdtempSync(join(folder, 'clone-')), repository.dir);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await workspace.stop();
});

let count = 0;
function source(allowedPrefixes: readonly string[] = [server.url]): SourceHistory {
  const repositories = createRepositories({
    dir: join(folder, `mirrors-${(count += 1)}`),
    credentials: [{ urlPrefix: server.url, username: 'robot', passwordFile: join(folder, 'password') }],
    httpHosts: ['127.0.0.1'],
    timeoutMs: 20_000,
    blobs: 'all',
    clock: systemClock,
    logger: recordingLogger([]),
  });
  return createSourceHistory({ repositories, allowedPrefixes, httpHosts: ['127.0.0.1'], fileIn });
}

describeSource('a mirror of its repository', 'line', () =>
  Promise.resolve({ port: source(), repository: url, history, stop: () => Promise.resolve() }),
);

describe('a mirror', () => {
  const at = (revision: string) => ({ repository: url, revision });

  test('gives the line itself', async () => {
    const [line] = await source().lastChanges(at(history.third), [{ file: '/app/src/cart.js', line: 2 }]);
    expect(line?.text).toBe('  return Math.floor(sum(items).amount);');
  });

  test('is read without the network once it has the commits', async () => {
    const both = source();
    const before = await both.compare(at(history.first), at(history.second));
    await server.stop();
    expect(await both.compare(at(history.first), at(history.second))).toEqual(before);
  });

  test('of a repository that the configuration does not allow is never opened', async () => {
    await expect(source(['http://127.0.0.1:1/']).compare(at(history.first), at(history.second))).rejects.toMatchObject({ kind: 'Refused' });
  });

  test.each(['--upload-pack=x', 'HEAD~1', 'a..b', '@{u}', ':/Begin', ''])('takes %j for no revision', async (revision) => {
    await expect(source().compare(at(revision), at(history.first))).rejects.toMatchObject({ kind: 'Refused' });
  });
});
