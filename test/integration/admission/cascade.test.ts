/** The policies beside the real collectors of Kubernetes: what belongs to a deleted Incident goes, Approvals included. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderValidation } from '../../../src/crds/admission/render.ts';
import { approvals, incidents, remediationPlans } from '../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource, type KubeObject, ownerReferenceTo } from '../../../src/kube/object.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { until } from '../../cluster/lib/poll.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { newApproval, newIncident, newPlan } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';

/** The garbage collector looks for new kinds every 30 s. */
const PATIENCE = { deadlineSeconds: 90, intervalMs: 250 } as const;
const namespaces = defineResource<KubeObject>({ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false });

interface CheckedPolicy extends KubeObject {
  readonly status?: { readonly observedGeneration?: number; readonly typeChecking?: { readonly expressionWarnings?: readonly unknown[] } };
}
const policies = defineResource<CheckedPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  namespaced: false,
});

let cluster: Cluster;
let admin: KubeClient;
let alice: KubeClient;
beforeAll(async () => {
  cluster = await startCluster({ level: 'sim' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  alice = testClient(cluster.kubeconfigFor('alice'));
}, 180_000);
afterAll(async () => {
  await Promise.all([alice, admin].map((client) => client.close()));
  await cluster.stop();
});

describe('Approvals go', () => {
  test.each(['Background', 'Foreground'] as const)('with their Incident, in the %s', { timeout: 120_000 }, async (propagation) => {
    const namespace = 'agent-sre';
    const incident = await admin.create(incidents, newIncident({ generateName: 'inc-', namespace }));
    const plan = await admin.create(
      remediationPlans,
      newPlan({ generateName: 'rp-', namespace, ownerReferences: [ownerReferenceTo(incident, incidents)] }),
    );
    const planRef = { name: plan.metadata.name, uid: plan.metadata.uid };
    const approval = await alice.create(approvals, newApproval({ generateName: 'apv-', namespace }, { planRef }));
    await admin.delete(incidents, { namespace, name: incident.metadata.name }, { propagation });
    await gone(() => admin.get(approvals, { namespace, name: approval.metadata.name }), 'the Approval');
    await gone(() => admin.get(incidents, { namespace, name: incident.metadata.name }), 'the Incident');
  });

  test('with their namespace', { timeout: 120_000 }, async () => {
    const namespace = 'short-lived';
    await applyManifest(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await alice.create(approvals, newApproval({ generateName: 'apv-', namespace }));
    await admin.delete(namespaces, { name: namespace });
    await gone(() => admin.get(namespaces, { name: namespace }), 'the namespace');
  });
});

test('the API server’s own type check finds nothing to say about the policies', async () => {
  const wanted = renderValidation().filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  for (const { metadata } of wanted) {
    await until(`${metadata.name} is checked`, PATIENCE, async () => {
      const found = await admin.get(policies, { name: metadata.name });
      return found?.status?.observedGeneration === undefined ? 'not yet' : undefined;
    });
    expect((await admin.get(policies, { name: metadata.name }))?.status?.typeChecking?.expressionWarnings ?? []).toEqual([]);
  }
});

function gone(read: () => Promise<unknown>, what: string): Promise<void> {
  return until(`${what} is gone`, PATIENCE, async () => ((await read()) === undefined ? undefined : 'it is still there'));
}
