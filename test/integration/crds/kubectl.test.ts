/** The API as people meet it: `kubectl get`, `explain` and `wait`. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { approvals, incidents, investigations, remediationPlans, remediationPolicies } from '../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { until } from '../../cluster/lib/poll.ts';
import { applyManifest, installCrds } from '../../support/installCrds.ts';
import { newApproval, newIncident, newInvestigation, newPlan, newPolicy } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';

const run = promisify(execFile);
const namespace = `kubectl-${randomUUID().slice(0, 8)}`;
const meta = { name: 'checkout', namespace };
const policyName = `kubectl-test-${randomUUID().slice(0, 8)}`;

let client: KubeClient;
beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  await installCrds(client);
  await applyManifest(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await client.create(incidents, newIncident(meta));
  await client.create(investigations, newInvestigation(meta));
  await client.create(remediationPlans, newPlan(meta));
  await client.create(approvals, newApproval(meta, { approver: 'alice', approverGroups: [] }));
  await client.create(remediationPolicies, newPolicy({ name: policyName }));
  await until('kubectl knows our short names', { deadlineSeconds: 30 }, () =>
    kubectl('get', 'inc,inv,rp,apv,rpol').then(
      () => undefined,
      (error: Error) => error.message,
    ),
  );
});
afterAll(async () => {
  await client.delete(remediationPolicies, { name: policyName });
  await client.close();
});

describe('kubectl get', () => {
  test.each([
    { kind: 'inc', columns: 'NAME SEVERITY PHASE TARGET ROOT-CAUSE WAITING-ON AGE' },
    { kind: 'inv', columns: 'NAME PURPOSE PHASE OUTCOME ROOT-CAUSE TARGET CONFIDENCE AGE' },
    { kind: 'rp', columns: 'NAME ACTION TARGET PHASE RISK WAITING-ON AGE' },
    { kind: 'apv', columns: 'NAME PLAN DECISION APPROVER VERDICT AGE' },
    { kind: 'rpol', columns: 'NAME MODE NAMESPACES AGE' },
  ])('shows what matters of $kind', async ({ kind, columns }) => {
    expect(headOf(await kubectl('get', kind))).toBe(columns);
  });

  test.each([
    {
      kind: 'inc',
      columns:
        'NAME SEVERITY PHASE TARGET ROOT-CAUSE WAITING-ON WAITING-FOR DIAGNOSIS FOLLOWS MEMBERS SOURCE TITLE NAMESPACE-OF-TARGET AGE',
    },
    { kind: 'rp', columns: 'NAME ACTION TARGET PHASE RISK WAITING-ON WAITING-FOR STRATEGY INCIDENT COMMIT SUMMARY AGE' },
  ])('shows more of $kind with -o wide', async ({ kind, columns }) => {
    expect(headOf(await kubectl('get', kind, '-o', 'wide'))).toBe(columns);
  });

  test('says who has to act', async () => {
    const waitingOn = { who: 'Person', detail: 'an approver' };
    await client.patch(
      remediationPlans,
      meta,
      { status: { phase: 'AwaitingApproval', waitingOn } },
      { type: 'merge', subresource: 'status' },
    );
    expect(await kubectl('get', 'rp', '-o', 'wide')).toMatch(/AwaitingApproval\s+Person\s+an approver/u);
  });

  test('lists the kinds together, and by their category', async () => {
    for (const kinds of ['inc,inv,rp,apv,rpol', 'sre']) {
      const listed = await kubectl('get', kinds, '-o', 'name');
      for (const name of ['incident', 'investigation', 'remediationplan', 'approval'])
        expect(listed).toContain(`${name}.agentsre.io/checkout`);
      expect(listed).toContain(`remediationpolicy.agentsre.io/${policyName}`);
    }
  });
});

describe('kubectl explain', () => {
  test.each([
    { path: 'incident', says: 'something is wrong' },
    { path: 'inc.spec.closure.by', says: 'Who closes it' },
    { path: 'investigation.status.gaps', says: 'What could not be seen, and why' },
    { path: 'rp.spec.actions.setResources', says: 'Raises the memory or CPU that a container requests or may use' },
    { path: 'apv.spec.planDigest', says: 'The digest that the person saw' },
    { path: 'rpol.spec.freezeWindows.to', says: 'the next day' },
  ])('explains $path', async ({ path, says }) => {
    expect((await kubectl('explain', path)).replaceAll(/\s+/gu, ' ')).toContain(says);
  });
});

test('kubectl wait waits for a condition', async () => {
  const waiting = kubectl('wait', '--for=condition=Resolved', 'incident/checkout', '--timeout=30s');
  const resolved = {
    type: 'Resolved',
    status: 'True',
    reason: 'RecoveryConfirmed',
    message: 'the alert is gone',
    lastTransitionTime: '2026-01-15T10:20:00Z',
  };
  await client.patch(incidents, meta, { status: { conditions: [resolved] } }, { type: 'merge', subresource: 'status' });
  expect(await waiting).toContain('incident.agentsre.io/checkout condition met');
});

function headOf(table: string): string {
  return (table.split('\n')[0] ?? '').trim().replaceAll(/\s+/gu, ' ');
}

async function kubectl(...args: readonly string[]): Promise<string> {
  const { kubectl: binary, kubeconfigPath } = inject('cluster');
  const { stdout } = await run(binary, ['--kubeconfig', kubeconfigPath, '-n', namespace, ...args], { timeout: 45_000 });
  return stdout;
}
