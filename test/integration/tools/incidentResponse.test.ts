/** `incident_response` on a real API server with admission, under the gateway's account: one Incident for one trouble, told in words or by its labels. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Incident, incidents } from '../../../src/crds/kinds.ts';
import { identityOf, NO_RULES } from '../../../src/domain/identity.ts';
import type { Subject } from '../../../src/kube/access.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { workloadResources } from '../../../src/sources/kubernetes/api.ts';
import type { ToolError } from '../../../src/tools/errors.ts';
import type { Answer } from '../../../src/tools/tool.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';
import { type Gateway, OPERATOR, startGateway } from './gateways.ts';

const carol: Subject = { username: 'carol', groups: ['sre-responders', 'system:authenticated'] };
const dave: Subject = { username: 'dave', groups: ['sre-viewers', 'system:authenticated'] };

let cluster: Cluster;
let admin: KubeClient;
let client: KubeClient;
let investigator: KubeClient;
let gateway: Gateway;

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  client = testClient(await cluster.kubeconfigForServiceAccount(OPERATOR, 'agent-sre-gateway'));
  investigator = testClient(await cluster.kubeconfigForServiceAccount(OPERATOR, 'agent-sre-investigator'));
  await applyManifest(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await Promise.all([carol, dave].map(({ username }) => maySee(username)));
  await Promise.all(['checkout', 'payments'].map(deploy));
  gateway = await startGateway(client);
}, 120_000);
afterAll(async () => {
  await gateway?.stop();
  await Promise.all([client, investigator, admin].map((each) => each?.close()));
  await cluster?.stop();
});

async function maySee(user: string): Promise<void> {
  const api = 'rbac.authorization.k8s.io';
  const rules = [
    {
      apiGroups: ['', 'apps'],
      resources: ['pods', 'pods/log', 'deployments', 'statefulsets', 'daemonsets', 'services'],
      verbs: ['get', 'list'],
    },
  ];
  await applyManifest(admin, { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata: { name: `look-${user}` }, rules });
  await applyManifest(admin, {
    apiVersion: `${api}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: `look-${user}` },
    roleRef: { apiGroup: api, kind: 'ClusterRole', name: `look-${user}` },
    subjects: [{ apiGroup: api, kind: 'User', name: user }],
  });
}

async function deploy(name: string): Promise<void> {
  const labels = { app: name };
  await admin.create(workloadResources.Deployment, {
    metadata: { namespace: 'shop', name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app:1' }] } },
    },
  });
}

const respond = (who: Subject, input: object): Promise<Answer> => gateway.call(who, 'incident_response', { wait: 0, ...input });
const errorOf = async (answer: Promise<Answer>): Promise<ToolError> =>
  answer.then(
    ({ text }) => {
      throw new Error(`no error: ${text}`);
    },
    (error: ToolError) => error,
  );
const all = async (): Promise<readonly Incident[]> => (await admin.list(incidents, { namespace: OPERATOR })).items;
const nameIn = ({ data }: Answer): string => (data['incident'] as { name: string }).name;
const seen = (name: string) =>
  until(`the gateway has seen ${name}`, async () =>
    (await gateway.call(carol, 'list_incidents', {})).text.includes(name) ? true : undefined,
  );

describe('trouble that somebody tells of', () => {
  test('is looked for only, where nobody may open an Incident', async () => {
    const { data, text } = await respond(dave, { description: 'checkout answers with 503 since 5 minutes', namespace: 'shop' });
    expect(data).toMatchObject({ state: 'none', isDiagnosed: false });
    expect(text).toContain('you may not create Incidents in agent-sre');
    expect(await all()).toEqual([]);
  });

  test('is opened in their name once, however often and whoever tells of it', async () => {
    const first = await respond(carol, { description: 'checkout answers with 503 since 5 minutes', namespace: 'shop' });
    expect(first.data).toMatchObject({ state: 'opened', isDiagnosed: false });
    const name = nameIn(first);
    await seen(name);
    const again = await respond(carol, { description: 'checkout is down!', namespace: 'shop' });
    const other = await respond(dave, { service_name: 'checkout' });
    expect([again.data['state'], nameIn(again), other.data['state'], nameIn(other)]).toEqual(['open', name, 'open', name]);
    const [made, ...more] = await all();
    expect(more).toEqual([]);
    expect(made?.spec).toMatchObject({
      requestedBy: { username: 'carol' },
      targets: [{ kind: 'Deployment', namespace: 'shop', name: 'checkout' }],
    });
    expect(made?.spec.identity).toBe(identityOf(made?.spec.alerts?.[0]?.labels ?? {}, NO_RULES));
  });

  test('is answered with the diagnosis as soon as there is one', async () => {
    const [made] = await all();
    if (made === undefined) throw new Error('there is no Incident');
    const waiting = respond(carol, { incident: made.metadata.name, wait: 60 });
    const status = {
      phase: 'Diagnosed' as const,
      rootCause: 'ConnectionRefused: payments does not listen',
      diagnosedAt: new Date().toISOString(),
    };
    await investigator.replace(incidents, { ...made, status: { ...made.status, ...status } }, { subresource: 'status' });
    const { data, text } = await waiting;
    expect(data).toMatchObject({ state: 'open', isDiagnosed: true, incident: { phase: 'Diagnosed', rootCause: status.rootCause } });
    expect(text).toContain(`This is Incident ${made.metadata.name}.`);
  }, 90_000);

  test('by the labels of an alert is an Incident of its own', async () => {
    const labels = { alertname: 'KubePodCrashLooping', namespace: 'shop', deployment: 'checkout', severity: 'critical' };
    const { data } = await respond(carol, { labels });
    expect(data).toMatchObject({ state: 'opened', incident: { severity: 'critical' }, others: [{ phase: 'Diagnosed' }] });
    expect(await all()).toHaveLength(2);
  });
});

describe('what is no report of trouble', () => {
  test.each([
    { description: 'is payments down?', why: 'it is a question' },
    { description: 'payments works as ever', why: 'nothing in it says what is wrong' },
    { description: 'we will restart payments tomorrow at 9 for maintenance, it will be down', why: 'it tells of what is planned' },
    { description: 'payments was down last night but it is fine now', why: 'because' },
  ])('opens nothing: $description', async ({ description, why }) => {
    const before = (await all()).length;
    const { data, text } = await respond(carol, { description, service_name: 'payments', namespace: 'shop' });
    expect(data['state']).toBe('none');
    expect(text).toContain(why);
    expect(await all()).toHaveLength(before);
  });

  test.each([
    { name: 'nothing said', input: {}, reason: 'Invalid', says: 'description: say what is wrong' },
    { name: 'a service that is not there', input: { description: 'chekout is down' }, reason: 'NotFound', says: 'shop/checkout' },
    {
      name: 'an Incident that is not there',
      input: { incident: 'inc-nope' },
      reason: 'NotFound',
      says: 'There is no Incident named inc-nope',
    },
  ])('refuses $name', async ({ input, reason, says }) => {
    const error = await errorOf(respond(carol, input));
    expect(error).toMatchObject({ reason });
    expect(error.message).toContain(says);
  });
});
