/** What the git tools say of a service that a real Flux deploys from a real Git server, and what becomes of a commit that somebody wants to make. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Incident, incidents, investigations, remediationPlans } from '../../../src/crds/kinds.ts';
import { gitRepositories, kustomizations } from '../../../src/gitops/flux/resources.ts';
import type { Subject } from '../../../src/kube/access.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { ToolError } from '../../../src/tools/errors.ts';
import { startFlux } from '../../cluster/addons/flux.ts';
import { startGitServer } from '../../cluster/addons/gitServer.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';
import { type Person, person } from '../gitops/support/people.ts';
import { type Gateway, OPERATOR, startGateway } from './gateways.ts';

const carol: Subject = { username: 'carol', groups: ['sre-responders', 'system:authenticated'] };
const dave: Subject = { username: 'dave', groups: ['sre-viewers', 'system:authenticated'] };
const cart = (memory: string, replicas = '1'): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: default}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: app, image: "cart:1", resources: {limits: {memory: ${memory}}}}]}
`;

let cluster: Cluster;
let admin: KubeClient;
let client: KubeClient;
let gateway: Gateway;
let ada: Person;
let address: string;

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  await startFlux(cluster);
  const server = await startGitServer(cluster.workspace);
  const { url, dir } = await server.createRepository('shop');
  address = url;
  ada = person(dir);
  ada.commit('Begin', { 'cart.yaml': cart('128Mi') });
  const metadata = { name: 'shop', namespace: 'flux-system' };
  await admin.create(gitRepositories, { metadata, spec: { url, interval: '1s', ref: { branch: 'main' } } });
  const spec = { interval: '1s', path: './', prune: true, sourceRef: { kind: 'GitRepository', name: 'shop' } };
  await admin.create(kustomizations, { metadata, spec });
  await mayLook('carol');
  client = testClient(await cluster.kubeconfigForServiceAccount(OPERATOR, 'agent-sre-gateway'));
  gateway = await startGateway(client);
}, 180_000);
afterAll(async () => {
  await gateway?.stop();
  ada?.stop();
  await Promise.all([client, admin].map((each) => each?.close()));
  await cluster?.stop();
});

async function mayLook(user: string): Promise<void> {
  const api = 'rbac.authorization.k8s.io';
  const groups = ['', 'apps', 'kustomize.toolkit.fluxcd.io', 'source.toolkit.fluxcd.io', 'helm.toolkit.fluxcd.io'];
  const resources = ['services', 'deployments', 'statefulsets', 'daemonsets', 'kustomizations', 'gitrepositories', 'helmreleases'];
  await applyManifest(admin, {
    apiVersion: `${api}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'look' },
    rules: [{ apiGroups: groups, resources, verbs: ['get', 'list'] }],
  });
  await applyManifest(admin, {
    apiVersion: `${api}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'look' },
    roleRef: { apiGroup: api, kind: 'ClusterRole', name: 'look' },
    subjects: [{ apiGroup: api, kind: 'User', name: user }],
  });
}

const refusal = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    (answer) => `it was answered: ${JSON.stringify(answer)}`,
    (error: ToolError) => `${error.reason}: ${error.message}`,
  );
const applied = (commit: string): Promise<true> =>
  until(
    `Flux has applied ${commit}`,
    async () =>
      (await admin.get(kustomizations, { namespace: 'flux-system', name: 'shop' }))?.status?.lastAppliedRevision?.endsWith(commit) === true
        ? true
        : undefined,
    60_000,
  );

async function diagnosed(name: string, commit: string): Promise<Incident> {
  const investigator = asServiceAccount(admin, OPERATOR, 'agent-sre-investigator');
  const target = { kind: 'Deployment', namespace: 'default', name: 'cart' };
  const made = await admin.create(incidents, {
    metadata: { namespace: OPERATOR, name },
    spec: { title: name, severity: 'warning', source: 'Manual', targets: [target] },
  });
  const incidentRef = { name, uid: made.metadata.uid };
  const asked = await investigator.create(investigations, {
    metadata: { namespace: OPERATOR, name },
    spec: { purpose: 'Diagnosis', incidentRef, targets: [target] },
  });
  const changes = [
    {
      id: 'c1',
      kind: 'GitCommit',
      at: '2026-11-21T11:50:00Z',
      object: target,
      summary: 'Begin',
      author: 'Ada',
      commit,
      repository: address,
    },
  ];
  await investigator.patch(
    investigations,
    { namespace: OPERATOR, name },
    { status: { phase: 'Succeeded', outcome: 'Unresolved', changes } },
    { type: 'merge', subresource: 'status' },
  );
  const status = { phase: 'Diagnosed', investigationRef: { name, uid: asked.metadata.uid } };
  return investigator.patch(incidents, { namespace: OPERATOR, name }, { status }, { type: 'merge', subresource: 'status' });
}

test('git_status and git_pull tell what is fetched, applied and pending; of a service, from where it comes and what touched it', {
  timeout: 120_000,
}, async () => {
  const first = ada.tip();
  await applied(first);
  const whole = await gateway.call(carol, 'git_status', {});
  expect(whole.text).toContain(`Kustomization/flux-system/shop · ./ · applied ${first.slice(0, 12)} · Synced`);
  expect(whole.data).toMatchObject({ total: 1, pending: 0, failing: 0 });

  const broken = ada.commit('Break', { 'cart.yaml': cart('128Mi', 'many') });
  const failing = await until(
    'it fails',
    async () => {
      const answer = await gateway.call(carol, 'git_status', { repository: 'shop' });
      return answer.data['failing'] === 1 && answer.data['pending'] === 1 ? answer : undefined;
    },
    60_000,
  );
  expect(failing.text).toContain(`applied ${first.slice(0, 12)} · pending ${broken.slice(0, 12)} · `);
  const pulled = await gateway.call(carol, 'git_pull', {});
  expect(pulled.text).toMatch(/^Nothing was pulled for this: the engines pull by themselves/u);
  expect(pulled.data).toMatchObject({
    pulled: false,
    repositories: [{ engine: 'Flux', ref: 'main', interval: '1s', revision: `main@sha1:${broken}` }],
  });

  const mended = ada.commit('Mend', { 'cart.yaml': cart('128Mi') });
  await applied(mended);
  await diagnosed('inc-of-cart', first);
  const service = await until('the Investigation is known', async () => {
    const answer = await gateway.call(carol, 'git_status', { service: 'cart' });
    return answer.text.includes('Ada: Begin') ? answer : undefined;
  });
  expect(service.text).toContain('Deployment/default/cart is deployed by Kustomization/flux-system/shop, from http');
  expect(service.data['service']).toMatchObject({
    engine: 'Flux',
    ref: 'main',
    revision: `main@sha1:${mended}`,
    commits: [{ commit: first, author: 'Ada' }],
  });
});

test('git_commit and git_push propose a plan of typed actions, and write nothing', { timeout: 60_000 }, async () => {
  await applied(ada.tip());
  await diagnosed('inc-to-fix', ada.tip());
  const before = ada.tip();
  const change = {
    incident: 'inc-to-fix',
    action: 'SetResources',
    target: { kind: 'Deployment', namespace: 'default', name: 'cart' },
    parameters: { container: 'app', memoryLimitMebibytes: 256 },
    message: 'raise it',
    waitSeconds: 0,
  };
  const committed = await gateway.call(carol, 'git_commit', change);
  expect(committed.text).toMatch(/^Proposed, not committed: proposed as carol: plan rp-/u);
  const pushed = await gateway.call(carol, 'git_push', change);
  expect(pushed.text).toMatch(/^Proposed, not committed: proposed already as carol: plan rp-/u);
  expect(pushed.data['name']).toBe(committed.data['name']);
  const plan = await admin.get(remediationPlans, { namespace: OPERATOR, name: String(committed.data['name']) });
  expect(plan?.spec).toMatchObject({
    strategy: 'Commit',
    requestedBy: carol,
    actions: [{ type: 'SetResources', setResources: { container: 'app', memoryLimitMebibytes: 256 } }],
    successCriteria: expect.arrayContaining([expect.objectContaining({ type: 'RolloutComplete' })]) as unknown,
  });
  expect(JSON.stringify(plan)).not.toContain('raise it');
  expect(ada.tip()).toBe(before);

  expect(await refusal(gateway.call(carol, 'git_commit', { ...change, patch: '--- a\n+++ b' }))).toMatch(
    /^Invalid: git_commit takes no patch, file or text/u,
  );
  expect(await refusal(gateway.call(carol, 'git_push', { message: 'just push', files: ['a.yaml'] }))).toMatch(
    /^Invalid: git_push takes no patch, file or text/u,
  );
  expect(await refusal(gateway.call(carol, 'git_push', {}))).toMatch(/^Invalid: git_push commits nothing by itself/u);
  expect(await refusal(gateway.call(dave, 'git_commit', change))).toMatch(/^Forbidden: dave may not create remediationplans/u);
  expect(await refusal(gateway.call(dave, 'git_status', {}))).toMatch(/^Forbidden: dave may not list kustomizations/u);
});
