/** The shadow record on a real API server: what people did where a plan was only suggested, and what `kubectl sre record` shows of it. */
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { createTerminal } from '../../../src/cli/terminal.ts';
import { systemClock } from '../../../src/clock.ts';
import { incidents, type RemediationPlan } from '../../../src/crds/kinds.ts';
import { pods } from '../../../src/gitops/resources.ts';
import { nodes } from '../../../src/remediate/direct/resources.ts';
import type { RunningExecutor } from './executorLife.ts';
import { OPERATOR, openPolicyStage, type PolicyStage } from './policyStage.ts';

const TIMEOUT = { timeout: 120_000 };
let stage: PolicyStage;
let executor: RunningExecutor;
beforeAll(async () => {
  stage = await openPolicyStage();
  executor = stage.start();
  for (const node of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']) await stage.readyNode(node);
  await stage.workload('shop', 'cart', ['cart-1']);
}, 120_000);
afterAll(async () => {
  await executor?.stop();
  await stage?.stop();
});

const cordon = (node: string) =>
  stage.propose(`cordon-${node}`, { type: 'CordonNode', target: { kind: 'Node', name: node }, cordonNode: { reviewAfterSeconds: 3600 } });

/** As the investigator says when the trouble is over. */
async function resolve(plan: RemediationPlan): Promise<void> {
  const key = { namespace: OPERATOR, name: plan.spec.incidentRef.name };
  const over = {
    type: 'Resolved',
    status: 'True' as const,
    reason: 'Recovered',
    message: '',
    lastTransitionTime: new Date().toISOString(),
  };
  const status = { conditions: [over], planRefs: [{ name: plan.metadata.name, uid: plan.metadata.uid }] };
  await stage.investigator.apply(incidents, { metadata: key, status }, { fieldManager: 'test', subresource: 'status' });
}

interface Case {
  readonly name: string;
  readonly propose: () => Promise<RemediationPlan>;
  readonly people: () => Promise<unknown>;
  readonly want: string;
}

test.each<Case>([
  {
    name: 'the same',
    propose: () => cordon('n1'),
    people: () => stage.admin.patch(nodes, { name: 'n1' }, { spec: { unschedulable: true } }, { type: 'merge' }),
    want: 'Same',
  },
  { name: 'nothing', propose: () => cordon('n2'), people: () => Promise.resolve(), want: 'Nothing' },
  {
    name: 'the same by deleting the pod',
    propose: () => stage.deletePod('shop', 'cart-1'),
    people: () => stage.admin.delete(pods, { namespace: 'shop', name: 'cart-1' }),
    want: 'Same',
  },
])('people did $name', TIMEOUT, async ({ propose, people, want }) => {
  const plan = await propose();
  const shown = await stage.when(plan, 'is suggested', ({ status }) => status?.phase === 'Suggested');
  expect(shown.status?.policy?.reason).toContain('no RemediationPolicy selects');
  expect(shown.status?.suggestion).toBeUndefined();
  await people();
  await resolve(plan);
  const { status } = await stage.settled(plan);
  expect(status).toMatchObject({ phase: 'Suggested', suggestion: { score: want, at: expect.any(String) } });
});

test('the record shows it, within 80 columns, and as JSON', async () => {
  const text = await sre('record', stage.cluster.kubeconfigPath);
  expect(text).toContain(['Node n1', '  CordonNode                 0       0         0     1      0        0'].join('\n'));
  expect(text).toContain(['Deployment shop/cart', '  DeletePod                  0       0         0     1      0        0'].join('\n'));
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(JSON.parse(await sre('record n2 -o json', stage.cluster.kubeconfigPath))).toMatchObject({
    records: [{ target: { kind: 'Node', namespace: '', name: 'n2' }, entries: [{ action: 'CordonNode', outcome: 'SuggestedNothing' }] }],
  });
});

test('who may not read the record is told the same of the plans that they may see', async () => {
  const text = await sre('record n1', stage.cluster.kubeconfigFor('alice'));
  expect(text).toContain(['Node n1', '  CordonNode                 0       0         0     1      0        0'].join('\n'));
  expect(text).toContain('From the plans that are still there: the record itself is kept in');
  expect(await sre('record', stage.cluster.kubeconfigFor('mallory'))).toContain('cannot list resource "remediationplans"');
});

async function sre(args: string, kubeconfig: string): Promise<string> {
  const [stdin, stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { columns: 80 }), new PassThrough()];
  stdin.end('');
  const terminal = createTerminal({ stdin, stdout, stderr }, { noColor: true });
  await run({ args: args.split(' '), terminal, clock: systemClock, kubeconfig });
  return `${String(stdout.read() ?? '')}${String(stderr.read() ?? '')}`;
}
