import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Incident } from '../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { type Listening, listen } from '../../../src/server/listen.ts';
import { type Alertmanager, startAlertmanager } from '../../cluster/addons/alertmanager.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { installCrds } from '../../support/installCrds.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';
import { crashLoop } from '../../unit/intake/builders.ts';
import { incidentsIn, startReplica } from './harness.ts';

let cluster: Cluster;
let client: KubeClient;
let namespace: string;
let server: Listening;
let alertmanager: Alertmanager;

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  client = testClient(cluster.kubeconfigPath);
  await installCrds(client);
  namespace = await makeNamespace(client, 'alertmanager');
  server = await serve(0);
  alertmanager = await startAlertmanager(cluster.workspace, { webhook: { url: `http://127.0.0.1:${server.port}/webhook/alert` } });
});
afterAll(async () => {
  await server?.close();
  await cluster?.stop();
});

/** Deliveries that were answered with 503. */
let turnedAway = 0;

function serve(port: number): Promise<Listening> {
  const replica = startReplica(client, namespace, { limits: { patienceMs: 1000 } });
  const counting = async (request: Request): Promise<Response> => {
    const answer = await replica.fetch(request);
    if (answer.status === 503) turnedAway += 1;
    return answer;
  };
  return listen({ fetch: counting, host: '127.0.0.1', port, clock: systemClock, timeouts: { drainMs: 200 } });
}

async function say(labels: Record<string, string>, endsAt?: string): Promise<void> {
  const alerts = [
    {
      labels,
      annotations: { summary: 'from Prometheus' },
      generatorURL: 'http://prometheus:9090/graph',
      ...(endsAt === undefined ? {} : { endsAt }),
    },
  ];
  const answer = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  expect(answer.status).toBe(200);
}

const incidentOf = async (alertname: string): Promise<Incident | undefined> =>
  (await incidentsIn(client, namespace)).find(({ spec }) => spec.alerts?.[0]?.labels['alertname'] === alertname);

describe('a real Alertmanager', () => {
  test('tells of an alert and of its end, and both are recorded', async () => {
    const labels = { ...crashLoop, alertname: 'Ends' };
    await say(labels);
    const incident = await until('an Incident is there', () => incidentOf('Ends'));
    expect(incident.spec).toMatchObject({ severity: 'warning', description: 'from Prometheus', alerts: [{ status: 'firing', labels }] });
    await say(labels, new Date().toISOString());
    await until('its end is recorded', async () =>
      (await incidentOf('Ends'))?.spec.alerts?.[0]?.status === 'resolved' ? true : undefined,
    );
  });

  test('tells again what we could not take while we were away', async () => {
    const { port } = server;
    await server.close();
    await say({ ...crashLoop, alertname: 'WhileAway' });
    server = await serve(port);
    expect((await until('an Incident is there', () => incidentOf('WhileAway'), 30_000)).spec.alertsTotal).toBe(1);
  });

  test('tells again what could not be stored while the API server was away', async () => {
    const before = turnedAway;
    await cluster.stopApiServer();
    await say({ ...crashLoop, alertname: 'WithoutApi' });
    await until('a delivery was turned away', () => (turnedAway > before ? true : undefined));
    await cluster.startApiServer();
    expect((await until('an Incident is there', () => incidentOf('WithoutApi'), 45_000)).spec.alertsTotal).toBe(1);
  });
});
