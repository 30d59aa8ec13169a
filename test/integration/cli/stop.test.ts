/** `kubectl sre stop` and `start` on a real API server, and who may turn the switch by whatever means. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { configMaps } from '../../../src/crds/configMaps.ts';
import { readStopSwitch } from '../../../src/domain/stopSwitch.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Person } from '../../cluster/api/users.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { describeError } from '../../cluster/lib/poll.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { type Call, kubectlSre } from '../../support/kubectlSre.ts';
import { testClient } from '../../support/testClient.ts';

const key = { namespace: 'agent-sre', name: 'agent-sre-stop' };
let cluster: Cluster;
let admin: KubeClient;
const people = new Map<Person, KubeClient>();
const as = (person: Person): KubeClient => people.get(person) ?? admin;

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  for (const person of ['alice', 'bob', 'carol'] as const) people.set(person, testClient(cluster.kubeconfigFor(person)));
  await mayWriteConfigMaps('bob', 'carol');
});
afterAll(async () => {
  await Promise.all([...people.values(), admin].map((client) => client?.close()));
  await cluster?.stop();
});
afterEach(async () => {
  await admin.delete(configMaps, key);
});

/** As editors of the operator's namespace may. */
async function mayWriteConfigMaps(...users: readonly Person[]): Promise<void> {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'editors', namespace: key.namespace } };
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'delete', 'get', 'list', 'patch', 'update'] }];
  const subjects = users.map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }));
  await admin.raw('POST', `/apis/rbac.authorization.k8s.io/v1/namespaces/${key.namespace}/roles`, { ...rbac, kind: 'Role', rules });
  await applyManifest(admin, {
    ...rbac,
    kind: 'RoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'editors' },
    subjects,
  });
}

const sre = (args: readonly string[], call?: Call) => kubectlSre(cluster, args, call);
const state = async () => readStopSwitch(await admin.get(configMaps, key));
const refusalOf = (attempt: Promise<unknown>): Promise<string> => attempt.then(() => 'it was admitted', describeError);

describe('kubectl sre stop', () => {
  test('stops in the name of who calls, says what that means, and how to go on', async () => {
    const { code, out } = await sre(['stop', '--reason', 'we are moving the database'], { as: 'carol' });
    expect([code, out]).toEqual([0, expect.stringMatching(/^Stopped as carol\.\n/u)]);
    expect(out).toContain('To go on: kubectl sre start');
    expect(await state()).toMatchObject({ kind: 'stopped', by: 'carol', reason: 'we are moving the database' });
  });

  test('leaves a stop of somebody else as it is', async () => {
    await sre(['stop', '--reason', 'first'], { as: 'alice' });
    const { code, out } = await sre(['stop', '--reason', 'second'], { as: 'bob' });
    expect([code, out]).toEqual([0, expect.stringMatching(/^Agent-SRE is stopped by alice since .* UTC: first\nNothing was done/u)]);
    expect(await state()).toMatchObject({ by: 'alice', reason: 'first' });
  });

  test('tells who may not stop what that takes, and what else helps', async () => {
    const { code, err } = await sre(['stop'], { as: 'dave' });
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('that takes the ClusterRole agent-sre-responder, bound in namespace agent-sre'),
    ]);
    expect(err).toContain('kubectl scale -n agent-sre deployment agent-sre-executor --replicas=0');
    expect(await state()).toEqual({ kind: 'running' });
  });
});

describe('kubectl sre start', () => {
  test('goes on in the name of who calls', async () => {
    await sre(['stop'], { as: 'carol' });
    const { code, out } = await sre(['start'], { as: 'alice' });
    expect([code, out]).toEqual([0, expect.stringContaining('Started as alice') as unknown]);
    expect((await admin.get(configMaps, key))?.data).toMatchObject({ stopped: 'false', by: 'alice' });
  });

  test('takes the right to approve, whatever else somebody may', async () => {
    await sre(['stop'], { as: 'carol' });
    const { code, err } = await sre(['start'], { as: 'carol' });
    expect([code, err]).toEqual([1, expect.stringContaining('carol may not start Agent-SRE again: that takes the verb "approve"')]);
    expect(await state()).toMatchObject({ kind: 'stopped', by: 'carol' });
  });

  test('does nothing where nothing is stopped', async () => {
    expect(await sre(['start'])).toMatchObject({ code: 0, out: 'Nothing was done: it is not stopped.\n' });
  });
});

describe('while it is stopped', () => {
  test('every command says so first', async () => {
    await sre(['stop', '--reason', 'the database moves'], { as: 'carol' });
    const { out } = await sre(['get'], { as: 'dave' });
    expect(out).toMatch(/^Agent-SRE is stopped by carol since \S+ \S+ UTC: the database moves\n\nThere are no Incidents\.\n$/u);
  });

  test('what programs read stays what they can read', async () => {
    await sre(['stop'], { as: 'carol' });
    const { out, err } = await sre(['get', '-o', 'json'], { as: 'dave' });
    expect(JSON.parse(out)).toMatchObject({ kind: 'List' });
    expect(err).toContain('Agent-SRE is stopped by carol');
  });

  test('whoever may not see the switch is told nothing of it', async () => {
    await sre(['stop'], { as: 'carol' });
    const { err } = await sre(['get'], { as: 'mallory' });
    expect(err).not.toContain('stopped');
  });
});

describe('the switch, written by other means', () => {
  test('a plain ConfigMap stops, and names whoever made it', async () => {
    await as('carol').create(configMaps, { metadata: key, data: { stopped: 'true' } });
    expect(await state()).toMatchObject({ kind: 'stopped', by: 'carol' });
  });

  test('turned by a patch, it says nothing of the time before', async () => {
    await sre(['stop', '--reason', 'first'], { as: 'alice' });
    await sre(['start'], { as: 'alice' });
    await as('carol').patch(configMaps, key, { data: { stopped: 'yes' } }, { type: 'merge' });
    expect((await admin.get(configMaps, key))?.data).toEqual({ stopped: 'yes', by: 'carol' });
  });

  test.each<{ readonly name: string; readonly attempt: () => Promise<unknown>; readonly says: string }>([
    {
      name: 'in the name of another is refused',
      attempt: () => as('carol').patch(configMaps, key, { data: { stopped: 'true', by: 'bob' } }, { type: 'merge' }),
      says: 'data.by is "bob", and you are "carol"',
    },
    {
      name: 'started by who may not approve is refused',
      attempt: () => as('carol').patch(configMaps, key, { data: { stopped: 'false' } }, { type: 'merge' }),
      says: 'carol may not start Agent-SRE again',
    },
    {
      name: 'deleted by who may not approve is refused, as that starts it, too',
      attempt: () => as('carol').delete(configMaps, key),
      says: 'carol may not start Agent-SRE again',
    },
    { name: 'deleted by who may approve is let pass', attempt: () => as('bob').delete(configMaps, key), says: 'it was admitted' },
  ])('$name', async ({ attempt, says }) => {
    await sre(['stop'], { as: 'alice' });
    expect(await refusalOf(attempt())).toContain(says);
  });

  test('what is no switch is nobody’s business', async () => {
    const other = { ...key, name: 'notes' };
    await as('carol').create(configMaps, { metadata: other, data: { stopped: 'true', by: 'bob' } });
    await as('carol').patch(configMaps, other, { data: { stopped: 'false' } }, { type: 'merge' });
    expect(await as('carol').delete(configMaps, other)).toBe(true);
  });
});
