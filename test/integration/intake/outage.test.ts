import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/client.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { installApi } from '../../support/installCrds.ts';
import { testClient } from '../../support/testClient.ts';
import { crashLoop } from '../../unit/intake/builders.ts';
import { incidentsIn, startReplica } from './harness.ts';

let cluster: Cluster;
let client: KubeClient;
const namespace = 'agent-sre';

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  client = testClient(cluster.kubeconfigPath);
});
afterAll(() => cluster?.stop());

/** These build on one another: one cluster goes through its troubles. */
describe('a cluster in trouble', () => {
  test('without our CRDs is answered with 503, and the log says what is missing', async () => {
    const replica = startReplica(client, namespace);
    expect(await replica.deliver({})).toMatchObject({ status: 503, retryAfter: '5' });
    expect(JSON.stringify(replica.log.map(({ fields }) => String((fields['error'] as Error).cause)))).toContain('incidents');
  });

  test('takes alerts as soon as they are there', async () => {
    await installApi(client);
    expect(await startReplica(client, namespace).deliver({})).toMatchObject({ status: 200, body: { created: 1 } });
  });

  test('loses no alert while its API server restarts and its admission policies are not ready yet', async () => {
    const replica = startReplica(client, namespace);
    await cluster.stopApiServer('SIGKILL');
    const early = replica.deliver({ labels: { ...crashLoop, namespace: 'early' } });
    await cluster.startApiServer();
    const answers = [];
    for (let attempt = 0; attempt < 20 && answers.at(-1)?.status !== 200; attempt += 1) {
      answers.push(await replica.deliver({ labels: { ...crashLoop, namespace: 'late' } }));
    }
    expect([200, 503]).toContain((await early).status);
    expect(answers.slice(0, -1).every(({ status }) => status === 503)).toBe(true);
    expect(answers.at(-1)?.status).toBe(200);
    const stored = await incidentsIn(client, namespace);
    expect(stored.filter(({ spec }) => spec.targets?.[0]?.namespace === 'late')).toMatchObject([
      { spec: { requestedBy: { username: 'admin' } } },
    ]);
  });
});
