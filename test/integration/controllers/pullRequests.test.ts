/**
 * Plans that are delivered by pull request, on a real API server with admission, a real Gitea and the real Flux: the test plays the people at the Git host
 * and the investigator.
 *
 * The executor is killed before and after each of its writes to the API server, between which its writes to the Git host lie: there is one branch, one
 * request, one comment, and what was merged is deployed once.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { configMaps } from '../../../src/crds/configMaps.ts';
import { type RemediationPlan, remediationPolicies } from '../../../src/crds/kinds.ts';
import { STOP_SWITCH } from '../../../src/crds/stopSwitch.ts';
import { hasEnded } from '../../../src/domain/plan.ts';
import { GitError } from '../../../src/gitops/errors.ts';
import { createRepositories, type Repositories } from '../../../src/gitops/git/repositories.ts';
import { createGitHosts, type GitHosts } from '../../../src/gitops/hosts/hosts.ts';
import { leases } from '../../../src/kube/leaseRecord.ts';
import { type Gitea, startGitea } from '../../cluster/addons/gitea.ts';
import { type GiteaPerson, giteaPerson, type MergeWay, protectBranch } from '../../support/giteaPeople.ts';
import { kubectlSre } from '../../support/kubectlSre.ts';
import { silentLogger } from '../../support/logger.ts';
import { until } from '../../support/until.ts';
import { type Person, person } from '../gitops/support/people.ts';
import { type Life, live, liveAndDie, seen as seenBy } from './executorLife.ts';
import { answerVerification, cart, lifeOf, NAMESPACE, openTheatre, planToTakeBack, say, type Theatre } from './executorStory.ts';

const LIVES_MAX = 60;
/** Other tests may be at work on the same two cores. */
const PATIENCE_MS = 200_000;

let theatre: Theatre;
let gitea: Gitea;
let hosts: GitHosts;
let repositories: Repositories;
let folder: string;
const people = new Map<string, GiteaPerson>();
const clones: Person[] = [];

beforeAll(async () => {
  theatre = await openTheatre();
  gitea = await startGitea(theatre.stage.cluster.workspace);
  for (const name of ['robot', 'alice', 'carol', 'mallory']) people.set(name, await giteaPerson(gitea, name));
  folder = mkdtempSync(join(tmpdir(), 'pull-requests-'));
  const [tokenFile, passwordFile] = [join(folder, 'token'), join(folder, 'password')];
  writeFileSync(tokenFile, `${at('robot').token}\n`);
  writeFileSync(passwordFile, `${at('robot').password}\n`);
  repositories = createRepositories({
    dir: join(folder, 'mirrors'),
    credentials: [{ urlPrefix: gitea.url, username: 'robot', passwordFile }],
    httpHosts: ['127.0.0.1'],
    timeoutMs: 20_000,
    clock: systemClock,
    logger: silentLogger,
  });
  hosts = createGitHosts(
    [{ repositories: [gitea.url], kind: 'Gitea', url: `${gitea.url}/api/v1`, tokenFile, labels: ['agent-sre'], draft: false }],
    systemClock,
  );
}, 180_000);
afterAll(async () => {
  for (const clone of clones) clone.stop();
  await hosts?.close();
  await theatre?.close();
  rmSync(folder, { recursive: true, force: true });
});

function at(name: string): GiteaPerson {
  const found = people.get(name);
  if (found === undefined) throw new Error(`nobody is called ${name}`);
  return found;
}

/** Alice and Carol may approve; Mallory is listed and may not. */
const identities = () => {
  const host = new URL(gitea.url).host;
  return [
    { user: 'alice', groups: ['sre-approvers'], accounts: [`${host}/alice`] },
    { user: 'carol', groups: ['sre-approvers'], accounts: [`${host}/Carol`] },
    { user: 'mallory', groups: [], accounts: [`${host}/mallory`] },
  ];
};

interface Story {
  readonly name: string;
  readonly ada: Person;
  readonly bad: string;
  readonly plan: RemediationPlan;
}

async function begin(name: string, spec: Partial<RemediationPlan['spec']> = {}): Promise<Story> {
  const url = await gitea.createRepository(name);
  for (const one of people.values()) await one.joins(name);
  const ada = person(at('alice').remote(name));
  clones.push(ada);
  const first = ada.commit('Begin', { 'apps/cart.yaml': cart(name, '8080') });
  const applied = await theatre.stage.deploy({ name, url, username: 'robot', password: at('robot').password });
  await applied(first);
  const bad = ada.commit('Move the port', { 'apps/cart.yaml': cart(name, '9090') });
  await applied(bad);
  const summary = 'Take the port back. @everyone look at https://evil.example';
  return { name, ada, bad, plan: await planToTakeBack(theatre, { name, bad }, { summary, strategy: 'PullRequest', ...spec }) };
}

const life = (plan: RemediationPlan): Life => ({
  ...lifeOf(theatre, plan),
  remediate: { repositories, renderer: theatre.stage.deps.renderer, operatorNamespace: NAMESPACE },
  hosts,
  identities: identities(),
  patienceMs: PATIENCE_MS,
});
const seen = (plan: RemediationPlan): Promise<RemediationPlan> => seenBy(theatre.stage.client, plan);

/** The plan's request, once it is open. */
async function opened(plan: RemediationPlan): Promise<{ readonly number: number; readonly headSha: string; readonly url: string }> {
  const { number, headSha, url } = await until(
    `the pull request of ${plan.metadata.name} is open`,
    async () => {
      const { pullRequest } = (await seen(plan)).status ?? {};
      return pullRequest?.openedAt === undefined ? undefined : pullRequest;
    },
    PATIENCE_MS,
  );
  return { number: number ?? 0, headSha, url: url ?? '' };
}

/** What the executor does while somebody acts, until its plan is over. */
async function whileAlive(plan: RemediationPlan, act: () => Promise<void>, isOver?: Life['isOver']): Promise<RemediationPlan> {
  const living = live({ ...life(plan), ...(isOver === undefined ? {} : { isOver }) });
  await act();
  await living;
  return seen(plan);
}

/** What the locks of workloads say was done, as other plans are judged by. */
async function effectsOn(plan: RemediationPlan): Promise<string> {
  const locks = await theatre.stage.client.list(leases, {
    namespace: NAMESPACE,
    labelSelector: 'app.kubernetes.io/component=workload-lock',
  });
  const own = locks.items.filter(
    ({ metadata }) => metadata.annotations?.['agentsre.io/target'] === `Deployment/${plan.metadata.name}/cart`,
  );
  return own.map(({ metadata }) => metadata.annotations?.['agentsre.io/effects'] ?? '').join();
}

const conditionOf = ({ status }: RemediationPlan, type: string) => status?.conditions?.find((condition) => condition.type === type);

/** Of the deployed branch, after the commit that did the harm. */
const sinceBad = ({ ada, bad }: Story): string[] => {
  ada.tip();
  return ada
    .git('log', '--first-parent', '--reverse', '--format=%H', `${bad}..HEAD`)
    .split('\n')
    .filter((line) => line !== '');
};

describe('a plan that is delivered by pull request', () => {
  test.each<{ readonly way: MergeWay; readonly deaths: boolean }>([
    { way: 'merge', deaths: true },
    { way: 'squash', deaths: false },
    { way: 'rebase', deaths: false },
  ])(
    'goes on once a listed person has merged it by $way (killed at every write: $deaths)',
    { timeout: 300_000 },
    async ({ way, deaths }) => {
      const story = await begin(`helped-${way}`);
      const { plan, name } = story;
      const others = (async () => {
        const { number } = await opened(plan);
        await at('alice').merge(name, number, way);
        await answerVerification(theatre, plan, 'NothingWrong');
      })();
      if (deaths) await liveAndDie(life(plan), LIVES_MAX);
      else await live(life(plan));
      await others;

      const { status } = await seen(plan);
      expect(status?.phase, JSON.stringify(status?.conditions)).toBe('Succeeded');
      expect(story.ada.read('apps/cart.yaml')).toBe(cart(name, '8080'));
      expect(status?.pullRequest).toMatchObject({ mergedBy: expect.stringMatching(/^alice \(/u), mergeSha: status?.commit?.sha });
      expect(status?.approvals).toEqual([expect.objectContaining({ approver: 'alice', decision: 'Approve', valid: true })]);
      expect(sinceBad(story)).toEqual([status?.commit?.sha]);
      expect(await at('robot').requests(name)).toHaveLength(1);
      expect(await at('robot').branches(name)).toHaveLength(2);
      expect(await effectsOn(plan)).toContain(plan.metadata.uid);
    },
  );

  test('shows the request, what it takes to approve it, and nothing that strangers could make a link of', {
    timeout: 300_000,
  }, async () => {
    const target = { kind: 'Deployment', namespace: 'shown', name: 'cart' };
    const { plan, name } = await begin('shown', { successCriteria: [{ type: 'NeighboursUnharmed', target, withinSeconds: 600 }] });
    const { url } = await opened(await whileAlive(plan, async () => void (await opened(plan)), isShown));
    const { status } = await seen(plan);
    expect(status).toMatchObject({
      phase: 'AwaitingApproval',
      approveCommand: `merge ${url}`,
      waitingOn: { who: 'Person', detail: expect.stringContaining(url) },
    });
    // Nobody knows when it is merged: what is wrong around it is looked at before.
    expect(status?.baseline).toMatchObject({ name: expect.stringMatching(/^inv-/u) });
    const [request] = await at('robot').requests(name);
    expect(request?.title).toBe('Agent-SRE: RevertCommit on Deployment shown/cart');
    expect(request?.labels.map((label) => label.name)).toEqual(['agent-sre']);
    expect(request?.body).toContain('To approve, merge this.');
    expect(request?.body).toContain(status?.digest?.slice(0, 19));
    expect(request?.body).not.toMatch(/@everyone|https:\/\/evil/u);
  });

  test('ends where it was merged by somebody who may not approve, says so, and touches nothing', { timeout: 300_000 }, async () => {
    const story = await begin('forbidden');
    const { plan, name } = story;
    const ended = await whileAlive(plan, async () => at('mallory').merge(name, (await opened(plan)).number));
    expect(ended.status?.phase).toBe('Failed');
    expect(conditionOf(ended, 'Approved')).toMatchObject({ status: 'False', reason: 'MergedWithoutApproval' });
    expect(conditionOf(ended, 'Succeeded')?.message).toMatch(/mallory.*may not approve.*git revert/u);
    expect(ended.status?.commit).toBeUndefined();
    expect(sinceBad(story)).toHaveLength(1);
  });

  test('is void once somebody has pushed to its branch: it is closed with a comment, once, whenever the executor is killed', {
    timeout: 300_000,
  }, async () => {
    const { plan, name, ada } = await begin('pushed-to');
    const others = (async () => {
      const { number } = await opened(plan);
      const [request] = await at('robot').requests(name);
      ada.git('fetch', '--quiet', 'origin', request?.head.ref ?? '');
      ada.git(
        'push',
        '--quiet',
        'origin',
        `${ada.git('commit-tree', '-p', 'FETCH_HEAD', '-m', 'More', 'FETCH_HEAD^{tree}')}:refs/heads/${request?.head.ref}`,
      );
      return number;
    })();
    await liveAndDie(life(plan), LIVES_MAX);
    const number = await others;
    const ended = await seen(plan);
    expect(ended.status?.phase).toBe('Stale');
    expect(conditionOf(ended, 'Succeeded')?.message).toContain('commits were pushed to it after the plan’s own');
    const [request] = await at('robot').requests(name);
    expect(request?.state).toBe('closed');
    expect(await at('robot').comments(name, number)).toEqual([expect.stringContaining('commits were pushed to it')]);
    expect(await at('robot').branches(name)).toHaveLength(2);
  });

  test('is rejected by closing it, and says why in the words of who did', { timeout: 300_000 }, async () => {
    const { plan, name } = await begin('closed');
    const ended = await whileAlive(plan, async () => {
      const { number } = await opened(plan);
      await at('carol').comment(name, number, 'The port is right; the probe is wrong.');
      await at('carol').close(name, number);
    });
    expect(ended.status?.phase).toBe('Rejected');
    expect(conditionOf(ended, 'Succeeded')?.message).toContain('carol: “The port is right; the probe is wrong.”');
  });

  test('is closed where it is rejected through the cluster, and an approval there does not count', { timeout: 300_000 }, async () => {
    const { plan, name } = await begin('vetoed');
    let number = 0;
    const ended = await whileAlive(plan, async () => {
      ({ number } = await opened(plan));
      await say(theatre, plan, 'Approve');
      await until('the approval is judged', async () => ((await seen(plan)).status?.approvals?.length ?? 0) > 0 || undefined, PATIENCE_MS);
      expect((await seen(plan)).status?.approvals).toMatchObject([{ valid: false, reason: 'ByMerge' }]);
      await say(theatre, plan, 'Reject');
    });
    expect(ended.status?.phase).toBe('Rejected');
    expect(await at('robot').comments(name, number)).toEqual([expect.stringContaining('rejected by alice')]);
  });

  test('is closed when it has expired, all once though each answer of the host was lost', { timeout: 300_000 }, async () => {
    const { plan, name } = await begin('expired', { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    const lost: string[] = [];
    await live({ ...life(plan), hosts: losingAnswers(hosts, lost) });
    const ended = await seen(plan);
    const number = ended.status?.pullRequest?.number ?? 0;
    expect(lost).toEqual(['create', 'comment', 'close']);
    expect(ended.status?.phase).toBe('Expired');
    expect(await at('robot').requests(name)).toMatchObject([{ number, state: 'closed' }]);
    expect(await at('robot').comments(name, number)).toEqual([expect.stringContaining('nobody approved it before')]);
  });

  test('is taken back by a request of its own where the branch takes no push, and waits loudly for a person', {
    timeout: 400_000,
  }, async () => {
    const story = await begin('protected');
    const { plan, name } = story;
    await protectBranch(gitea, name);
    const ended = await whileAlive(plan, async () => {
      const { number } = await opened(plan);
      await at('alice').merge(name, number, 'squash');
      await answerVerification(theatre, plan, 'Unresolved');
      const waiting = await until(
        'the plan waits for the revert to be merged',
        async () => {
          const { rollback, waitingOn } = (await seen(plan)).status ?? {};
          return rollback?.pullRequest?.number !== undefined && waitingOn?.who === 'Person'
            ? { ...rollback.pullRequest, waitingOn }
            : undefined;
        },
        PATIENCE_MS,
      );
      expect(waiting.waitingOn.detail).toMatch(/to merge .*takes back a fix/u);
      await at('carol').merge(name, waiting.number ?? 0);
    });
    expect(ended.status?.phase, JSON.stringify(ended.status?.conditions)).toBe('RolledBack');
    expect(story.ada.read('apps/cart.yaml')).toBe(cart(name, '9090'));
    expect(sinceBad(story)).toEqual([ended.status?.commit?.sha, ended.status?.rollback?.commit?.sha]);
  });
});

test.each(['Suggest', 'Off'] as const)('where the policy says %s, not even a branch is written', { timeout: 300_000 }, async (mode) => {
  const name = `policy-${mode.toLowerCase()}`;
  await theatre.stage.client.create(remediationPolicies, { metadata: { name }, spec: { mode, selector: { namespaces: [name] } } });
  const { plan } = await begin(name);
  // A suggestion is scored a day later; that is not waited for.
  await live({ ...life(plan), isOver: (now) => hasEnded(now) });
  expect((await seen(plan)).status).toMatchObject({ phase: mode === 'Off' ? 'Failed' : 'Suggested' });
  expect(await at('robot').branches(name)).toEqual(['main']);
});

test('while it is stopped no branch is pushed and no request opened; after the start there is one', { timeout: 300_000 }, async () => {
  const { stage } = theatre;
  expect(await kubectlSre(stage.cluster, ['stop', '--reason', 'the database moves'])).toMatchObject({ code: 0 });
  const { plan, name } = await begin('stopped');
  const isStopped: Life['isOver'] = ({ status }) =>
    status?.digest !== undefined && status.waitingOn?.detail?.includes('the database moves') === true;
  await live({ ...life(plan), isOver: isStopped });
  expect(await at('robot').branches(name)).toEqual(['main']);

  expect(await kubectlSre(stage.cluster, ['start'])).toMatchObject({ code: 0 });
  await live({ ...life(plan), isOver: isShown });
  expect(await at('robot').requests(name)).toHaveLength(1);
  await stage.client.delete(configMaps, { namespace: NAMESPACE, name: STOP_SWITCH });
});

test('a commit that a protected branch refuses waits for a person, and says what such branches take', { timeout: 300_000 }, async () => {
  const story = await begin('refused', { strategy: 'Commit' });
  await protectBranch(gitea, story.name);
  const isRefused: Life['isOver'] = ({ status }) => status?.waitingOn?.detail?.includes('refused the push') === true;
  const waiting = await whileAlive(
    story.plan,
    async () => {
      await until('the plan shows its digest', async () => (await seen(story.plan)).status?.digest, PATIENCE_MS);
      await say(theatre, story.plan, 'Approve');
    },
    isRefused,
  );
  expect(waiting.status?.waitingOn).toMatchObject({
    who: 'Person',
    detail: expect.stringMatching(/protected branch.*pull requests \(git\.hosts\)/u),
  });
  expect(conditionOf(waiting, 'Applied')).toMatchObject({ status: 'False', reason: 'PushPending' });
  expect(sinceBad(story)).toEqual([]);
});

test('two persons have to stand behind a plan where the policy says so: one merges what the other has approved', {
  timeout: 400_000,
}, async () => {
  const [lone, both] = ['two-lone', 'two-both'];
  const approvalsNeeded = { low: 2, medium: 2, high: 2 };
  const spec = { mode: 'Approve' as const, selector: { namespaces: [lone, both] }, approvals: approvalsNeeded };
  await theatre.stage.client.create(remediationPolicies, { metadata: { name: 'two' }, spec });

  const alone = await begin(lone);
  const refused = await whileAlive(alone.plan, async () => at('alice').merge(lone, (await opened(alone.plan)).number));
  expect(refused.status?.phase).toBe('Failed');
  expect(conditionOf(refused, 'Approved')?.message).toContain('2 different listed persons had to approve');

  const together = await begin(both);
  const ended = await whileAlive(together.plan, async () => {
    const { number, headSha } = await opened(together.plan);
    await at('carol').approve(both, number, headSha);
    await at('alice').merge(both, number);
    await answerVerification(theatre, together.plan, 'NothingWrong');
  });
  expect(ended.status?.phase).toBe('Succeeded');
  expect(ended.status?.approvals?.map(({ approver }) => approver)).toEqual(['alice', 'carol']);
});

/** Does what it is asked, and the first answer to each does not arrive. */
function losingAnswers(real: GitHosts, lost: string[]): GitHosts {
  const once = async <T>(name: string, done: Promise<T>): Promise<T> => {
    const answer = await done;
    if (lost.includes(name)) return answer;
    lost.push(name);
    throw new GitError('Unavailable', 'the answer was lost', { retryAfterMs: 100 });
  };
  return {
    ...real,
    of: (repository) => {
      const found = real.of(repository);
      if (found === undefined) return undefined;
      const { requests } = found;
      const losing = {
        ...requests,
        create: (...args: Parameters<typeof requests.create>) => once('create', requests.create(...args)),
        comment: (...args: Parameters<typeof requests.comment>) => once('comment', requests.comment(...args)),
        close: (...args: Parameters<typeof requests.close>) => once('close', requests.close(...args)),
      };
      return { ...found, requests: losing };
    },
  };
}

const isShown = ({ status }: RemediationPlan): boolean => status?.waitingOn?.who === 'Person' && status.pullRequest?.openedAt !== undefined;
