/**
 * What is done between a proposal and its effect when people differ, the world moves, or the fix does not help: on real pods, through Flux, by the three
 * processes under their own accounts.
 */
import { describe, expect, test } from 'vitest';
import { type RemediationPlan, remediationPolicies } from '../../src/crds/kinds.ts';
import { quotas } from '../../src/sources/kubernetes/boundsApi.ts';
import { canRunReal } from '../cluster/real/capability.ts';
import { isRealNodeKept } from '../cluster/real/node.ts';
import { person } from '../integration/gitops/support/people.ts';
import { deployment, running, SERVE, service } from '../live/objects.ts';
import { isReady } from '../live/seen.ts';
import { deployPath, followRepository } from '../stage/delivery.ts';
import * as expectations from '../stage/expectations.ts';
import { OPERATOR_NAMESPACE } from '../stage/stage.ts';
import { protectBranch } from '../support/giteaPeople.ts';
import { untilTrue } from '../support/until.ts';
import { commitsSince } from './git.ts';
import { setBench } from './remediation/bench.ts';
import { holdPushes } from './remediation/heldPush.ts';
import { folderOf } from './remediation/manifests.ts';
import { rulesFor } from './remediation/rules.ts';
import { refusalOf } from './scene.ts';

const probing = (port: number) => ({ readinessProbe: { httpGet: { path: '/group', port }, periodSeconds: 1 } });
const declaring = (containerPort: number) => ({ ports: [{ name: 'http', containerPort }] });
const inNamespace = ['--namespace', OPERATOR_NAMESPACE] as const;

const apps = {
  stale: folderOf('stale', { 'web.yaml': deployment('web', running(SERVE, { ...declaring(8080), ...probing(8081) })) }),
  'two-person': folderOf('two-person', {
    'web.yaml': deployment('web', running(SERVE, { ...declaring(8080), ...probing(8080) }), { progressDeadlineSeconds: 8 }),
    'service.yaml': service('web', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
  }),
  stopped: folderOf('stopped', { 'web.yaml': deployment('web', running(SERVE, { ...declaring(8080), ...probing(8081) })) }),
  autonomy: folderOf('autonomy', {
    'web.yaml': deployment('web', running(SERVE, { ...declaring(8080), ...probing(8080) }), {
      strategy: { type: 'Recreate' },
      progressDeadlineSeconds: 12,
    }),
  }),
  reverted: folderOf('reverted', {
    'web.yaml': deployment('web', running(SERVE, { ...declaring(8082), ...probing(8081) }), { progressDeadlineSeconds: 12 }),
  }),
};

describe.runIf(canRunReal().ok && !(await isRealNodeKept()))('between a proposal and its end', () => {
  const bench = setBench({
    apps,
    gitea: true,
    monitored: () => ({
      ruleGroups: rulesFor({ mismatch: ['stale', 'reverted', 'stopped', 'pull-request', 'autonomy'], stuck: ['two-person'] }),
    }),
  });
  const verdictOn = (plan: RemediationPlan, approver: string) => bench().stage.world.until(expectations.verdictIsGiven(plan, approver));

  describe('side by side', { concurrent: true }, () => {
    test('stale: somebody pushes in between, the approval does not fit what is now, and a new proposal is approved', async () => {
      const app = await bench().open('stale');
      const incident = await app.incident('KubeDeploymentReplicasMismatch');
      const first = await app.plan(incident);
      const pushed = await app.push('Be two', { 'web.yaml': (content) => content.replace('replicas: 1', 'replicas: 2') });
      await app.until(({ workloads }) => workloads.some(({ spec }) => spec?.replicas === 2));
      expect(await refusalOf(app.approve('alice', first))).toContain('has ended as Stale');
      expect(app.now(first).status).toMatchObject({ phase: 'Stale' });
      expect(app.now(first).status?.commit).toBeUndefined();

      const second = await app.plan(incident, first);
      expect(second.spec.ordinal).toBe(2);
      expect(second.status?.digest).not.toBe(first.status?.digest);
      await app.approve('alice', second);
      const done = await app.verified(second);
      expect(await commitsSince(bench().stage.repository, pushed)).toContain(done.status?.commit?.sha);
      await app.resolved(incident);
    });

    test('two persons: high risk waits for a second one, counts nobody twice, and nobody for what they asked for themselves', async () => {
      const app = await bench().open('two-person');
      await app.until(isReady);
      const bad = await app.push('Move to port 9090', {
        'web.yaml': (content) => content.replace('containerPort: 8080', 'containerPort: 9090').replace('port: 8080', 'port: 9090'),
        'service.yaml': (content) => content.replace('targetPort: 8080', 'targetPort: 9090'),
      });
      const incident = await app.incident('KubeDeploymentRolloutStuck');
      const plan = await app.plan(incident);
      expect(plan.spec.actions).toEqual([expect.objectContaining({ type: 'RevertCommit', revertCommit: { commit: bad } })]);
      expect(plan.status).toMatchObject({ risk: { level: 'High' }, policy: { approvals: 2 } });

      const { requestedBy: _, ...spec } = plan.spec;
      const own = { ...plan, metadata: { name: `${plan.metadata.name}-of-alice`, namespace: OPERATOR_NAMESPACE }, spec, status: undefined };
      await bench().stage.create('alice', own);
      const theirs = await bench().stage.world.until({
        what: 'the plan that alice asked for',
        deadlineSeconds: 60,
        look: ({ plans }) => plans.find(({ metadata, status }) => metadata.name === own.metadata.name && status?.digest !== undefined),
      });
      expect(theirs.spec.requestedBy?.username).toBe('alice');
      expect(await refusalOf(app.approve('alice', theirs))).toContain(
        'alice requested this plan of high risk; somebody else has to approve it',
      );
      await bench().stage.sre(
        'bob',
        'reject',
        theirs.metadata.name,
        '--reason',
        'the one of the operator will do',
        '--yes',
        ...inNamespace,
      );

      await app.approve('bob', plan);
      expect((await verdictOn(plan, 'bob')).status?.verdict).toBe('Accepted');
      expect(await refusalOf(app.approve('bob', plan))).toContain('bob has said so already');
      expect(app.now(plan).status).toMatchObject({
        phase: 'AwaitingApproval',
        waitingOn: { who: 'Person', detail: '2 approvers; so far bob' },
      });
      expect(app.now(plan).status?.commit).toBeUndefined();

      await app.approve('alice', plan);
      const done = await app.verified(plan);
      expect(done.status?.commit).toBeDefined();
      await app.resolved(incident);
    });

    test('reverted: a port that is declared, and at which nothing listens, does not help, and is taken back byte for byte', async () => {
      const app = await bench().open('reverted');
      const incident = await app.incident('KubeDeploymentReplicasMismatch');
      const plan = await app.plan(incident);
      expect(app.changed(plan)).toEqual(['-              port: 8081', '+              port: 8082']);
      await app.approve('alice', plan);
      const { world, repository } = bench().stage;
      await world.until({ ...expectations.rollbackBegins(plan), deadlineSeconds: 120 });
      const { status } = await world.until(expectations.planIsRolledBack(plan));
      const [fix = '', revert = ''] = [status?.commit?.sha, status?.rollback?.commit?.sha];
      const file = `apps/${app.name}/web.yaml`;
      expect(await repository.git('show', `${revert}:${file}`)).toBe(await repository.git('show', `${fix}^:${file}`));
      expect(await world.until(expectations.incidentNeedsHuman(incident))).toMatchObject({ status: { waitingOn: { who: 'Person' } } });
    });

    test('autonomy: earned by a verified success, used without asking, and lost with the first fix that did not help', async () => {
      const { stage, kube } = bench();
      await kube.create(remediationPolicies, {
        metadata: { name: 'autonomy' },
        spec: {
          mode: 'Auto',
          selector: { namespaces: ['autonomy'] },
          auto: { maxRisk: 'High', minConfidence: 50, provenSuccesses: 1, withinDays: 30 },
          approvals: { low: 1, medium: 1, high: 1 },
        },
      });
      const app = await bench().open('autonomy');
      await app.until(isReady);
      const breakIt = () => app.push('Probe another port', { 'web.yaml': (content) => content.replace('port: 8080', 'port: 8081') });
      const recordOf = async (): Promise<string> => (await stage.sre('admin', 'record', 'web', '-n', app.name)).stdout;

      await breakIt();
      const incident = await app.incident('KubeDeploymentReplicasMismatch');
      const first = await app.plan(incident);
      expect(first.status?.policy).toMatchObject({ decision: 'Approve', reason: expect.stringContaining('0 of 1 verified successes') });
      await app.approve('alice', first);
      await app.verified(first);
      await app.resolved(incident);
      expect(await recordOf()).toMatch(/RevertCommit/u);

      await breakIt();
      const second = await stage.world.until({
        what: 'a plan that begins without being approved',
        deadlineSeconds: 120,
        look: ({ plans }) =>
          plans.find(
            ({ metadata, spec, status }) =>
              spec.actions[0]?.target.namespace === app.name && metadata.uid !== first.metadata.uid && status?.commit !== undefined,
          ),
      });
      // Whatever would start now has no room, and the fix can't help.
      const quota = { namespace: app.name, name: 'no-room' };
      await kube.create(quotas, { metadata: quota, spec: { hard: { pods: '0' } } });
      expect(app.now(second).status).toMatchObject({ policy: { decision: 'Auto' }, approvals: [] });
      await stage.world.until({ ...expectations.rollbackBegins(second), deadlineSeconds: 120 });
      await kube.delete(quotas, quota);
      await stage.world.until(expectations.planIsRolledBack(second));
      expect(await recordOf()).toMatch(/fail/iu);
    });

    test('pull request: it is proposed on Gitea, merged by a second person, and verified', async () => {
      const { stage } = bench();
      const { gitea, robot, alice, bob } = stage.pullRequests ?? {};
      if (gitea === undefined || robot === undefined || alice === undefined || bob === undefined) throw new Error('there is no Gitea');
      const name = 'pull-request';
      const url = await gitea.createRepository(name);
      for (const one of [robot, alice, bob]) await one.joins(name);
      const author = person(alice.remote(name));
      const files = folderOf(name, { 'web.yaml': deployment('web', running(SERVE, { ...declaring(8080), ...probing(8081) })) });
      author.commit('Describe what runs', Object.fromEntries(Object.entries(files).map(([file, content]) => [`apps/${file}`, content])));
      await protectBranch(gitea, name);
      const app = await bench().openEmpty(name);
      await followRepository(stage.cluster.api, name, { url, branch: 'main', username: robot.name, password: robot.password });
      await deployPath(stage.cluster.api, name, './apps', { repository: name });

      const incident = await app.incident('KubeDeploymentReplicasMismatch');
      const plan = await app.plan(incident);
      expect(plan.spec.strategy).toBe('PullRequest');
      const { pullRequest } = await stage.world.until({
        what: 'the pull request',
        deadlineSeconds: 60,
        look: () => (app.now(plan).status?.pullRequest?.openedAt === undefined ? undefined : app.now(plan).status),
      });
      expect(await refusalOf(app.approve('alice', plan))).toContain(pullRequest?.url);
      await bob.merge(name, pullRequest?.number ?? 0);
      const done = await app.verified(plan);
      expect(author.read('apps/web.yaml')).toBe(files['web.yaml']?.replace('port: 8081', 'port: 8080'));
      expect(done.status?.pullRequest).toMatchObject({ mergedBy: expect.stringContaining('bob') });
      await app.resolved(incident);
      author.stop();
    });
  });

  // It is for the whole cluster: by itself.
  test('stopped in mid-push: the push is cut short, nothing reaches the branch, and after the start it is made once', async () => {
    const { stage } = bench();
    const app = await bench().open('stopped');
    const incident = await app.incident('KubeDeploymentReplicasMismatch');
    const plan = await app.plan(incident);
    const before = (await stage.repository.git('rev-parse', stage.repository.branch)).trim();
    const push = holdPushes(stage.repository, `apps/${app.name}`);
    await app.approve('alice', plan);
    await untilTrue('the push is in flight', push.isHolding, 60_000);
    await stage.sre('alice', 'stop', '--reason', 'the database moves');
    await stage.world.until({
      what: 'the plan to say that it is stopped',
      deadlineSeconds: 30,
      look: () => app.now(plan).status?.conditions?.find(({ type, status }) => type === 'Stopped' && status === 'True'),
    });
    push.refuse();
    expect((await stage.sre('dave', 'get', ...inNamespace)).stdout).toContain('Agent-SRE is stopped by alice');
    expect(app.now(plan).status?.commit).toBeUndefined();
    expect(await commitsSince(stage.repository, before)).toEqual([]);

    await stage.sre('alice', 'start');
    const done = await app.verified(plan);
    expect(await commitsSince(stage.repository, before)).toEqual([done.status?.commit?.sha]);
    await app.resolved(incident);
  });

  test('what all of them did and refused is on record, and the record is whole', async () => {
    const { stage } = bench();
    const { stdout } = await stage.sre('admin', 'audit', 'verify');
    expect(stdout).toMatch(/executor.*whole/isu);
    const { stdout: exported } = await stage.sre('admin', 'audit', 'export');
    const entries = exported
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { readonly event?: string });
    for (const event of [
      'ApprovalJudged',
      'AutoAllowed',
      'CommitPushed',
      'RevertPushed',
      'PullRequestMerged',
      'Stopped',
      'Started',
      'Verified',
    ])
      expect(entries.map((entry) => entry.event)).toContain(event);
  });
});
