/** The tools of the cluster on a real API server, asked by people with different rights; logs come through it from a kubelet's stand-in. */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { NewEntry } from '../../../src/audit/entry.ts';
import { systemClock } from '../../../src/clock.ts';
import { clusterTools } from '../../../src/compose/clusterTools.ts';
import { mayDo } from '../../../src/kube/access.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { configMaps, replicaSets } from '../../../src/sources/kubernetes/api.ts';
import { serviceObjects } from '../../../src/sources/kubernetes/networkApi.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { createKinds } from '../../../src/tools/cluster/kinds.ts';
import { createLogReader } from '../../../src/tools/cluster/logs/reader.ts';
import { createLogRecord } from '../../../src/tools/cluster/logs/record.ts';
import { ToolError } from '../../../src/tools/errors.ts';
import type { Answer, Tool } from '../../../src/tools/tool.ts';
import { applyManifest } from '../../support/installCrds.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';
import { LAST, makeCrashing, type NodeStandIn, POD, SET, startNode } from '../hostile/node.ts';
import { makeEvent, makePod, podSpec, prepare } from '../sources/world.ts';

const SECRET = 'hunter2-correct-horse';
const RBAC = 'rbac.authorization.k8s.io/v1';

let admin: KubeClient;
let namespace: string;
let other: string;
let node: NodeStandIn;
const recorded: NewEntry[] = [];
let auditFails = false;

/** Erin may see pods and their logs in one namespace, Frank the pods alone, Grace everything but Secrets, Heidi one pod's log. */
const PEOPLE = ['erin', 'frank', 'grace', 'heidi'] as const;
type Person = (typeof PEOPLE)[number];

beforeAll(async () => {
  const { kubeconfigPath, auditLogPath } = inject('cluster');
  admin = testClient(kubeconfigPath);
  [namespace, other] = await Promise.all([makeNamespace(admin, 'tools'), makeNamespace(admin, 'tools-other')]);
  await Promise.all([prepare(admin, namespace), prepare(admin, other)]);
  node = await startNode(admin, namespace, auditLogPath);
  const made = { client: admin, namespace };
  await makeCrashing(made, node.name);
  const spec = {
    ...podSpec('cart:1.0', {
      env: [
        { name: 'DB_PASSWORD', value: SECRET },
        { name: 'MODE', value: 'fast' },
      ],
    }),
    nodeName: node.name,
  };
  const set = await admin.get(replicaSets, { namespace, name: SET });
  if (set === undefined) throw new Error('there is no ReplicaSet');
  await makePod(made, [set, replicaSets], 'cart-7c9f5d6b8-b', spec, {
    ready: true,
    status: { state: { running: { startedAt: new Date().toISOString() } } },
  });
  await makePod(made, [set, replicaSets], 'cart-7c9f5d6b8-c', spec, { phase: 'Pending' });
  await makeEvent(made, 'Pod', POD, 'BackOff', { message: 'Back-off restarting failed container', count: 14 });
  await admin.create(serviceObjects, {
    metadata: { namespace, name: 'cart' },
    spec: { selector: { app: 'cart' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  });
  await admin.create(configMaps, {
    metadata: { namespace, name: 'settings' },
    data: { 'db.password': SECRET, mode: 'fast', 'app.properties': `token=${SECRET}\nlevel=info\n` },
  });
  await allow('erin', ['pods', 'pods/log', 'services', 'events', 'configmaps'], ['get', 'list'], namespace);
  await allow('frank', ['pods'], ['get', 'list'], namespace);
  await allow('grace', ['*'], ['get', 'list']);
  await allow('heidi', ['pods', 'pods/log'], ['get'], namespace, [POD]);
}, 120_000);
afterAll(async () => {
  await node.stop();
  await admin.close();
});
beforeEach(() => {
  recorded.length = 0;
  auditFails = false;
  node.kubelet.logs = {};
});

async function allow(
  person: Person,
  resources: readonly string[],
  verbs: readonly string[],
  where?: string,
  resourceNames?: readonly string[],
): Promise<void> {
  const kind = where === undefined ? 'ClusterRole' : 'Role';
  const name = `${namespace}-${person}`;
  const metadata = { name, ...(where === undefined ? {} : { namespace: where }) };
  const rules = [{ apiGroups: ['*'], resources, verbs, ...(resourceNames === undefined ? {} : { resourceNames }) }];
  await applyManifest(admin, { apiVersion: RBAC, kind, metadata, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: userOf(person) }];
  await applyManifest(admin, { apiVersion: RBAC, kind: `${kind}Binding`, metadata, roleRef, subjects });
}

const userOf = (person: Person): string => `${person}-of-${namespace}`;

function toolsOn(client: KubeClient): readonly Tool[] {
  const redactor = createRedactor();
  const clock = systemClock;
  const deps = { client, clock, redactor, cleaner: createCleaner(redactor.text), kinds: createKinds({ client, clock }) };
  const audit = {
    record: async (entries: readonly NewEntry[]) => {
      if (auditFails) throw new Error('no audit');
      recorded.push(...entries);
    },
  };
  return clusterTools({ ...deps, logs: createLogReader({ ...deps, logRecord: createLogRecord({ audit, clock }) }) });
}

async function ask(person: Person, tool: string, input: object, client = admin): Promise<Answer> {
  const who = { username: userOf(person), groups: ['system:authenticated'] };
  const caller = { ...who, may: (what: Parameters<typeof mayDo>[2], signal: AbortSignal) => mayDo(admin, who, what, signal) };
  const found = toolsOn(client).find(({ name }) => name === tool);
  if (found === undefined) throw new Error(`there is no tool ${tool}`);
  const answer = await found.run(input, { caller, signal: new AbortController().signal });
  found.output.parse(answer.data);
  return answer;
}

const refusal = async (asked: Promise<Answer>): Promise<string> =>
  asked.then(
    ({ text }) => `it was answered: ${text}`,
    (error: unknown) => (error instanceof ToolError ? `${error.reason}: ${error.message}` : String(error)),
  );

describe('what somebody may not see is not shown', () => {
  test.each<{ readonly name: string; readonly who: Person; readonly tool: string; readonly input: object; readonly says: RegExp }>([
    {
      name: 'pods of all namespaces, to who sees one',
      who: 'erin',
      tool: 'kubectl_get',
      input: { resource: 'pods' },
      says: /may not list pods in the whole cluster.*name a namespace/u,
    },
    {
      name: 'one pod by its name in all namespaces, to who sees one',
      who: 'erin',
      tool: 'kubectl_get',
      input: { resource: 'pods', name: POD },
      says: /may not list pods in the whole cluster/u,
    },
    {
      name: 'another kind',
      who: 'erin',
      tool: 'kubectl_get',
      input: { resource: 'deploy', namespace: 'NS' },
      says: /may not list deployments.apps in namespace/u,
    },
    {
      name: 'another namespace',
      who: 'erin',
      tool: 'get_pod_status',
      input: { namespace: 'OTHER' },
      says: /may not list pods in namespace/u,
    },
    {
      name: 'an object whole',
      who: 'frank',
      tool: 'kubectl_get',
      input: { resource: 'cm', name: 'settings', namespace: 'NS', output: 'yaml' },
      says: /may not get configmaps settings/u,
    },
    {
      name: 'a description',
      who: 'frank',
      tool: 'kubectl_describe',
      input: { resource: 'cm', name: 'settings', namespace: 'NS' },
      says: /may not get configmaps settings/u,
    },
    {
      name: 'logs, to who sees pods',
      who: 'frank',
      tool: 'get_pod_logs',
      input: { pod: POD, namespace: 'NS' },
      says: /may not get pods\/log cart-7c9f5d6b8-a in namespace/u,
    },
    {
      name: 'logs of all pods of a workload, to who may read those of one',
      who: 'heidi',
      tool: 'kubectl_logs',
      input: { labelSelector: 'app=cart', namespace: 'NS' },
      says: /may not list pods/u,
    },
    {
      name: 'a service',
      who: 'frank',
      tool: 'get_service_health',
      input: { service_name: 'cart', namespace: 'NS' },
      says: /may not get services cart/u,
    },
    {
      name: 'Secrets, to anybody',
      who: 'grace',
      tool: 'kubectl_get',
      input: { resource: 'secrets', namespace: 'NS' },
      says: /Forbidden: Secrets are never shown/u,
    },
    {
      name: 'a Secret described',
      who: 'grace',
      tool: 'kubectl_describe',
      input: { resource: 'v1/Secret', name: 'x', namespace: 'NS' },
      says: /Forbidden: Secrets are never shown/u,
    },
  ])('$name', async ({ who, tool, input, says }) => {
    const real = JSON.parse(
      JSON.stringify(input).replace('"NS"', JSON.stringify(namespace)).replace('"OTHER"', JSON.stringify(other)),
    ) as object;
    const said = await refusal(ask(who, tool, real));
    expect(said).toMatch(says);
    expect(said).not.toMatch(/https?:|127\.0\.0\.1|it was answered/u);
  });

  test('what Agent-SRE itself may not see, it says so of itself', async () => {
    const powerless = asServiceAccount(admin, namespace, 'default');
    // discovery is for every account, the objects are not
    expect(await refusal(ask('grace', 'kubectl_get', { resource: 'leases', namespace }, powerless))).toBe(
      `Forbidden: Agent-SRE itself may not list leases.coordination.k8s.io in namespace ${namespace}; an administrator can grant get and list on leases.coordination.k8s.io to its gateway.`,
    );
  });
});

describe('kubectl_get', () => {
  test.each(['pods', 'pod', 'po', 'Pod', 'v1/Pod', 'pods.v1'])('knows %s', async (resource) => {
    const { data } = await ask('erin', 'kubectl_get', { resource, namespace });
    expect(data).toMatchObject({ resource: 'pods', total: 3 });
  });

  test('shows what fails first, with totals by state', async () => {
    const { text, data } = await ask('erin', 'kubectl_get', { resource: 'pods', namespace });
    const [head, columns, ...rows] = text.split('\n');
    expect(head).toBe(`3 pods in ${namespace}: 1 CrashLoopBackOff, 1 Pending, 1 Running`);
    expect(columns).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE$/u);
    expect(rows.map((row) => row.split(/ +/u).slice(0, 3))).toEqual([
      [POD, '0/1', 'CrashLoopBackOff'],
      ['cart-7c9f5d6b8-c', '0/1', 'Pending'],
      ['cart-7c9f5d6b8-b', '1/1', 'Running'],
    ]);
    expect(data).toMatchObject({ remaining: 0, states: [{ state: 'CrashLoopBackOff', rank: 'failing', count: 1 }, {}, {}] });
  });

  test('gives the rest page by page, each row once', async () => {
    const names: string[] = [];
    for (let next: string | undefined = '0'; next !== undefined; ) {
      const { data } = await ask('erin', 'kubectl_get', { resource: 'pods', namespace, limit: 1, continue: next });
      const { rows, continue: then } = data as { readonly rows: string[][]; readonly continue?: string };
      names.push(...rows.map(([name = '']) => name));
      next = then;
    }
    expect(names).toEqual([POD, 'cart-7c9f5d6b8-c', 'cart-7c9f5d6b8-b']);
  });

  test('narrows by state, labels and fields', async () => {
    const named = async (more: object): Promise<unknown> =>
      (await ask('erin', 'kubectl_get', { resource: 'pods', namespace, ...more })).data['total'];
    expect(await named({ status: 'crashloop' })).toBe(1);
    expect(await named({ status: 'failing' })).toBe(1);
    expect(await named({ labelSelector: 'app=none' })).toBe(0);
    expect(await named({ fieldSelector: 'status.phase=Pending' })).toBe(1);
  });

  test('finds one in whichever namespace it is, for who may look there', async () => {
    const { data } = await ask('grace', 'kubectl_get', { resource: 'pod', name: POD });
    expect(data).toMatchObject({ total: 1, rows: [[namespace, POD, '0/1', 'CrashLoopBackOff', expect.any(String), expect.any(String)]] });
  });

  test.each([
    { input: { resource: 'deploymnet' }, says: /serves no kind "deploymnet"; did you mean deployments.apps/u },
    { input: { resource: 'all' }, says: /One kind at a time/u },
    {
      input: { resource: 'pods', namespace: 'NS', name: 'cart-7c9f5d6b8-x' },
      says: /There is no Pod cart-7c9f5d6b8-x in namespace tools-\w+; did you mean cart-7c9f5d6b8-a/u,
    },
    { input: { resource: 'pods', labelSelector: 'a in (' }, says: /Invalid: list pods.*the API server says: .*unable to parse/u },
    { input: { resource: 'pods', fieldSelector: 'spec.nope=1' }, says: /the API server says: field label not supported: spec.nope/u },
    { input: { resource: 'pods', namespace: 'No Namespace' }, says: /Invalid: namespace: is not the name of a namespace/u },
    { input: { resource: 'pods', continue: 'x' }, says: /Invalid: continue: is not what an earlier answer gave/u },
  ])('says of $input what is wrong and what there is', async ({ input, says }) => {
    const real = JSON.parse(JSON.stringify(input).replace('"NS"', JSON.stringify(namespace))) as object;
    expect(await refusal(ask('grace', 'kubectl_get', real))).toMatch(says);
  });

  test('shows an object whole without its secrets and bookkeeping', async () => {
    const { text } = await ask('erin', 'kubectl_get', { resource: 'configmap', name: 'settings', namespace, output: 'yaml' });
    expect(text).toContain('mode: fast');
    expect(text).toContain('level=info');
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('managedFields');
  });
});

describe('kubectl_describe', () => {
  test('shows what explains a pod, and names what its caller may not see', async () => {
    const { text, data } = await ask('erin', 'kubectl_describe', { resource: 'pod', name: POD, namespace });
    expect(text).toMatch(/app: not ready, 3 restarts, waiting CrashLoopBackOff: back-off; last run: exit code 1 \(Error\)/u);
    expect(text).toMatch(/ago \(×14\) Warning BackOff/u);
    expect(text).toContain('Selected by: Service cart (http 80→http)');
    expect(text).toMatch(/Not looked at: .*replicasets.*not allowed/u);
    expect(data).toMatchObject({ owners: [`ReplicaSet ${SET}`] });
  });

  test('follows its owners, for who may see them', async () => {
    const { data } = await ask('grace', 'kubectl_describe', { resource: 'pod', name: POD, namespace });
    expect(data).toMatchObject({ owners: [`ReplicaSet ${SET}`, 'Deployment cart'] });
  });

  test('shows a workload with its pods, and settings without secrets', async () => {
    const { text } = await ask('grace', 'kubectl_describe', { resource: 'deploy', name: 'cart', namespace });
    expect(text).toContain(`${POD}: CrashLoopBackOff, 0/1 ready, 3 restarts`);
    const pod = await ask('grace', 'kubectl_describe', { resource: 'pod', name: 'cart-7c9f5d6b8-b', namespace });
    expect(pod.text).toContain('MODE=fast');
    expect(pod.text).toContain('DB_PASSWORD=[redacted]');
    expect(pod.text).not.toContain(SECRET);
  });

  test('hides what a ConfigMap holds of secrets', async () => {
    const { text } = await ask('erin', 'kubectl_describe', { resource: 'cm', name: 'settings', namespace });
    expect(text).toContain('mode: fast');
    expect(text).not.toContain(SECRET);
  });
});

const at = (index: number): string => `2026-01-01T11:57:${String(index % 60).padStart(2, '0')}Z`;
const linesOf = (lines: readonly string[]) => ({ count: lines.length, line: (index: number) => `${at(index)} ${lines[index] ?? ''}` });

describe('logs', () => {
  test('are read of one pod by who may, and that is on record first', async () => {
    node.kubelet.logs = { current: linesOf(['starting', `password=${SECRET}`, LAST]) };
    const { text, data } = await ask('heidi', 'get_pod_logs', { pod: POD, namespace });
    expect(text.split('\n')).toEqual([
      `3 lines of ${POD}/app in ${namespace}`,
      '11:57:00 starting',
      '11:57:01 password=[redacted:password]',
      `11:57:02 ${LAST}`,
    ]);
    expect(data).toMatchObject({ total: 3, trouble: [{ text: LAST, count: 1 }] });
    expect(recorded).toEqual([
      expect.objectContaining({
        event: 'ReadForSomebody',
        outcome: 'Intended',
        who: userOf('heidi'),
        message: `reads logs in ${namespace}: ${POD} (${POD})`,
      }),
    ]);
  });

  test('each read has a record of its own', async () => {
    node.kubelet.logs = { current: linesOf(['x']) };
    await ask('erin', 'get_pod_logs', { pod: POD, namespace });
    await ask('erin', 'get_pod_logs', { pod: POD, namespace });
    expect(new Set(recorded.map(({ key }) => key)).size).toBe(2);
  });

  test('are not read while that cannot be put on record', async () => {
    auditFails = true;
    const before = node.kubelet.asked.length;
    expect(await refusal(ask('erin', 'get_pod_logs', { pod: POD, namespace }))).toMatch(
      /^Unavailable: Logs are read for somebody only once that is on record/u,
    );
    expect(node.kubelet.asked.length).toBe(before);
  });

  test.each(['frank', 'grace'] as const)('that %s may not read are not read, and the refusal is on record once an hour', async (who) => {
    const pod = who === 'grace' ? { labelSelector: 'app=cart', namespace: other } : { pod: POD, namespace };
    const before = node.kubelet.asked.length;
    const said = [await refusal(ask(who, 'get_pod_logs', pod)), await refusal(ask(who, 'get_pod_logs', pod))];
    expect(node.kubelet.asked.length).toBe(before);
    if (who === 'grace') return expect(said[0]).toMatch(/NotFound: There are no pods with labels app=cart/u);
    expect(recorded.map(({ event, outcome }) => `${event} ${outcome}`)).toEqual(['ReadRefused Refused', 'ReadRefused Refused']);
    return expect(new Set(recorded.map(({ key }) => key)).size).toBe(1);
  });

  test('of a workload are those of all its pods, the ill first', async () => {
    node.kubelet.logs = { current: linesOf(['hello']) };
    const { data } = await ask('grace', 'kubectl_logs', { name: 'deploy/cart', namespace });
    expect((data as { readonly containers: string[] }).containers).toContain(`${POD}/app`);
    expect((data as { readonly containers: string[] }).containers.length).toBe(3);
    const byName = await ask('grace', 'get_pod_logs', { pod: 'cart', namespace });
    expect(byName.data).toMatchObject({ total: 3 });
  });

  test('of the run before come with previous', async () => {
    node.kubelet.logs = { current: linesOf(['now']), previous: linesOf([LAST]) };
    expect((await ask('erin', 'get_pod_logs', { pod: POD, namespace, previous: true })).text).toContain(LAST);
    node.kubelet.logs = { current: linesOf(['now']) };
    expect(await refusal(ask('erin', 'get_pod_logs', { pod: POD, namespace, previous: true }))).toMatch(
      /^NotFound: .*there is no run before/u,
    );
  });

  test('that are long begin with what tells of trouble, and stay readable', async () => {
    const noise = Array.from({ length: 3_000 }, (_, index) => (index === 2_200 ? LAST : `request ${index} took 3 ms`));
    node.kubelet.logs = { current: linesOf(noise) };
    const { text } = await ask('erin', 'get_pod_logs', { pod: POD, namespace, limit: 500 });
    expect(text.length).toBeLessThan(11_000);
    expect(text).toMatch(/What tells of trouble, newest first:\nError: CART_TIMEOUT_MS/u);
    expect(text).toContain('request 2999 took 3 ms');
  });

  test('are searched for words', async () => {
    node.kubelet.logs = { current: linesOf(['GET /a 200', 'GET /b 500', 'get /c 500']) };
    const { data } = await ask('erin', 'get_pod_logs', { pod: POD, namespace, grep: 'get /' });
    expect(data).toMatchObject({ total: 3 });
    expect((await ask('erin', 'get_pod_logs', { pod: POD, namespace, grep: [' 500'] })).data).toMatchObject({ total: 2 });
  });

  test.each([
    { input: { namespace: 'NS' }, says: /Invalid: Say whose logs/u },
    { input: { namespace: 'NS', pod: POD, container: 'sidecar' }, says: /NotFound: There is no container sidecar; there is app/u },
    { input: { namespace: 'NS', pod: 'crat' }, says: /NotFound: There is no pod or workload crat in namespace/u },
    { input: { namespace: 'NS', pod: POD, since: 'yesterday' }, says: /Invalid: since: is no duration; write 90s, 10m, 2h or 1d/u },
  ])('says of $input what is wrong', async ({ input, says }) => {
    const real = JSON.parse(JSON.stringify(input).replace('"NS"', JSON.stringify(namespace))) as object;
    expect(await refusal(ask('grace', 'get_pod_logs', real))).toMatch(says);
  });
});

describe('get_pod_status', () => {
  test('tells the ill, each with its reason', async () => {
    const { text, data } = await ask('erin', 'get_pod_status', { namespace });
    expect(text).toContain(`${namespace}/${POD}: CrashLoopBackOff, 0/1 ready, 3 restarts`);
    expect(text).toMatch(/app: not ready, 3 restarts, waiting CrashLoopBackOff/u);
    expect(text).toMatch(/\(×14\) Warning BackOff/u);
    expect(data).toMatchObject({
      total: 3,
      states: [
        { state: 'CrashLoopBackOff', count: 1 },
        { state: 'Pending', count: 1 },
        { state: 'Running', count: 1 },
      ],
    });
    expect((data as { readonly pods: unknown[] }).pods.length).toBe(2);
  });
});

describe('get_service_health', () => {
  test('judges by what it sees, and says why', async () => {
    const { data } = await ask('grace', 'get_service_health', { service_name: 'cart', namespace });
    expect(data).toMatchObject({ status: 'unhealthy', endpoints: { ready: 0, notReady: 0 } });
    expect((data as { readonly reasons: string[] }).reasons).toEqual([
      'it has no ready endpoints, although 1 of its pods are ready',
      'port 80 leads to a container port called http, which no pod has',
    ]);
  });

  test('never calls healthy what its caller may not see', async () => {
    const { data } = await ask('erin', 'get_service_health', { service_name: 'cart', namespace });
    expect(data).toMatchObject({ status: 'unknown', reasons: [expect.stringContaining('endpointslices (not allowed)')] });
  });

  test('takes the name of a workload where there is no such Service', async () => {
    expect(await refusal(ask('grace', 'get_service_health', { service_name: 'crat', namespace }))).toMatch(
      /NotFound: There is no Service crat in namespace .*did you mean cart/u,
    );
  });
});
