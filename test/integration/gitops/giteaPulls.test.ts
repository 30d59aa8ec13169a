/** The adapter for Gitea and Forgejo over a real Gitea. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { createGitHosts } from '../../../src/gitops/hosts/hosts.ts';
import { startGitea } from '../../cluster/addons/gitea.ts';
import { openWorkspace } from '../../cluster/workspace/workspace.ts';
import { giteaPerson } from '../../support/giteaPeople.ts';
import { type Bench, describePullRequests } from '../../unit/gitops/hosts/contract.ts';
import { person } from './support/people.ts';

const REPOSITORY = 'config';

async function openBench(): Promise<Bench> {
  const workspace = await openWorkspace({ description: 'Gitea for pull requests' });
  const gitea = await startGitea(workspace);
  await gitea.createRepository(REPOSITORY);
  const robot = await giteaPerson(gitea, 'robot', [REPOSITORY]);
  const people = { alice: await giteaPerson(gitea, 'alice', [REPOSITORY]), bob: await giteaPerson(gitea, 'bob', [REPOSITORY]) };
  const folder = mkdtempSync(join(tmpdir(), 'gitea-pulls-'));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${robot.token}\n`);
  const ada = person(people.alice.remote(REPOSITORY));
  ada.commit('Begin', { 'README.md': 'shop\n' });
  const hosts = createGitHosts(
    [{ repositories: [gitea.url], kind: 'Gitea', url: `${gitea.url}/api/v1`, tokenFile, labels: [], draft: false }],
    systemClock,
  );
  const requests = hosts.of(`${gitea.url}/${gitea.admin.name}/${REPOSITORY}.git`)?.requests;
  if (requests === undefined) throw new Error('the host is not configured');
  const of = (name: string) => people[name as keyof typeof people];
  return {
    requests,
    ada,
    people: ['alice', 'bob'],
    approve: (by, number, sha) => of(by).approve(REPOSITORY, number, sha),
    object: (by, number, sha) => of(by).object(REPOSITORY, number, sha),
    merge: (by, number, way) => of(by).merge(REPOSITORY, number, way),
    close: (by, number) => of(by).close(REPOSITORY, number),
    comment: (by, number, body) => of(by).comment(REPOSITORY, number, body),
    labelsOf: async (number) => {
      const answer = await fetch(`${gitea.url}/api/v1/repos/${gitea.admin.name}/${REPOSITORY}/issues/${number}/labels`);
      return ((await answer.json()) as readonly { readonly name: string }[]).map(({ name }) => name);
    },
    stop: async () => {
      await hosts.close();
      ada.stop();
      await workspace.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describePullRequests('Gitea', openBench);
