/**
 * A Gitea beside the shop's Git server, whose deployed branches change by pull requests alone: an account for Agent-SRE, which opens them, and two for
 * people, who are known by the same names in the cluster.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Gitea, startGitea } from '../cluster/addons/gitea.ts';
import type { Workspace } from '../cluster/workspace/workspace.ts';
import { type GiteaPerson, giteaPerson } from '../support/giteaPeople.ts';

export interface PullRequests {
  readonly gitea: Gitea;
  readonly robot: GiteaPerson;
  readonly alice: GiteaPerson;
  readonly bob: GiteaPerson;
  /** Sections of the operator's configuration; those of `git` go beside what is there. */
  readonly git: { readonly credentials: readonly object[]; readonly allowHttpHosts: readonly string[]; readonly hosts: readonly object[] };
  readonly identities: readonly object[];
}

const SECRET_MODE = 0o600;

export async function openPullRequests(workspace: Workspace): Promise<PullRequests> {
  const gitea = await startGitea(workspace);
  const robot = await giteaPerson(gitea, 'agent-sre');
  const [alice, bob] = [await giteaPerson(gitea, 'alice'), await giteaPerson(gitea, 'bob')];
  const folder = workspace.folder('operator');
  const [tokenFile, passwordFile] = [join(folder, 'gitea-token'), join(folder, 'gitea-password')];
  writeFileSync(tokenFile, robot.token, { mode: SECRET_MODE });
  writeFileSync(passwordFile, robot.password, { mode: SECRET_MODE });
  const { host } = new URL(gitea.url);
  return {
    gitea,
    robot,
    alice,
    bob,
    git: {
      credentials: [{ urlPrefix: gitea.url, username: robot.name, passwordFile }],
      allowHttpHosts: [host],
      hosts: [{ repositories: [gitea.url], kind: 'Gitea', tokenFile, labels: ['agent-sre'] }],
    },
    identities: [alice, bob].map(({ name }) => ({ user: name, groups: ['sre-approvers'], accounts: [`${host}/${name}`] })),
  };
}
