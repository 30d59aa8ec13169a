/** What a person is told to type is taken by the programs themselves: by kubectl against a real API server, and by Git. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Action } from '../../../src/crds/remediationPlan.ts';
import { deployments, replicaSets } from '../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { byHand } from '../../../src/remediate/byHand.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { applyManifest } from '../../support/installCrds.ts';
import { testClient } from '../../support/testClient.ts';
import { ownerOf } from '../../unit/remediate/support.ts';
import { person } from '../gitops/support/people.ts';

const NAMESPACE = 'by-hand';
const ref = { kind: 'Deployment', namespace: NAMESPACE, name: 'cart' };
let cluster: Cluster;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  client = testClient(cluster.kubeconfigPath);
  await applyManifest(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const labels = { app: 'cart' };
  const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'app', image }] } });
  const made = await client.create(deployments, {
    metadata: { name: 'cart', namespace: NAMESPACE, annotations: { 'deployment.kubernetes.io/revision': '2' } },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: template('registry.test/cart:1.1') },
  });
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart', uid: made.metadata.uid, controller: true };
  for (const revision of ['1', '2']) {
    await client.create(replicaSets, {
      metadata: {
        name: `cart-${revision}`,
        namespace: NAMESPACE,
        labels,
        annotations: { 'deployment.kubernetes.io/revision': revision },
        ownerReferences: [owner],
      },
      spec: { selector: { matchLabels: labels }, template: template(`registry.test/cart:1.${Number(revision) - 1}`) },
    });
  }
}, 120_000);
afterAll(async () => {
  await client.close();
  await cluster.stop();
});

test.each<{ readonly action: Omit<Action, 'target'>; readonly says: RegExp }>([
  { action: { type: 'RollbackWorkload', rollbackWorkload: { revision: 1 } }, says: /rolled back \(server dry run\)/ },
  { action: { type: 'SetImage', setImage: { container: 'app', revision: 1 } }, says: /image updated \(server dry run\)/ },
  { action: { type: 'ScaleWorkload', scaleWorkload: { replicas: 4 } }, says: /scaled \(server dry run\)/ },
  {
    action: {
      type: 'SetResources',
      setResources: { container: 'app', memoryLimitMebibytes: 128, memoryRequestMebibytes: 64, cpuLimitMillicores: 500 },
    },
    says: /resource requirements updated \(server dry run\)/,
  },
  { action: { type: 'RestartWorkload' }, says: /restarted/ },
])('$action.type', ({ action, says }) => {
  const hands = byHand({ action: { ...action, target: ref }, target: ref, imageIn: () => 'registry.test/cart:1.0' });
  const [command = '', ...more] = hands?.commands ?? [];
  expect(more).toEqual([]);
  const [, ...words] = command.split(' ');
  // Its dry run does not know `rollout restart`.
  const dry = action.type === 'RestartWorkload' ? [] : ['--dry-run=server'];
  const said = execFileSync(cluster.binaries.kubectl, ['--kubeconfig', cluster.kubeconfigPath, ...words, ...dry], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  expect(said).toMatch(says);
});

test('RevertCommit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'by-hand-'));
  const bare = join(folder, 'config.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
  const ada = person(bare);
  ada.commit('Begin', { 'deploy/cart.yaml': 'replicas: 2\n' });
  const bad = ada.commit('Break it', { 'deploy/cart.yaml': 'replicas: 0\n' });
  const action: Action = { type: 'RevertCommit', target: ref, revertCommit: { commit: bad } };
  const identity = {
    GIT_AUTHOR_NAME: 'Bob',
    GIT_AUTHOR_EMAIL: 'b@people.test',
    GIT_COMMITTER_NAME: 'Bob',
    GIT_COMMITTER_EMAIL: 'b@people.test',
  };
  for (const command of byHand({ action, target: ref, owner: ownerOf({ repository: bare }) })?.commands ?? []) {
    const [program = '', ...words] = command.split(' ');
    execFileSync(program, words, { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder, ...identity }, stdio: 'pipe' });
  }
  expect(ada.read('deploy/cart.yaml')).toBe('replicas: 2\n');
  ada.stop();
  rmSync(folder, { recursive: true });
});
