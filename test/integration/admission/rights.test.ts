/**
 * What each account may do, and how the gateway acts for a person; on a cluster whose API server fills in nothing, as before Kubernetes 1.36.
 *
 * The golden files hold what `kubectl auth can-i --list` would show beyond what every account may. A role that was changed on purpose:
 *   npx vitest run --project integration test/integration/admission/rights.test.ts -u
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatUser, renderConstrainedImpersonation, renderImpersonationFallback } from '../../../src/crds/impersonation.ts';
import { approvals, incidents } from '../../../src/crds/kinds.ts';
import type { PolicyRule } from '../../../src/crds/rbac.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource, type KubeObject, type NewMeta } from '../../../src/kube/object.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { describeError, until } from '../../cluster/lib/poll.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { newApproval, newIncident } from '../../support/sreObjects.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';

const OPERATOR = 'agent-sre';
const secrets = defineResource<KubeObject>({ group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true });

let cluster: Cluster;
let admin: KubeClient;
/** With the gateway's own token. */
let gateway: KubeClient;
let alice: KubeClient;
beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin, { mutation: false });
  gateway = testClient(await cluster.kubeconfigForServiceAccount(OPERATOR, 'agent-sre-gateway'));
  alice = testClient(cluster.kubeconfigFor('alice'));
}, 120_000);
afterAll(async () => {
  await Promise.all([gateway, alice, admin].map((client) => client.close()));
  await cluster.stop();
});

const meta = (): NewMeta => ({ generateName: 'x-', namespace: OPERATOR });
const refusalOf = (attempt: Promise<unknown>): Promise<string> => attempt.then(() => 'it was admitted', describeError);

describe('rights', () => {
  const account = (name: string) => () => asServiceAccount(admin, OPERATOR, name);
  const person = (group: string) => () => admin.as({ user: 'somebody', groups: [group] });

  test.each([
    { who: 'gateway', client: account('agent-sre-gateway') },
    { who: 'investigator', client: account('agent-sre-investigator') },
    { who: 'executor', client: account('agent-sre-executor') },
    { who: 'all-in-one', client: account('agent-sre') },
    { who: 'viewer', client: person('sre-viewers') },
    { who: 'responder', client: person('sre-responders') },
    { who: 'approver', client: person('sre-approvers') },
    { who: 'auditor', client: person('sre-auditors') },
    { who: 'admin', client: person('sre-admins') },
  ])('of $who are as recorded', async ({ who, client }) => {
    const everybody = admin.as({ user: 'stranger' });
    const inNamespace = async (namespace: string) => {
      const common = new Set(await rightsOf(everybody, namespace));
      return (await rightsOf(client(), namespace)).filter((right) => !common.has(right));
    };
    const own = await inNamespace(OPERATOR);
    const elsewhere = await inNamespace('default');
    const here = own.filter((right) => !elsewhere.includes(right));
    const more = here.length === 0 ? [] : ['', `In namespace ${OPERATOR} also:`, ...here];
    const text = ['In every namespace:', ...elsewhere, ...more, ''].join('\n');
    await expect(text).toMatchFileSnapshot(`../../golden/rbac/${who}.txt`);
  });
});

describe('constrained impersonation', () => {
  beforeAll(async () => {
    for (const manifest of renderConstrainedImpersonation([{ user: 'alice', groups: ['sre-approvers'] }]))
      await applyManifest(admin, manifest);
    await letReadSecrets('alice');
    const attempt = () => asAlice().create(approvals, aliceApproves(), { dryRun: true });
    await until('the gateway may approve as alice', { deadlineSeconds: 30 }, () => attempt().then(() => undefined, describeError));
  });
  const asAlice = () => gateway.as({ user: 'alice', groups: ['sre-approvers'] });
  const aliceApproves = () =>
    newApproval(meta(), { approver: 'alice', approverGroups: ['sre-approvers', 'system:authenticated'], channel: 'Slack' });

  test('lets the gateway create an Approval as a listed person, which is then theirs', async () => {
    const { spec } = await asAlice().create(approvals, aliceApproves());
    expect(spec).toMatchObject({ approver: 'alice', channel: 'Slack' });
  });

  test.each([
    { name: 'read a Secret that the person may read', act: () => asAlice().list(secrets, { namespace: OPERATOR }) },
    { name: 'list Approvals', act: () => asAlice().list(approvals, { namespace: OPERATOR }) },
    { name: 'make an Incident', act: () => asAlice().create(incidents, newIncident(meta())) },
    {
      name: 'be somebody who is not listed',
      act: () => gateway.as({ user: 'bob', groups: ['sre-approvers'] }).create(approvals, newApproval(meta())),
    },
    { name: 'add a group', act: () => gateway.as({ user: 'alice', groups: ['system:masters'] }).create(approvals, aliceApproves()) },
    {
      name: 'be another service account',
      act: () => gateway.as({ user: 'system:serviceaccount:agent-sre:agent-sre-executor' }).create(approvals, newApproval(meta())),
    },
  ])('does not let it $name', async ({ act }) => {
    expect(await refusalOf(act())).toMatch(/"system:serviceaccount:agent-sre:agent-sre-gateway" cannot impersonate/u);
  });

  test('gives it no Approval in its own name', async () => {
    expect(await refusalOf(gateway.create(approvals, newApproval(meta())))).toContain('cannot create resource "approvals"');
  });

  test('takes nothing from the person, who may read that Secret', async () => {
    await expect(alice.list(secrets, { namespace: OPERATOR })).resolves.toBeDefined();
  });
});

describe('the fallback for older servers', () => {
  const user = chatUser('dora@example.com');
  const asDora = () => gateway.as({ user });
  const doraApproves = () => newApproval(meta(), { approver: user, approverGroups: ['system:authenticated'], channel: 'Slack' });
  beforeAll(async () => {
    for (const manifest of renderImpersonationFallback(['dora@example.com'])) await applyManifest(admin, manifest);
    const attempt = () => asDora().create(approvals, doraApproves(), { dryRun: true });
    await until('the gateway may approve as the chat user', { deadlineSeconds: 30 }, () => attempt().then(() => undefined, describeError));
  });

  test('lets the gateway create an Approval as the user who stands for a person', async () => {
    expect((await asDora().create(approvals, doraApproves())).spec.approver).toBe('agentsre:chat:dora@example.com');
  });

  test.each([
    { name: 'read Secrets', act: () => asDora().list(secrets, { namespace: OPERATOR }), says: 'cannot list resource "secrets"' },
    { name: 'make an Incident', act: () => asDora().create(incidents, newIncident(meta())), says: 'cannot create resource "incidents"' },
    {
      name: 'approve where the role is not bound',
      act: () => asDora().create(approvals, newApproval({ generateName: 'x-', namespace: 'default' })),
      says: 'cannot create resource "approvals"',
    },
  ])('does not let that user $name', async ({ act, says }) => {
    expect(await refusalOf(act())).toContain(says);
  });

  test('does not let the gateway be a chat user who is not listed', async () => {
    const other = gateway.as({ user: chatUser('eve@example.com') });
    expect(await refusalOf(other.create(approvals, doraApproves()))).toContain('cannot impersonate');
  });
});

describe('without mutation', () => {
  const groups = ['sre-approvers', 'system:authenticated'];

  test.each([
    { name: 'the user who creates the object', requestedBy: { username: 'alice', groups } },
    { name: 'that user with the groups in another order', requestedBy: { username: 'alice', groups: groups.toReversed() } },
  ])('requestedBy may be $name', async ({ requestedBy }) => {
    await expect(alice.create(incidents, newIncident(meta(), { requestedBy }))).resolves.toBeDefined();
  });

  test.each([
    { name: 'left out', spec: {} },
    { name: 'somebody else', spec: { requestedBy: { username: 'bob', groups } } },
    { name: 'oneself without groups', spec: { requestedBy: { username: 'alice' } } },
    { name: 'oneself with a group too many', spec: { requestedBy: { username: 'alice', groups: [...groups, 'system:masters'] } } },
  ])('requestedBy may not be $name', async ({ spec }) => {
    expect(await refusalOf(alice.create(incidents, newIncident(meta(), spec)))).toContain(
      'spec.requestedBy has to say who asks, which is you: set username to "alice" and groups to [sre-approvers, system:authenticated] (kubectl auth whoami shows both)',
    );
  });

  test('the gateway names whom it acts for', async () => {
    const incident = newIncident(meta(), { requestedBy: { username: 'carol', groups: ['sre-responders'] } });
    expect((await gateway.create(incidents, incident)).spec.requestedBy?.username).toBe('carol');
  });

  test('an Incident is closed in one’s own name', async () => {
    const { metadata } = await gateway.create(incidents, newIncident(meta()));
    const close = (by: string) =>
      alice.patch(
        incidents,
        { namespace: OPERATOR, name: metadata.name },
        { spec: { closure: { reason: 'Fixed', by } } },
        { type: 'merge' },
      );
    expect(await refusalOf(close('bob'))).toContain('spec.closure.by has to say who closes the Incident, which is you: set it to "alice"');
    expect((await close('alice')).spec.closure?.by).toBe('alice');
  });

  test('it is acknowledged in one’s own name, too', async () => {
    const { metadata } = await gateway.create(incidents, newIncident(meta()));
    const acknowledge = (by: string) =>
      alice.patch(incidents, { namespace: OPERATOR, name: metadata.name }, { spec: { acknowledgement: { by } } }, { type: 'merge' });
    expect(await refusalOf(acknowledge('bob'))).toContain(
      'spec.acknowledgement.by has to say who acknowledges the Incident, which is you: set it to "alice"',
    );
    expect((await acknowledge('alice')).spec.acknowledgement?.by).toBe('alice');
  });

  test('an Approval says whose it is', async () => {
    expect(await refusalOf(alice.create(approvals, newApproval(meta())))).toContain('spec.approver: Required value');
    await expect(alice.create(approvals, newApproval(meta(), { approver: 'alice', approverGroups: groups }))).resolves.toBeDefined();
  });
});

/** One line for each resource and name: what may be done with it. */
async function rightsOf(client: KubeClient, namespace: string): Promise<readonly string[]> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const answer = await client.raw('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', review);
  const { resourceRules } = (answer as { readonly status: { readonly resourceRules: readonly PolicyRule[] } }).status;
  const verbs = new Map<string, Set<string>>();
  for (const rule of resourceRules) {
    for (const what of namesIn(rule)) verbs.set(what, new Set([...(verbs.get(what) ?? []), ...rule.verbs]));
  }
  return [...verbs].map(([what, may]) => `  ${what}: ${[...may].toSorted().join(' ')}`).toSorted();
}

function namesIn({ apiGroups, resources, resourceNames = [] }: PolicyRule): readonly string[] {
  const suffix = resourceNames.length === 0 ? '' : ` [${resourceNames.join(' ')}]`;
  return apiGroups.flatMap((group) => resources.map((resource) => `${group === '' ? resource : withGroup(resource, group)}${suffix}`));
}

/** `deployments.apps/status`, as kubectl writes it. */
function withGroup(resource: string, group: string): string {
  const [name, ...subresource] = resource.split('/');
  return [`${String(name)}.${group}`, ...subresource].join('/');
}

async function letReadSecrets(user: string): Promise<void> {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'test-secrets' };
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'test-secrets' } };
  await applyManifest(admin, {
    ...rbac,
    kind: 'ClusterRole',
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
  });
  await applyManifest(admin, { ...rbac, kind: 'ClusterRoleBinding', roleRef, subjects: [{ ...subject, name: user }] });
}

const subject = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User' } as const;
