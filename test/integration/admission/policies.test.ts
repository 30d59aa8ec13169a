/** The judge at admission, on a cluster of its own: who may say what of whom, and what the API server says when it refuses. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admissionDrift, renderAdmission } from '../../../src/crds/admission/render.ts';
import { chatUser } from '../../../src/crds/impersonation.ts';
import { approvals, incidents, investigations, remediationPlans } from '../../../src/crds/kinds.ts';
import type { Manifest } from '../../../src/crds/manifest.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource, type KubeObject, type NewMeta } from '../../../src/kube/object.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { describeError } from '../../cluster/lib/poll.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { newApproval, newIncident, newInvestigation, newPlan } from '../../support/sreObjects.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';

const OPERATOR = 'agent-sre';
const TENANT = 'team-a';
const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'mallory'] as const;
const ACCOUNTS = ['agent-sre', 'agent-sre-gateway', 'agent-sre-investigator', 'agent-sre-executor'] as const;
type Actor = 'admin' | (typeof PEOPLE)[number] | (typeof ACCOUNTS)[number] | keyof typeof others;

/** Users whom the test cluster does not log in, and what they would be. */
const others = {
  garbageCollector: { user: 'system:serviceaccount:kube-system:generic-garbage-collector', groups: ['system:serviceaccounts'] },
  namespaceController: { user: 'system:serviceaccount:kube-system:namespace-controller', groups: ['system:serviceaccounts'] },
  gitOpsEngine: { user: 'system:serviceaccount:flux-system:kustomize-controller', groups: ['system:serviceaccounts'] },
  node: { user: 'system:node:n1', groups: ['system:nodes'] },
  systemUser: { user: 'system:kube-scheduler', groups: [] },
  machineInDisguise: { user: 'robot', groups: ['system:serviceaccounts'] },
  personInChat: { user: chatUser('alice'), groups: ['sre-approvers'] },
} as const;

let cluster: Cluster;
let admin: KubeClient;
const clients = new Map<Actor, KubeClient>();
const as = (actor: Actor): KubeClient => clients.get(actor) ?? admin;

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  await applyManifest(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: TENANT } });
  for (const person of PEOPLE) clients.set(person, testClient(cluster.kubeconfigFor(person)));
  for (const account of ACCOUNTS) clients.set(account, asServiceAccount(admin, OPERATOR, account));
  for (const [actor, who] of Object.entries(others)) clients.set(actor as Actor, admin.as(who));
  // what RBAC would refuse them is not what is tried here
  const { gitOpsEngine, node, systemUser, machineInDisguise, garbageCollector, namespaceController } = others;
  const strangers = [gitOpsEngine, node, systemUser, machineInDisguise, garbageCollector, namespaceController].map(({ user }) => user);
  const executor = `system:serviceaccount:${OPERATOR}:agent-sre-executor`;
  await bind(
    'anything',
    [{ apiGroups: ['agentsre.io'], resources: ['approvals', 'remediationplans'], verbs: ['*'] }],
    ...strangers,
    executor,
  );
}, 120_000);
afterAll(async () => {
  await Promise.all([...clients.values(), admin].map((client) => client.close()));
  await cluster.stop();
});

const meta = (namespace = OPERATOR): NewMeta => ({ generateName: 'x-', namespace });
const refusalOf = (attempt: Promise<unknown>): Promise<string> => attempt.then(() => 'it was admitted', describeError);

describe('an Approval', () => {
  test('gets the name and the groups of whoever creates it', async () => {
    const { spec } = await as('alice').create(approvals, newApproval(meta()));
    expect(spec).toMatchObject({ approver: 'alice', approverGroups: ['sre-approvers', 'system:authenticated'] });
  });

  test('belongs to its plan, whatever its author says, and so goes with it', async () => {
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'mine', uid: 'u' }];
    const { metadata, spec } = await as('alice').create(approvals, newApproval({ ...meta(), ownerReferences }));
    expect(metadata.ownerReferences).toEqual([{ apiVersion: 'agentsre.io/v1alpha1', kind: 'RemediationPlan', ...spec.planRef }]);
  });

  test.each<{ readonly name: string; readonly actor: Actor; readonly spec?: object }>([
    { name: 'of an approver who leaves out who they are', actor: 'bob' },
    { name: 'of an approver who says who they are', actor: 'alice', spec: { approver: 'alice' } },
    { name: 'with the groups in another order', actor: 'alice', spec: { approverGroups: ['system:authenticated', 'sre-approvers'] } },
    { name: 'that rejects', actor: 'alice', spec: { decision: 'Reject' } },
    { name: 'of an administrator', actor: 'admin' },
    { name: 'of a person in chat who holds the right to', actor: 'personInChat' },
  ])('$name is admitted', async ({ actor, spec }) => {
    await expect(as(actor).create(approvals, newApproval(meta(), spec))).resolves.toBeDefined();
  });

  test.each<{ readonly name: string; readonly actor: Actor; readonly spec?: object; readonly says: readonly string[] }>([
    {
      name: 'in the name of another',
      actor: 'alice',
      spec: { approver: 'bob' },
      says: ['spec.approver is "bob", and you are "alice": nobody approves in the name of another', 'kubectl auth whoami'],
    },
    {
      name: 'in the name of another, by an administrator',
      actor: 'admin',
      spec: { approver: 'bob', approverGroups: ['sre-approvers'] },
      says: ['spec.approver is "bob", and you are "admin"'],
    },
    {
      name: 'with a group too many',
      actor: 'alice',
      spec: { approverGroups: ['sre-approvers', 'system:authenticated', 'sre-admins'] },
      says: ['your groups are [sre-approvers, system:authenticated]: they have to be the same'],
    },
    {
      name: 'with a group too few',
      actor: 'alice',
      spec: { approverGroups: ['sre-approvers'] },
      says: ['spec.approverGroups is [sre-approvers], and your groups are [sre-approvers, system:authenticated]'],
    },
    {
      name: 'of a GitOps engine',
      actor: 'gitOpsEngine',
      says: [
        '"system:serviceaccount:flux-system:kustomize-controller" is not a person',
        'A person has to create this Approval under their own account, for example with: kubectl sre approve rp-5c0e7d1a -n agent-sre',
      ],
    },
    { name: 'of a node', actor: 'node', says: ['"system:node:n1" is not a person'] },
    { name: 'of a system user', actor: 'systemUser', says: ['"system:kube-scheduler" is not a person'] },
    { name: 'of a service account by another name', actor: 'machineInDisguise', says: ['"robot" is not a person'] },
    {
      name: 'of the operator itself',
      actor: 'agent-sre-executor',
      says: ['"system:serviceaccount:agent-sre:agent-sre-executor" is not a person'],
    },
    { name: 'of a responder', actor: 'carol', says: ['cannot create resource "approvals"'] },
    { name: 'of a viewer', actor: 'dave', says: ['cannot create resource "approvals"'] },
  ])('$name is refused', async ({ actor, spec, says }) => {
    const refusal = await refusalOf(as(actor).create(approvals, newApproval(meta(), spec)));
    for (const words of says) expect(refusal).toContain(words);
  });

  test('takes the verb approve on that very plan, not just the right to create Approvals', async () => {
    await bind('approvals-only', [{ apiGroups: ['agentsre.io'], resources: ['approvals'], verbs: ['create'] }], 'mallory');
    const refusal = await refusalOf(as('mallory').create(approvals, newApproval(meta())));
    expect(refusal).toContain('mallory may not judge RemediationPlan agent-sre/rp-5c0e7d1a: that takes the verb "approve" on it.');
    expect(refusal).toContain('kubectl auth can-i approve remediationplans/rp-5c0e7d1a -n agent-sre');

    const one = { apiGroups: ['agentsre.io'], resources: ['remediationplans'], resourceNames: ['rp-one'], verbs: ['approve'] };
    await bind('approve-one', [one], 'mallory');
    const planRef = { name: 'rp-one', uid: 'u' };
    await expect(as('mallory').create(approvals, newApproval(meta(), { planRef }))).resolves.toBeDefined();
    expect(await refusalOf(as('mallory').create(approvals, newApproval(meta())))).toContain('mallory may not judge RemediationPlan');
  });

  test.each<{ readonly actor: Actor; readonly change: 'patched' | 'deleted' }>([
    { actor: 'admin', change: 'patched' },
    { actor: 'admin', change: 'deleted' },
    { actor: 'agent-sre-gateway', change: 'deleted' },
    { actor: 'gitOpsEngine', change: 'patched' },
  ])('is not $change by $actor', async ({ actor, change }) => {
    const { metadata } = await as('alice').create(approvals, newApproval(meta()));
    const refusal = await refusalOf(touch(as(actor), metadata.name, change));
    if (actor === 'agent-sre-gateway') expect(refusal).toContain('cannot delete resource "approvals"');
    else
      expect(refusal).toContain(
        `Approval agent-sre/${metadata.name} was said once and stays: it cannot be changed or deleted, also not by its author.`,
      );
  });

  test('tells its author how to take it back, and that a veto is final', async () => {
    const yes = await as('alice').create(approvals, newApproval(meta()));
    const no = await as('alice').create(approvals, newApproval(meta(), { decision: 'Reject' }));
    expect(await refusalOf(touch(admin, yes.metadata.name, 'deleted'))).toContain(
      'create an Approval of the same plan with decision: Reject',
    );
    expect(await refusalOf(touch(admin, no.metadata.name, 'deleted'))).toContain(
      'A Reject is final for this plan; a new proposal is a new plan',
    );
  });

  test.each<{ readonly actor: Actor; readonly change: 'patched' | 'deleted' }>([
    { actor: 'garbageCollector', change: 'deleted' },
    { actor: 'garbageCollector', change: 'patched' },
    { actor: 'namespaceController', change: 'deleted' },
    { actor: 'agent-sre-executor', change: 'patched' },
    { actor: 'agent-sre-executor', change: 'deleted' },
  ])('is $change by $actor', async ({ actor, change }) => {
    const { metadata } = await as('alice').create(approvals, newApproval(meta()));
    await touch(as(actor), metadata.name, change);
    const left = await admin.get(approvals, { namespace: OPERATOR, name: metadata.name });
    expect(left === undefined).toBe(change === 'deleted');
  });

  test('goes with its namespace, all at once', async () => {
    await as('alice').create(approvals, newApproval(meta(TENANT)));
    const path = `/apis/agentsre.io/v1alpha1/namespaces/${TENANT}/approvals`;
    expect(await refusalOf(admin.raw('DELETE', path))).toContain('was said once and stays');
    await as('namespaceController').raw('DELETE', path);
    expect((await admin.list(approvals, { namespace: TENANT })).items).toEqual([]);
  });
});

describe('who asked for an object', () => {
  const carol = { username: 'carol', groups: ['sre-responders', 'system:authenticated'] };

  test.each([
    { name: 'an Incident', create: (spec: object) => as('carol').create(incidents, newIncident(meta(), spec)) },
    { name: 'an Investigation', create: (spec: object) => as('carol').create(investigations, newInvestigation(meta(), spec)) },
    { name: 'a RemediationPlan', create: (spec: object) => as('carol').create(remediationPlans, newPlan(meta(), spec)) },
  ])('is stamped on $name, over whatever was claimed', async ({ create }) => {
    expect((await create({})).spec.requestedBy).toEqual(carol);
    expect((await create({ requestedBy: { username: 'admin', groups: ['system:masters'] } })).spec.requestedBy).toEqual(carol);
  });

  test.each<{ readonly actor: Actor }>([{ actor: 'agent-sre-gateway' }, { actor: 'agent-sre-investigator' }, { actor: 'agent-sre' }])(
    'is whom $actor acts for, or $actor itself',
    async ({ actor }) => {
      const create = (spec: object) => as(actor).create(investigations, newInvestigation(meta(), spec));
      expect((await create({ requestedBy: { username: 'alice' } })).spec.requestedBy).toEqual({ username: 'alice' });
      expect((await create({})).spec.requestedBy?.username).toBe(`system:serviceaccount:agent-sre:${actor}`);
    },
  );

  test('stays through kubectl replace, which leaves it out, and through apply', async () => {
    const name = `kept-${randomUUID().slice(0, 8)}`;
    const intent = { metadata: { name, namespace: OPERATOR }, spec: newIncident({}).spec };
    await as('carol').apply(incidents, intent, { fieldManager: 'test' });
    const { metadata } = await as('carol').apply(incidents, intent, { fieldManager: 'test' });
    const replaced = await admin.replace(incidents, { ...intent, apiVersion: 'agentsre.io/v1alpha1', kind: 'Incident', metadata });
    expect(replaced.spec.requestedBy).toEqual(carol);
  });

  test('cannot be changed by anybody', async () => {
    const { metadata } = await as('carol').create(incidents, newIncident(meta()));
    const change = { spec: { requestedBy: { username: 'alice' } } };
    const patching = admin.patch(incidents, { namespace: OPERATOR, name: metadata.name }, change, { type: 'merge' });
    expect(await refusalOf(patching)).toContain('requestedBy says who made this object and cannot be changed; leave the field as it is');
  });
});

const UNTIL = '2026-12-01T00:00:00Z';

test.each([
  { what: 'closes', word: { closure: { reason: 'Fixed', by: 'alice' } }, want: { closure: { reason: 'Fixed', by: 'carol' } } },
  { what: 'acknowledges', word: { acknowledgement: { by: 'alice' } }, want: { acknowledgement: { by: 'carol' } } },
  {
    what: 'expects',
    word: { expected: { until: UNTIL, reason: 'test', by: 'alice' } },
    want: { expected: { until: UNTIL, reason: 'test', by: 'carol' } },
  },
  {
    what: 'silences',
    word: { silence: { until: UNTIL, reason: 'test', by: 'alice' } },
    want: { silence: { until: UNTIL, reason: 'test', by: 'carol' } },
  },
])('who $what an Incident is stamped too, and kept', async ({ word, want }) => {
  const { metadata } = await as('alice').create(incidents, newIncident(meta()));
  const key = { namespace: OPERATOR, name: metadata.name };
  const said = await as('carol').patch(incidents, key, { spec: word }, { type: 'merge' });
  expect(said.spec).toMatchObject(want);
  const again = await as('alice').patch(incidents, key, { metadata: { labels: { a: 'b' } } }, { type: 'merge' });
  expect(again.spec).toMatchObject(want);
});

test('who changes another’s words speaks for themselves', async () => {
  const { metadata } = await as('alice').create(incidents, newIncident(meta(), { acknowledgement: { by: 'alice' } }));
  const key = { namespace: OPERATOR, name: metadata.name };
  const said = await as('carol').patch(incidents, key, { spec: { acknowledgement: { comment: 'mine now' } } }, { type: 'merge' });
  expect(said.spec.acknowledgement).toEqual({ by: 'carol', comment: 'mine now' });
});

describe('a status', () => {
  const write = async (actor: Actor, kind: 'incident' | 'approval') => {
    const resource = kind === 'incident' ? incidents : approvals;
    const created =
      kind === 'incident' ? await admin.create(incidents, newIncident(meta())) : await admin.create(approvals, newApproval(meta()));
    const key = { namespace: OPERATOR, name: created.metadata.name };
    const status = kind === 'incident' ? { phase: 'New' } : { verdict: 'Accepted' };
    return as(actor).patch(resource as typeof incidents, key, { status }, { type: 'merge', subresource: 'status' });
  };

  test.each<{ readonly actor: Actor; readonly kind: 'incident' | 'approval' }>([
    { actor: 'agent-sre-investigator', kind: 'incident' },
    { actor: 'agent-sre', kind: 'incident' },
    { actor: 'agent-sre-executor', kind: 'approval' },
    { actor: 'agent-sre', kind: 'approval' },
  ])('of an $kind is written by $actor', async ({ actor, kind }) => {
    expect(await write(actor, kind)).toHaveProperty('status');
  });

  test('of our kinds is written by nobody else, an administrator included', async () => {
    const refusal = await refusalOf(write('admin', 'approval'));
    expect(refusal).toContain(
      'the status of approvals is written by Agent-SRE alone (system:serviceaccount:agent-sre:agent-sre-executor or ',
    );
    expect(refusal).toContain('not by "admin". To approve a plan, create an Approval; to close an Incident, set spec.closure');
  });

  test('is not written by the wrong process, whatever RBAC says', async () => {
    const everything = [{ apiGroups: ['agentsre.io'], resources: ['*'], verbs: ['*'] }];
    await bind('careless', everything, 'system:serviceaccount:agent-sre:agent-sre-investigator');
    expect(await refusalOf(write('agent-sre-investigator', 'approval'))).toContain('the status of approvals is written by Agent-SRE alone');
    await unbind('careless');
  });
});

describe('an object outside the operator’s namespace', () => {
  const own = { kind: 'Deployment', namespace: TENANT, name: 'web' };
  const foreign = { kind: 'Deployment', namespace: 'shop', name: 'checkout' };
  const action = (target: object) => [{ type: 'RevertCommit', target, revertCommit: { commit: 'a'.repeat(40) } }] as never;

  test.each([
    { name: 'its own namespace', spec: { targets: [own] } },
    { name: 'a target that says no namespace', spec: { targets: [{ kind: 'Deployment', name: 'web' }] } },
    { name: 'nothing', spec: { targets: [] } },
  ])('may be about $name', async ({ spec }) => {
    await expect(as('carol').create(incidents, newIncident(meta(TENANT), spec))).resolves.toBeDefined();
  });

  test.each([
    { name: 'an Incident', create: () => as('carol').create(incidents, newIncident(meta(TENANT), { targets: [own, foreign] })) },
    { name: 'an Investigation', create: () => as('carol').create(investigations, newInvestigation(meta(TENANT), { targets: [foreign] })) },
    { name: 'a RemediationPlan', create: () => as('carol').create(remediationPlans, newPlan(meta(TENANT), { actions: action(foreign) })) },
  ])('as $name is refused another’s', async ({ create }) => {
    expect(await refusalOf(create())).toContain(
      'this object lives in namespace team-a and may only be about objects there, not about Deployment shop/checkout. Make it in the namespace of its targets, or ask an administrator to make it in namespace agent-sre',
    );
  });

  test('is refused what belongs to no namespace', async () => {
    const creating = as('carol').create(incidents, newIncident(meta(TENANT), { targets: [{ kind: 'Node', name: 'n1' }] }));
    expect(await refusalOf(creating)).toContain('not about Node n1');
  });

  test('does not get there by an update either', async () => {
    const { metadata } = await as('carol').create(incidents, newIncident(meta(TENANT), { targets: [own] }));
    const key = { namespace: TENANT, name: metadata.name };
    const moving = as('carol').patch(incidents, key, { spec: { targets: [foreign] } }, { type: 'merge' });
    expect(await refusalOf(moving)).toContain('not about Deployment shop/checkout');
  });
});

describe('the executor', () => {
  const configMaps = defineResource<KubeObject>({ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true });
  const write = (actor: Actor, namespace: string, dryRun: boolean, name = 'settings') => {
    const intent = { metadata: { name, namespace }, data: { a: 'b' } } as never;
    return as(actor).apply(configMaps, intent, { fieldManager: 'test', dryRun });
  };

  test.each<{ readonly actor: Actor }>([{ actor: 'agent-sre-executor' }, { actor: 'agent-sre' }])(
    'as $actor may try a change, and not make it',
    async ({ actor }) => {
      await expect(write(actor, TENANT, true)).resolves.toBeDefined();
      expect(await refusalOf(write(actor, TENANT, false))).toContain(
        `Agent-SRE changes configmaps through Git alone: "system:serviceaccount:agent-sre:${actor}" may write them with dryRun only`,
      );
    },
  );

  test('as part of one process still keeps evidence in its own namespace; alone it does not', async () => {
    await expect(write('agent-sre', OPERATOR, false)).resolves.toBeDefined();
    expect(await refusalOf(write('agent-sre-executor', OPERATOR, false))).toContain('through Git alone');
  });

  test('keeps the record of workloads in its own namespace, and nothing of that name elsewhere', async () => {
    await expect(write('agent-sre-executor', OPERATOR, false, 'record-4f2a')).resolves.toBeDefined();
    expect(await refusalOf(write('agent-sre-executor', TENANT, false, 'record-4f2a'))).toContain('through Git alone');
    const deleting = as('agent-sre-executor').delete(configMaps, { namespace: OPERATOR, name: 'record-4f2a' });
    expect(await refusalOf(deleting)).toContain('forbidden');
  });

  test('stands in nobody else’s way', async () => {
    await expect(write('admin', TENANT, false)).resolves.toBeDefined();
  });
});

describe('kubectl apply -k', () => {
  test.each(['default', 'rbac/all-in-one', 'rbac/chat', 'rbac/chat-fallback', 'admission/without-mutation', 'samples'])(
    'takes config/%s',
    async (folder) => {
      const flags = ['--kubeconfig', cluster.kubeconfigPath, 'apply', '--server-side', '--force-conflicts', '-k', `config/${folder}`];
      const { stdout } = await promisify(execFile)(cluster.binaries.kubectl, flags, { timeout: 60_000 });
      expect(stdout).toContain('serverside-applied');
    },
  );
});

test('what the API server keeps of the policies is what was installed, and a change shows', async () => {
  const wanted = renderAdmission();
  const live = await Promise.all(wanted.map((manifest) => readBack(manifest)));
  expect(admissionDrift(wanted, (manifest) => live[wanted.indexOf(manifest)])).toEqual([]);

  const [first] = wanted;
  if (first === undefined) throw new Error('there are no policies');
  const softened = { spec: { failurePolicy: 'Ignore' } };
  await admin.patch(resourceOf(first), { name: first.metadata.name }, softened, { type: 'merge' });
  const changed = await readBack(first);
  expect(admissionDrift([first], () => changed)).toEqual([
    `ValidatingAdmissionPolicy ${first.metadata.name} is not as it was installed: apply config/admission again`,
  ]);
  await applyManifest(admin, first);
});

async function touch(client: KubeClient, name: string, change: 'patched' | 'deleted'): Promise<void> {
  const key = { namespace: OPERATOR, name };
  if (change === 'deleted') await client.delete(approvals, key);
  else await client.patch(approvals, key, { metadata: { labels: { touched: 'yes' } } }, { type: 'merge' });
}

async function bind(name: string, rules: readonly object[], ...users: readonly string[]): Promise<void> {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: `test-${name}` } };
  const subjects = users.map((user) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }));
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `test-${name}` };
  await applyManifest(admin, { ...rbac, kind: 'ClusterRole', rules });
  await applyManifest(admin, { ...rbac, kind: 'ClusterRoleBinding', roleRef, subjects });
}

async function unbind(name: string): Promise<void> {
  await admin.raw('DELETE', `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/test-${name}`);
}

async function readBack(manifest: Manifest): Promise<(KubeObject & { readonly spec?: unknown }) | undefined> {
  return admin.get(resourceOf(manifest), { name: manifest.metadata.name });
}

function resourceOf({ kind }: Manifest) {
  const plural = `${kind.toLowerCase().replace(/y$/u, 'ie')}s`;
  return defineResource<KubeObject>({ group: 'admissionregistration.k8s.io', version: 'v1', kind, plural, namespaced: false });
}
