/**
 * The catalogue of hostile texts in what a real API server and a node's log let strangers write, read as an operator reads it: no finding and
 * no cause changes with any of them, and what is said of them is quoted and clean.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { InvestigationResult } from '../../../src/investigate/result.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { GitChange } from '../../../src/sources/changes.ts';
import { configMaps, events, pods, replicaSets, workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';
import { wronglySaid } from '../../unit/hostile/said.ts';
import { HOSTILE, type HostileText } from '../../unit/hostile/texts.ts';
import { makeConfigMap, makeEvent, prepare } from '../sources/world.ts';
import { investigateOn } from './investigation.ts';
import { LAST, makeCrashing, type NodeStandIn, POD, SET, startNode } from './node.ts';

const { Deployment } = workloadResources;
/** What the API server takes of an annotation or an event. */
const LONGEST = { annotation: 60_000, event: 1_000 };

let admin: KubeClient;
let namespace: string;
let node: NodeStandIn;
let base: unknown;

beforeAll(async () => {
  const { kubeconfigPath, auditLogPath } = inject('cluster');
  admin = testClient(kubeconfigPath);
  namespace = await makeNamespace(admin, 'told');
  await prepare(admin, namespace);
  node = await startNode(admin, namespace, auditLogPath);
  const made = { client: admin, namespace };
  await makeCrashing(made, node.name);
  await makeConfigMap(made, 'settings', { greeting: 'hello' });
  await makeEvent(made, 'Pod', POD, 'Strange', { message: 'said' });
  base = factsOf(await told('plain', { kind: 'none', text: 'plain', mark: 'plain' }));
});
afterAll(async () => {
  await node.stop();
  await admin.close();
});

const factsOf = ({ outcome, rootCause, findings }: InvestigationResult): unknown => ({
  outcome,
  cause: rootCause && [rootCause.reason, rootCause.object, rootCause.confidence],
  findings: findings.map(({ reason, object, cures }) => [reason, object, cures]),
});

const commitOf = (text: string): GitChange => ({
  commit: '5f2e1c0a9b8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f',
  repository: 'https://git.test/shop.git',
  author: text,
  authoredAt: new Date(Date.now() - 60_000).toISOString(),
  subject: text,
  fields: [{ object: `Deployment/${namespace}/cart`, path: 'metadata.annotations.note', before: 'a', after: text }],
  diff: `-  note: a\n+  note: ${text}`,
});

/** Everywhere that the text fits, and nowhere that it would be the program's own word on its trouble. */
async function told(text: string, { testimony = false }: HostileText): Promise<InvestigationResult> {
  const annotations = { 'team.test/note': text.slice(0, LONGEST.annotation) };
  const merge = { type: 'merge' } as const;
  const status = { ...merge, subresource: 'status' } as const;
  const at = (name: string) => ({ namespace, name });
  await admin.patch(Deployment, at('cart'), { metadata: { annotations } }, merge);
  await admin.patch(replicaSets, at(SET), { metadata: { annotations } }, merge);
  await admin.patch(configMaps, at('settings'), { metadata: { annotations }, data: { greeting: text } }, merge);
  await admin.patch(pods, at(POD), { metadata: { annotations } }, merge);
  const now = new Date().toISOString();
  const condition = { type: 'Strange', status: 'True', reason: 'Said', message: text, lastTransitionTime: now };
  await admin.patch(
    pods,
    at(POD),
    { status: { message: text, reason: 'Said', conditions: [condition] } },
    { type: 'strategic', subresource: 'status' },
  );
  await admin.patch(Deployment, at('cart'), { status: { conditions: [condition] } }, status);
  const event = (await admin.list(events, { namespace })).items.find(({ reason }) => reason === 'Strange');
  await admin.patch(events, at(event?.metadata.name ?? ''), { message: text.slice(0, LONGEST.event) }, merge);
  const lines = testimony ? [] : text.split('\n');
  node.kubelet.logs = { previous: { count: lines.length + 1, line: (index) => lines[index] ?? LAST } };
  return investigateOn(admin, namespace, { git: { changesFor: async () => [commitOf(text)] } });
}

const called = ({ kind, text }: HostileText): string => `${kind}: ${JSON.stringify(text.slice(0, 50))}`;

describe('what strangers write in a cluster', () => {
  test('is read, and the cause is known', async () => {
    expect(base).toMatchObject({
      outcome: 'RootCauseFound',
      cause: ['ContainerConfigurationInvalid', { name: 'cart' }, expect.any(Number)],
    });
    const { evidence } = await told('qxz7 was here', { kind: 'none', text: '', mark: 'qxz7' });
    expect(JSON.stringify(evidence)).toContain('qxz7 was here');
  });

  test.each(HOSTILE.map((hostile) => ({ hostile, title: called(hostile) })))('changes nothing: $title', async ({ hostile }) => {
    const result = await told(hostile.text, hostile);
    expect(factsOf(result)).toEqual(base);
    expect(wronglySaid(result, hostile.mark)).toEqual([]);
  });
});
