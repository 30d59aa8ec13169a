/**
 * A live Incident as programs and IDEs see it: found, read, followed and asked about over MCP, another fix proposed, approval refused, and the end heard
 * after a person has approved. On real pods, by the real SDK client with a person's own token, against the three processes under their own accounts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRunReal } from '../cluster/real/capability.ts';
import { isRealNodeKept } from '../cluster/real/node.ts';
import { deployment, running, SERVE } from '../live/objects.ts';
import { OPERATOR_NAMESPACE } from '../stage/stage.ts';
import { type McpClient, OVER_NETWORK } from '../support/mcpClients.ts';
import type { App } from './remediation/app.ts';
import { setBench } from './remediation/bench.ts';
import { folderOf } from './remediation/manifests.ts';
import { rulesFor } from './remediation/rules.ts';

const FOLLOWED = 'followed';
const PROPOSED = 'proposed';
const ports = { ports: [{ name: 'http', containerPort: 8080 }] };
const probing = { readinessProbe: { httpGet: { path: '/group', port: 8081 }, periodSeconds: 1 } };
const [overHttp] = OVER_NETWORK;

describe.runIf(canRunReal().ok && !(await isRealNodeKept()))('a live Incident over MCP', () => {
  const web = deployment('web', running(SERVE, { ...ports, ...probing }));
  const bench = setBench({
    apps: Object.fromEntries([FOLLOWED, PROPOSED].map((name) => [name, folderOf(name, { 'web.yaml': web })])),
    monitored: () => ({ ruleGroups: rulesFor({ mismatch: [FOLLOWED, PROPOSED] }) }),
  });
  const connect = (person: 'alice' | 'mallory'): Promise<McpClient> => {
    const { cluster, operator } = bench().stage;
    if (overHttp === undefined) throw new Error('there is no client');
    return overHttp.connect({ url: `${operator.processes.gateway.url}/mcp`, token: cluster.tokenFor(person) });
  };
  /** The namespace's scene, in which alice may look at what a viewer may. */
  const openTo = async (alice: 'alice', namespace: string): Promise<App> => {
    const app = await bench().open(namespace);
    await bench().stage.kubectl(
      'admin',
      'create',
      'rolebinding',
      'views',
      '--clusterrole=view',
      `--user=${alice}`,
      `--namespace=${namespace}`,
    );
    return app;
  };
  let alice: McpClient;
  beforeAll(async () => {
    alice = await connect('alice');
  });
  afterAll(() => alice?.close());

  test('is found, read, followed and asked about; nobody but a person approves its plan, and the end is heard', async () => {
    const app = await openTo('alice', FOLLOWED);
    const namespace = FOLLOWED;
    const incident = await app.incident('KubeDeploymentReplicasMismatch');
    const { name } = incident.metadata;
    const uri = `incident://${OPERATOR_NAMESPACE}/${name}`;
    const heard: string[] = [];
    await alice.subscribe(uri, (what) => heard.push(what));
    const plan = await app.plan(incident);

    expect((await alice.call('list_incidents', { namespace })).text).toContain(name);
    const read = await alice.call('get_incident', { name });
    expect(read.text).toContain('asks port 8081, and the program listens on 8080');
    expect(read.data).toMatchObject({ currentPlan: { name: plan.metadata.name } });
    expect(await alice.read(uri)).toContain(plan.metadata.name);
    expect(await alice.read(`plan://${OPERATOR_NAMESPACE}/${plan.metadata.name}`)).toContain('-              port: 8081');
    expect((await alice.call('get_pod_status', { namespace })).text).toContain('web-');
    expect(await alice.call('get_pod_logs', { namespace, pod: 'web' })).toMatchObject({
      isError: false,
      text: expect.stringContaining('listening on port 8080'),
    });
    const health = await alice.call('check_golden_signals', { namespace, service_name: 'web' });
    expect(health.data).toMatchObject({ status: 'unhealthy' });
    expect((await alice.call('ask_jamie', { question: `why is web in ${namespace} failing?` })).text).toMatch(
      /asks port 8081[\s\S]*\[e\d\]/u,
    );

    const { isError, text } = await alice
      .call('approve_plan', { name: plan.metadata.name })
      .catch((error: Error) => ({ isError: true, text: error.message }));
    expect({ isError, text }).toMatchObject({ isError: true, text: expect.stringContaining('approve_plan') });
    const refused = await alice.call('ask_jamie', { question: `approve plan ${plan.metadata.name}` });
    expect(refused.text).toContain(`kubectl sre approve ${plan.metadata.name}`);
    expect(app.now(plan).status?.phase).toBe('AwaitingApproval');

    heard.length = 0;
    await app.approve('alice', plan);
    await app.verified(plan);
    await app.resolved(incident);
    expect(heard).toContain(uri);
    expect((await alice.call('get_incident', { name })).data).toMatchObject({ phase: 'Resolved' });
  });

  test('is answered with another fix, which is alice’s, shown with its diff, and waits for a person', async () => {
    const app = await openTo('alice', PROPOSED);
    const incident = await app.incident('KubeDeploymentReplicasMismatch');
    await app.plan(incident);
    const proposed = await alice.call('propose_plan', {
      incident: incident.metadata.name,
      action: 'ScaleWorkload',
      target: { kind: 'Deployment', namespace: PROPOSED, name: 'web' },
      parameters: { replicas: 2 },
      waitSeconds: 20,
    });
    expect(proposed).toMatchObject({ isError: false, data: { rendered: true, diff: expect.stringContaining('+  replicas: 2') } });
    const { name } = proposed.data as { readonly name: string };
    expect(proposed.text).toContain(`kubectl sre approve ${name}`);
    const plan = bench()
      .stage.world.now()
      .plans.find(({ metadata }) => metadata.name === name);
    expect(plan).toMatchObject({ spec: { requestedBy: { username: 'alice' } }, status: { phase: 'AwaitingApproval' } });
  });

  test('stands beside what Flux has deployed, told to who shows no token on the loopback', async () => {
    const { cluster, operator, repository } = bench().stage;
    expect(cluster.level).toBe('real');
    const nobody = await overHttp?.connect({ url: `${operator.processes.gateway.url}/mcp` });
    const deployed = await nobody?.call('flux_status', { name: FOLLOWED });
    expect(deployed?.data).toMatchObject({ objects: [{ kind: 'Kustomization', name: FOLLOWED, state: 'ready' }] });
    const head = (await repository.git('rev-parse', 'main')).trim();
    expect(deployed?.text).toContain(head.slice(0, 7));
    await nobody?.close();
  });

  test('is nothing to somebody who may see nothing', async () => {
    const mallory = await connect('mallory');
    for (const [tool, input] of [
      ['list_incidents', {}],
      ['kubectl_get', { resource: 'pods', namespace: FOLLOWED }],
      ['get_pod_logs', { namespace: FOLLOWED, pod: 'web' }],
    ] as const) {
      const answer = await mallory.call(tool, input);
      expect(answer).toMatchObject({ isError: true, text: expect.stringContaining('mallory may not') });
    }
    await mallory.close();
  });
});
