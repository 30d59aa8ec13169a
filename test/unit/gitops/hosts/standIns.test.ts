/** The adapters for GitHub and GitLab over stand-ins that keep these APIs' rules. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createGitHosts, type HostKind } from '../../../../src/gitops/hosts/hosts.ts';
import { person } from '../../../integration/gitops/support/people.ts';
import { startGitHubPulls } from '../../../standins/github/pulls.ts';
import { startGitLab } from '../../../standins/gitlab/mergeRequests.ts';
import type { HostApi } from '../../../standins/hostApi.ts';
import { createRequestBook, type RequestBook } from '../../../standins/pullRequests.ts';
import { type Bench, describePullRequests } from './contract.ts';

const TOKEN = 'host-token-of-the-test';

type Start = (options: { readonly path: string; readonly token: string; readonly book: RequestBook }) => Promise<HostApi>;

interface Opened extends Bench {
  readonly api: HostApi;
}

async function openBench(kind: HostKind, path: string, apiPath: string, start: Start): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'host-'));
  const [bare, tokenFile] = [join(folder, 'repository.git'), join(folder, 'token')];
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
  writeFileSync(tokenFile, `${TOKEN}\n`);
  const ada = person(bare);
  ada.commit('Begin', { 'README.md': 'shop\n' });
  const book = createRequestBook(bare);
  const api = await start({ path, token: TOKEN, book });
  const hosts = createGitHosts(
    [{ repositories: [api.url], kind, url: `${api.url}${apiPath}`, tokenFile, labels: [], draft: false }],
    systemClock,
  );
  const requests = hosts.of(`${api.url}/${path}.git`)?.requests;
  if (requests === undefined) throw new Error('the host is not configured');
  const later = (act: () => unknown): Promise<void> => Promise.resolve(act()).then(() => undefined);
  return {
    api,
    requests,
    ada,
    people: ['alice', 'bob'],
    approve: (by, number) => later(() => book.review(number, by, 'APPROVED')),
    object: (by, number) => later(() => book.review(number, by, 'CHANGES_REQUESTED')),
    merge: (by, number, way) => later(() => book.merge(number, by, way === 'rebase' && kind === 'GitLab' ? 'fastForward' : way)), // GitLab does not merge by rebase
    close: (_, number) => later(() => book.close(number)),
    comment: (by, number, body) => later(() => book.comment(number, by, body)),
    labelsOf: (number) => Promise.resolve([...book.get(number).labels]),
    stop: async () => {
      await hosts.close();
      await api.stop();
      ada.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const gitHub = (): Promise<Opened> => openBench('GitHub', 'shop/config', '', startGitHubPulls);
const gitLab = (): Promise<Opened> => openBench('GitLab', 'shop/teams/config', '/api/v4', startGitLab);
describePullRequests('GitHub', gitHub);
describePullRequests('GitLab', gitLab);

test.each([
  { name: 'GitHub', open: gitHub, atLeastMs: 3_600_000 },
  { name: 'GitLab', open: gitLab, atLeastMs: 60_000 },
])('$name, once its limit is reached, is left alone for as long as it says, at most an hour', async ({ open, atLeastMs }) => {
  const { api, requests, stop } = await open();
  api.allow(0);
  await expect(requests.find('agent-sre/fix', 'main')).rejects.toMatchObject({ kind: 'Unavailable', retryAfterMs: atLeastMs });
  await expect(requests.find('agent-sre/fix', 'main')).rejects.toMatchObject({ kind: 'Unavailable' });
  expect(api.asked).toHaveLength(1);
  await stop();
});
