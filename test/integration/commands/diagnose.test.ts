import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { runCommand } from '../../../src/commands/run.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource, type KubeObject } from '../../../src/kube/object.ts';
import { replicaSets, workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { startAnsweringServer } from '../../support/answeringServer.ts';
import { createCapturedTerminal } from '../../support/capturedTerminal.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';
import {
  type Made,
  makeConfigMap,
  makeEvent,
  makePod,
  makeReplicaSet,
  makeWorkload,
  podSpec,
  prepare,
  setStatus,
} from '../sources/world.ts';

/** Looks like a secret, and stands wherever people put secrets. */
const CANARY = 'c4n4ry-hunter2-Zq8xT1vW';
const secrets = defineResource<KubeObject & { readonly stringData?: object }>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
});
const { Deployment } = workloadResources;

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

let admin: KubeClient;
let kubeconfig: string;
let namespace: string;
let empty: string;
let folder: string;

beforeAll(async () => {
  ({ kubeconfigPath: kubeconfig } = inject('cluster'));
  admin = testClient(kubeconfig);
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
  empty = await makeNamespace(admin, 'empty');
  namespace = await makeNamespace(admin, 'shop');
  await prepare(admin, namespace);
  await makeShop({ client: admin, namespace });
});
afterAll(async () => {
  await admin.close();
  await rm(folder, { recursive: true, force: true });
});

/** A Deployment whose pod names a ConfigMap that is not there, among canaries. */
async function makeShop(made: Made): Promise<void> {
  const spec = podSpec('cart:1.0', {
    env: [{ name: 'DB_PASSWORD', value: CANARY }],
    envFrom: [{ configMapRef: { name: 'settigns' } }],
    args: [`--api-token=${CANARY}`],
  });
  await admin.create(secrets, { metadata: { namespace, name: 'login' }, stringData: { password: CANARY } });
  await makeConfigMap(made, 'settings', { 'app.yaml': `db:\n  password: ${CANARY}\n`, API_KEY: CANARY, TIMEOUT: '1' });
  const cart = await makeWorkload(made, 'Deployment', 'cart', spec);
  await admin.patch(
    Deployment,
    { namespace, name: 'cart' },
    {
      metadata: {
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ env: CANARY }), 'team/token': CANARY },
      },
    },
    { type: 'merge' },
  );
  const set = await makeReplicaSet(made, cart, 'cart-6d4f8c7b9', 1, spec);
  await makePod(made, [set, replicaSets], 'cart-6d4f8c7b9-aaaaa', spec, {
    phase: 'Pending',
    status: { state: { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "settigns" not found' } } },
  });
  await makeEvent(made, 'Pod', 'cart-6d4f8c7b9-aaaaa', 'Failed', { message: `Error: configmap "settigns" not found password=${CANARY}` });
  await setStatus(made, Deployment, cart, { observedGeneration: 2, replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 });
}

async function run(name: 'diagnose' | 'collect', ...args: readonly string[]): Promise<Answer> {
  const terminal = createCapturedTerminal();
  const withCluster = args.includes('--kubeconfig') || args.includes('--snapshot') ? args : [...args, '--kubeconfig', kubeconfig];
  const code = await runCommand({ name, args: withCluster, terminal, clock: systemClock });
  return { code, out: terminal.printed(), errors: terminal.complained() };
}

const CAUSE = { reason: 'ConfigMapMissing', category: 'Configuration' };
const cause = (answer: Answer): unknown => (JSON.parse(answer.out) as { readonly rootCause: unknown }).rootCause;

describe('agent-sre diagnose', () => {
  test('a namespace, for programs: these members and no others', async () => {
    const answer = await run('diagnose', '--namespace', namespace, '--json');
    expect(answer).toMatchObject({ code: 0, errors: '' });
    const said = JSON.parse(answer.out) as Record<string, unknown>;
    expect(Object.keys(said)).toEqual(['rootCause', 'candidates', 'findings', 'gaps', 'elapsedMs']);
    expect(said['rootCause']).toMatchObject({
      ...CAUSE,
      object: `Deployment/${namespace}/cart#app`,
      confidence: expect.any(Number) as number,
    });
  });

  test.each<{ name: string; args: () => readonly string[] }>([
    { name: 'a workload', args: () => ['--object', 'deploy/cart', '-n', namespace] },
    { name: 'a pod', args: () => ['--object', 'pod/cart-6d4f8c7b9-aaaaa', '-n', namespace] },
    { name: 'an alert', args: () => ['--alert', `KubePodNotReady{namespace="${namespace}",pod="cart-6d4f8c7b9-aaaaa"}`] },
    { name: 'an alert about the namespace', args: () => ['--alert', `KubeQuotaAlmostFull{namespace="${namespace}"}`] },
  ])('$name leads to the same cause', async ({ args }) => {
    expect(cause(await run('diagnose', ...args(), '--json'))).toMatchObject(CAUSE);
  });

  test('for people: the cause, and how to mend it', async () => {
    const { code, out } = await run('diagnose', '--namespace', namespace);
    expect(code).toBe(0);
    expect(out).toContain(`Root cause found: Deployment/${namespace}/cart`);
    expect(out.replaceAll(/\s+/gu, ' ')).toContain('settigns');
    expect(out.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(out).not.toContain(CANARY);
  });

  test('nothing in a namespace: no cause, and a gap that tells it from a healthy one', async () => {
    const answer = await run('diagnose', '--namespace', empty, '--json');
    expect(cause(answer)).toBeNull();
    expect(JSON.parse(answer.out)).toMatchObject({ gaps: [{ reason: 'NotFound', message: expect.stringContaining('Nothing runs here') }] });
  });

  test.each<{ name: string; args: () => readonly string[]; says: string }>([
    { name: 'a workload', args: () => ['--object', 'deploy/carr', '-n', namespace], says: '/carr; did you mean cart?' },
    { name: 'a pod', args: () => ['--object', 'pod/cart-6d4f8c7b9-aaaa', '-n', namespace], says: 'did you mean cart-6d4f8c7b9-aaaaa?' },
    { name: 'one like no other', args: () => ['--object', 'sts/qqqqqqqq', '-n', namespace], says: 'check the name, the namespace (-n)' },
    { name: 'a node', args: () => ['--object', 'node/none'], says: 'there is no Node none; check the name and the --context' },
    {
      name: 'what an alert is about',
      args: () => ['--alert', `Gone{namespace="${namespace}",deployment="gone"}`],
      says: 'there is none, and nothing is left of it; ask what is wrong with all of --namespace shop-',
    },
  ])('$name that is not there is an error that helps', async ({ args, says }) => {
    const { code, out, errors } = await run('diagnose', ...args(), '--json');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toContain(says);
    expect(errors.trim().split('\n')).toHaveLength(1);
  });
});

describe('agent-sre collect', () => {
  let path: string;
  let collected: Answer;
  beforeAll(async () => {
    path = join(folder, 'shop.json.gz');
    collected = await run('collect', '--namespace', namespace, '--output', path);
  });
  const content = async (): Promise<string> => gunzipSync(await readFile(path)).toString('utf8');

  test('says what it wrote, and how to go on', () => {
    expect(collected).toMatchObject({ code: 0, errors: '' });
    expect(collected.out).toContain(`agent-sre diagnose --snapshot ${path}`);
  });

  test('a diagnosis of the bundle has the cause of a diagnosis of the cluster', async () => {
    const [live, frozen] = [await run('diagnose', '-n', namespace, '--json'), await run('diagnose', '--snapshot', path, '--json')];
    expect(cause(frozen)).toEqual(cause(live));
    expect(cause(frozen)).toMatchObject(CAUSE);
  });

  test('holds no secret, wherever it stood', async () => {
    expect(await content()).not.toContain(CANARY);
    expect(await content()).not.toContain(Buffer.from(CANARY).toString('base64'));
  });

  test('holds no Secret, no managed fields but of replicas, no applied configuration, and a time with its zone', async () => {
    const { objects, collectedAt } = JSON.parse(await content()) as {
      readonly collectedAt: string;
      readonly objects: { readonly items: readonly KubeObject[] };
    };
    expect(collectedAt).toMatch(/Z$/u);
    expect(objects.items.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Namespace', 'Deployment', 'ReplicaSet', 'Pod', 'Event', 'ConfigMap']),
    );
    expect(objects.items.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const managed = objects.items.flatMap(({ metadata }) => metadata.managedFields ?? []);
    expect(managed.map(({ fieldsV1 }) => fieldsV1)).toEqual([{ 'f:spec': { 'f:replicas': {} } }]);
    expect(JSON.stringify(objects)).not.toContain('last-applied-configuration');
  });

  test('keeps what a diagnosis needs: plain settings, names, uids', async () => {
    const text = await content();
    for (const kept of ['"TIMEOUT":"1"', '"settigns"', '"cart-6d4f8c7b9-aaaaa"']) expect(text).toContain(kept);
  });

  test('is for the eyes of its owner', async () => {
    expect((await stat(path)).mode % 0o1000).toBe(0o600);
  });

  test('a folder that is not there', async () => {
    const { code, errors } = await run('collect', '-n', namespace, '-o', join(folder, 'no', 'x.json.gz'));
    expect(code).toBe(1);
    expect(errors).toMatch(/cannot be written: .*name another file with --output/u);
  });
});

describe('what cannot be looked at', () => {
  test.each<{ name: string; args: () => readonly string[]; says: RegExp; code?: number }>([
    {
      name: 'a namespace that is not there',
      args: () => ['-n', namespace.replace('shop', 'shpo')],
      says: /there is no namespace shpo-\w+ at https:.*did you mean shop-/u,
    },
    {
      name: 'a workload that is not there',
      args: () => ['--object', 'deploy/basket', '-n', namespace],
      says: /there is no Deployment shop-\w+\/basket; check the name/u,
    },
    {
      name: 'a Service that is not there',
      args: () => ['--object', 'svc/cart', '-n', namespace],
      says: /there is no Service shop-\w+\/cart/u,
    },
    { name: 'a node that is not there', args: () => ['--object', 'node/gone'], says: /there is no Node gone/u },
    {
      name: 'a context that is not there',
      args: () => ['-n', namespace, '--context', 'gone'],
      says: /context gone is not in the kubeconfig/u,
    },
    {
      name: 'a kubeconfig that is not there',
      args: () => ['-n', namespace, '--kubeconfig', '/nowhere/config'],
      says: /kubeconfig \/nowhere\/config cannot be loaded/u,
    },
    {
      name: 'whoever may not look',
      args: () => ['-n', namespace, '--kubeconfig', inject('cluster').kubeconfigs.mallory],
      says: /^agent-sre diagnose: the pods of namespace shop-\w+ cannot be read: list pods.*"mallory" cannot list resource "pods".*grant it/u,
    },
  ])('$name', async ({ args, says, code = 1 }) => {
    const answer = await run('diagnose', ...args());
    expect(answer.errors).toMatch(says);
    expect(answer).toMatchObject({ code, out: '' });
  });

  test('a server that is not there, and one that is none', async () => {
    const server = await startAnsweringServer();
    server.answer = (_, response) => response.end('<html>hello</html>');
    const html = await run('diagnose', '-n', 'shop', '--kubeconfig', await kubeconfigFor(server.url));
    await server.close();
    expect(html).toMatchObject({ code: 1, out: '' });
    expect(html.errors).toContain(server.url);
    const gone = await run('diagnose', '-n', 'shop', '--kubeconfig', await kubeconfigFor(server.url));
    expect(gone).toMatchObject({ code: 1, out: '' });
    expect(gone.errors).toContain(server.url);
  });
});

async function kubeconfigFor(server: string): Promise<string> {
  const path = join(folder, 'kubeconfig');
  const parts = {
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'x' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  };
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'x', ...parts }));
  return path;
}
