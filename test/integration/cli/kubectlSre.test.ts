import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  type Approval,
  approvals,
  type Incident,
  incidents,
  investigations,
  type RemediationPlan,
  remediationPlans,
} from '../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../../../src/kube/object.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { installApi } from '../../support/installCrds.ts';
import { type Call, type Called, kubectlSre } from '../../support/kubectlSre.ts';
import { DIGEST } from '../../support/plans.ts';
import { newIncident, newInvestigation, newPlan } from '../../support/sreObjects.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';
import { untilTrue } from '../../support/until.ts';
import * as story from '../../unit/cli/story.ts';

const namespace = 'agent-sre';
let cluster: Cluster;
let admin: KubeClient;
let plan: RemediationPlan;
let incident: Incident;

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  incident = await makeIncident();
});
afterAll(() => cluster?.stop());
beforeEach(async () => {
  plan = await makePlan();
});

/** Status as the process that owns it writes it. */
async function setStatus<T extends KubeObject>(account: string, resource: ResourceType<T>, { metadata }: T, status: unknown): Promise<T> {
  const writer = asServiceAccount(admin, namespace, account);
  return writer.patch(resource, { namespace, name: metadata.name }, { status }, { type: 'merge', subresource: 'status' });
}

async function makePlan(
  status: Partial<NonNullable<RemediationPlan['status']>> = {},
  spec: Partial<RemediationPlan['spec']> = {},
): Promise<RemediationPlan> {
  const made = await admin.create(
    remediationPlans,
    newPlan(
      { namespace, generateName: 'rp-' },
      { summary: story.plan.spec.summary, expiresAt: new Date(Date.now() + 3_600_000).toISOString(), ...spec },
    ),
  );
  return setStatus('agent-sre-executor', remediationPlans, made, { ...story.plan.status, ...status });
}

async function makeIncident(): Promise<Incident> {
  const { title, severity, source, targets, startsAt } = story.incident.spec;
  const made = await admin.create(
    incidents,
    newIncident({ namespace, name: 'inc-of-checkout' }, { title, severity, source, targets, startsAt }),
  );
  const investigation = await admin.create(investigations, newInvestigation({ namespace, name: 'inv-of-checkout' }));
  await setStatus('agent-sre-investigator', investigations, investigation, story.investigation.status);
  const own = await makePlan();
  return setStatus('agent-sre-investigator', incidents, made, {
    ...story.incident.status,
    investigationRef: { name: investigation.metadata.name, uid: investigation.metadata.uid },
    planRefs: [{ name: own.metadata.name, uid: own.metadata.uid }],
  });
}

const sre = (args: string, call?: Call): Promise<Called> => kubectlSre(cluster, args, call);

async function approvalsOf({ metadata }: RemediationPlan): Promise<readonly Approval[]> {
  const { items } = await admin.list(approvals, { namespace });
  return items.filter(({ spec }) => spec.planRef.uid === metadata.uid);
}

/** What the executor would say, as soon as there is something to judge. */
async function judgeAs(of: RemediationPlan, verdict: 'Accepted' | 'Refused', message: string): Promise<void> {
  await untilTrue('an Approval is there', async () => (await approvalsOf(of)).length > 0);
  const [approval] = await approvalsOf(of);
  if (approval === undefined) throw new Error('gone');
  const condition = {
    type: 'Accepted',
    status: verdict === 'Accepted' ? 'True' : 'False',
    reason: verdict,
    message,
    lastTransitionTime: new Date().toISOString(),
  };
  await setStatus('agent-sre-executor', approvals, approval, { verdict, conditions: [condition] });
}

describe('kubectl sre get', () => {
  test('lists what is open', async () => {
    const { code, out } = await sre('get', { as: 'dave' });
    expect([code, out]).toEqual([0, expect.stringContaining('inc-of-checkout  critical') as unknown]);
    expect(out).toContain('Person: an approver');
  });

  test('leaves out what is resolved, unless asked for all', async () => {
    const over = await admin.create(incidents, newIncident({ namespace, name: 'inc-over' }));
    await setStatus('agent-sre-investigator', incidents, over, {
      conditions: [{ type: 'Resolved', status: 'True', reason: 'Fixed', message: '', lastTransitionTime: new Date().toISOString() }],
    });
    expect((await sre('get')).out).not.toContain('inc-over');
    expect((await sre('get --all')).out).toContain('inc-over');
  });

  test('gives programs a list', async () => {
    const { out } = await sre('get -o json');
    expect(JSON.parse(out)).toMatchObject({
      kind: 'List',
      items: expect.arrayContaining([expect.objectContaining({ kind: 'Incident' })]) as unknown,
    });
    expect(out).not.toContain('managedFields');
  });

  test('says so when there is nothing', async () => {
    expect(await sre('get -n default')).toMatchObject({ code: 0, out: 'There are no Incidents.\n' });
  });
});

describe('kubectl sre show', () => {
  test('tells an Incident with its diagnosis and its plan', async () => {
    const { code, out } = await sre('show inc-of-checkout', { as: 'dave' });
    expect(code).toBe(0);
    for (const part of ['ROOT CAUSE', 'PAYMENT_TIMEOUT_MS', 'Bob Builder', 'DIFF', '+          value: "2500"', 'kubectl sre approve rp-'])
      expect(out).toContain(part);
  });

  test('tells a plan', async () => {
    expect((await sre(`show ${plan.metadata.name}`)).out).toContain(`Plan ${plan.metadata.name}  AwaitingApproval`);
  });

  test('gives programs an Incident with all that belongs to it', async () => {
    const { items } = parse((await sre('show inc-of-checkout -o yaml')).out) as { items: readonly KubeObject[] };
    expect(items.map(({ kind }) => kind)).toEqual(['Incident', 'Investigation', 'RemediationPlan']);
  });

  test('says what to do about a name that there is not', async () => {
    expect(await sre('show inc-none')).toEqual({
      code: 1,
      out: '',
      err: 'kubectl sre: there is no Incident or RemediationPlan named inc-none; kubectl sre get lists what is open\n',
    });
  });

  test('asks for the namespace where two have the name', async () => {
    await admin.create(incidents, newIncident({ namespace: 'default', name: 'inc-of-checkout' }, { targets: [] }));
    expect((await sre('show inc-of-checkout')).err).toContain(
      'there are 2 of kind Incident named inc-of-checkout; say which with -n: agent-sre, default',
    );
    expect((await sre('show inc-of-checkout -n agent-sre')).code).toBe(0);
    await admin.delete(incidents, { namespace: 'default', name: 'inc-of-checkout' });
  });
});

describe('kubectl sre approve', () => {
  test('shows the diff, asks, and approves that digest in the name of who calls', async () => {
    const { code, out } = await sre(`approve ${plan.metadata.name} --reason fine`, { typing: 'y\n' });
    expect([code, out]).toEqual([0, expect.stringContaining('+          value: "2500"') as unknown]);
    expect(out).toContain(`Approve ${plan.metadata.name} as alice? [y/N] `);
    expect(await approvalsOf(plan)).toMatchObject([
      {
        spec: {
          planDigest: plan.status?.digest,
          decision: 'Approve',
          approver: 'alice',
          approverGroups: expect.arrayContaining(['sre-approvers']) as unknown,
          reason: 'fine',
          channel: 'kubectl',
        },
      },
    ]);
  });

  test.each(['n\n', '\n', 'yes please\n', ''])('does nothing after the answer %j', async (typing) => {
    expect(await sre(`approve ${plan.metadata.name}`, { typing })).toMatchObject({ code: 1, err: 'kubectl sre: nothing was done\n' });
    expect(await approvalsOf(plan)).toEqual([]);
  });

  test('needs --yes where nobody is there to be asked', async () => {
    expect(await sre(`approve ${plan.metadata.name}`)).toMatchObject({
      code: 1,
      err: 'kubectl sre: nobody is there to be asked; say --yes if you have seen the diff and mean it\n',
    });
    expect((await sre(`approve ${plan.metadata.name} --yes`)).code).toBe(0);
  });

  test('waits for the verdict of the executor', async () => {
    const [called] = await Promise.all([
      sre(`approve ${plan.metadata.name} --yes`, { patienceMs: 20_000 }),
      judgeAs(plan, 'Accepted', 'Approve by alice'),
    ]);
    expect(called).toMatchObject({ code: 0, out: expect.stringContaining('The executor accepts it: Approve by alice') as unknown });
  });

  test('fails when the executor refuses', async () => {
    const [called] = await Promise.all([
      sre(`approve ${plan.metadata.name} --yes`, { patienceMs: 20_000 }),
      judgeAs(plan, 'Refused', 'it was valid until noon'),
    ]);
    expect(called).toMatchObject({ code: 1, err: 'kubectl sre: the executor refuses it: it was valid until noon\n' });
  });

  test('says so when no executor is there to judge', async () => {
    expect((await sre(`approve ${plan.metadata.name} --yes`)).out).toContain(
      'The executor has not judged it within 0 s; it will once it runs.',
    );
  });

  test('refuses a digest that the plan does not have', async () => {
    const { code, err } = await sre(`approve ${plan.metadata.name} --yes --digest sha256:${'0'.repeat(64)}`);
    expect([code, err]).toEqual([1, expect.stringContaining(`now has the digest ${plan.status?.digest}`) as unknown]);
    expect(await approvalsOf(plan)).toEqual([]);
  });

  test('tells who may not approve whom to ask', async () => {
    const { code, err } = await sre(`approve ${plan.metadata.name} --yes`, { as: 'carol' });
    expect(code).toBe(1);
    expect(err).toContain('agent-sre-approver');
  });

  test.each<{ name: string; status: Partial<NonNullable<RemediationPlan['status']>>; says: string }>([
    { name: 'has ended', status: { phase: 'Expired' }, says: 'has ended as Expired' },
    {
      name: 'was approved',
      status: { phase: 'Syncing', approvedAt: '2026-11-21T12:00:00Z' },
      says: 'was approved already, and is at work: Syncing',
    },
  ])('refuses a plan that $name', async ({ status, says }) => {
    const other = await makePlan(status);
    expect(await sre(`approve ${other.metadata.name} --yes`)).toMatchObject({ code: 1, err: expect.stringContaining(says) as unknown });
  });

  test.each([
    {
      name: 'is open',
      pullRequest: { url: 'https://git.test/shop/pulls/3', number: 3 },
      says: 'by merging its pull request: https://git.test/shop/pulls/3',
    },
    { name: 'is not open yet', pullRequest: {}, says: 'by merging its pull request, which is not open yet' },
  ])('says where to merge, of a plan whose pull request $name', async ({ pullRequest, says }) => {
    const proposed = {
      branch: 'agent-sre/rp',
      headSha: 'a'.repeat(40),
      parent: 'b'.repeat(40),
      changes: DIGEST,
      preparedAt: '2026-11-21T12:00:00Z',
    };
    const other = await makePlan({ pullRequest: { ...proposed, ...pullRequest } }, { strategy: 'PullRequest' });
    expect(await sre(`approve ${other.metadata.name} --yes`)).toMatchObject({ code: 1, err: expect.stringContaining(says) as unknown });
    expect(await approvalsOf(other)).toEqual([]);
  });

  test('points from an Incident to its plan', async () => {
    expect((await sre('approve inc-of-checkout --yes')).err).toBe(
      `kubectl sre: inc-of-checkout is an Incident; its plan is ${incident.status?.planRefs?.[0]?.name}\n`,
    );
  });
});

describe('kubectl sre reject', () => {
  test('says no, and why', async () => {
    expect((await sre(`reject ${plan.metadata.name} --reason notnow --yes`)).code).toBe(0);
    expect(await approvalsOf(plan)).toMatchObject([{ spec: { decision: 'Reject', reason: 'notnow', approver: 'alice' } }]);
  });
});

describe('kubectl sre propose', () => {
  const target = { kind: 'Deployment', namespace: 'shop', name: 'checkout' };
  const take = {
    action: { type: 'SetResources', target, setResources: { container: 'app', memoryLimitMebibytes: 128 } },
    strategy: 'Commit',
    successCriteria: [{ type: 'RolloutComplete', target, withinSeconds: 300 }],
    abortCriteria: [{ type: 'ContainerRestarts', target, threshold: 2 }],
    soakSeconds: 60,
  } as const;
  const alternatives = [
    { action: 'SetResources', whyNot: 'possible, but RevertCommit takes the cause away', take },
    { action: 'SetImage', whyNot: 'no earlier image is known' },
  ];

  /** An Incident of its own whose present plan this is. */
  async function presentPlan(status: Partial<NonNullable<RemediationPlan['status']>> = {}): Promise<RemediationPlan> {
    const made = await admin.create(incidents, newIncident({ namespace, generateName: 'inc-' }));
    const own = await admin.create(
      remediationPlans,
      newPlan(
        { namespace, generateName: 'rp-' },
        {
          incidentRef: { name: made.metadata.name, uid: made.metadata.uid },
          expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
          alternatives: structuredClone(alternatives) as RemediationPlan['spec']['alternatives'],
        },
      ),
    );
    const planRefs = [{ name: own.metadata.name, uid: own.metadata.uid }];
    await setStatus('agent-sre-investigator', incidents, made, { planRefs });
    return setStatus('agent-sre-executor', remediationPlans, own, { ...story.plan.status, ...status });
  }
  const successorOf = async ({ metadata }: RemediationPlan): Promise<RemediationPlan | undefined> =>
    (await admin.list(remediationPlans, { namespace })).items.find(({ spec }) => spec.supersedes?.uid === metadata.uid);

  test('takes an alternative with another value, in the name of who asks', async () => {
    const present = await presentPlan();
    const { code, out } = await sre(`propose ${present.metadata.name} --instead SetResources --set memoryLimitMebibytes=256`, {
      as: 'carol',
    });
    expect([code, out]).toEqual([0, expect.stringContaining('Proposed as carol: plan rp-') as unknown]);
    expect((await successorOf(present))?.spec).toMatchObject({
      incidentRef: present.spec.incidentRef,
      ordinal: 2,
      actions: [{ ...take.action, setResources: { container: 'app', memoryLimitMebibytes: 256 } }],
      successCriteria: take.successCriteria,
      requestedBy: { username: 'carol', groups: expect.arrayContaining(['sre-responders']) as unknown },
    });
  });

  test.each<{
    name: string;
    args: string;
    as?: 'alice' | 'dave';
    status?: Partial<NonNullable<RemediationPlan['status']>>;
    says: string;
  }>([
    {
      name: 'a value that is out of bounds',
      args: '--instead SetResources --set memoryLimitMebibytes=1',
      says: 'memoryLimitMebibytes=1 is out of the bounds of SetResources',
    },
    {
      name: 'what only the API server can tell',
      args: '--instead SetResources --set memoryRequestMebibytes=512',
      says: 'memoryRequestMebibytes is more than memoryLimitMebibytes',
    },
    {
      name: 'an alternative that does not fit',
      args: '--instead SetImage',
      says: 'SetImage does not fit here: no earlier image is known; those that fit are SetResources',
    },
    { name: 'what is no alternative', args: '--instead DeletePod', says: 'DeletePod is no alternative of plan' },
    {
      name: 'a plan that is at work',
      args: '--instead SetResources',
      status: { phase: 'Syncing', approvedAt: '2026-11-21T12:00:00Z' },
      says: 'was approved already, and is at work (Syncing)',
    },
    {
      name: 'somebody who may not propose plans',
      args: '--instead SetResources',
      as: 'dave',
      says: 'ask an administrator for the ClusterRole agent-sre-responder',
    },
  ])('refuses $name', async ({ args, as = 'alice', status, says }) => {
    const present = await presentPlan(status);
    const { code, err } = await sre(`propose ${present.metadata.name} ${args}`, { as });
    expect([code, err]).toEqual([1, expect.stringContaining(says) as unknown]);
    expect(await successorOf(present)).toBeUndefined();
  });

  test('refuses a plan in whose place another stands already', async () => {
    const present = await presentPlan();
    await sre(`propose ${present.metadata.name} --instead SetResources`);
    const { code, err } = await sre(`propose ${present.metadata.name} --instead SetResources`, { as: 'bob' });
    expect([code, err]).toEqual([1, expect.stringContaining('somebody has proposed another plan meanwhile') as unknown]);
  });

  test('shows what could be taken', async () => {
    const { out } = await sre(`show ${(await presentPlan()).metadata.name}`);
    expect(out).toContain('--instead SetResources');
  });
});

describe('what is wrong around it', () => {
  test('a wrong call shows the usage', async () => {
    expect(await sre('frobnicate')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^kubectl sre: there is no command "frobnicate"\n\nUsage: /u) as unknown,
    });
  });

  test('a kubeconfig that is not there is named', async () => {
    expect((await sre('get', { kubeconfig: '/nowhere/config' })).err).toMatch(
      /^kubectl sre: kubeconfig \/nowhere\/config cannot be loaded: ENOENT/u,
    );
  });

  test('a context that is not there, with those that are', async () => {
    expect((await sre('get --context other')).err).toContain('context other is not in the kubeconfig; it has ');
  });

  test('credentials are never shown', async () => {
    const token = /token: (\S+)/u.exec(readFileSync(cluster.kubeconfigFor('alice'), 'utf8'))?.[1] ?? 'absent';
    const all = await Promise.all(['get', 'get -o yaml', 'show nothing', 'get --context other'].map((args) => sre(args)));
    expect(JSON.stringify(all)).not.toContain(token);
  });
});
