/** A plan of strategy Direct on a real API server, with the Incident and the diagnosis that it rests on; and nodes to try it on. */
import { incidents, investigations, type RemediationPlan, remediationPlans } from '../../../src/crds/kinds.ts';
import type { Action, Criterion } from '../../../src/crds/remediationPlan.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { nodes } from '../../../src/remediate/direct/resources.ts';

export interface DirectPlan {
  readonly namespace: string;
  readonly name: string;
  readonly action: Action;
  readonly successCriteria: readonly Criterion[];
  readonly soakSeconds?: number;
  readonly confidence?: number;
  /** Who proposes it; absent: the investigator. */
  readonly by?: KubeClient;
}

const LIFETIME_MS = 20 * 60_000;

export async function proposeDirectly(
  { admin, investigator }: { readonly admin: KubeClient; readonly investigator: KubeClient },
  { namespace, name, action, successCriteria, soakSeconds = 0, confidence = 90, by = investigator }: DirectPlan,
): Promise<RemediationPlan> {
  const metadata = { namespace, name };
  const targets = [action.target];
  const incident = await admin.create(incidents, { metadata, spec: { title: name, severity: 'warning', source: 'Manual', targets } });
  const incidentRef = { name, uid: incident.metadata.uid };
  const diagnosis = await investigator.create(investigations, { metadata, spec: { purpose: 'Diagnosis', incidentRef, targets } });
  return by.create(remediationPlans, {
    metadata,
    spec: {
      incidentRef,
      investigationRef: { name, uid: diagnosis.metadata.uid },
      ordinal: 1,
      summary: 'Do it.',
      actions: [action],
      strategy: 'Direct',
      successCriteria: [...successCriteria],
      soakSeconds,
      rollback: 'Automatic',
      expiresAt: new Date(Date.now() + LIFETIME_MS).toISOString(),
      confidence,
    },
  });
}

export async function makeReadyNode(client: KubeClient, name: string): Promise<void> {
  await client.create(nodes, { metadata: { name }, spec: {} });
  const at = new Date().toISOString();
  const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastTransitionTime: at, lastHeartbeatTime: at };
  await client.patch(nodes, { name }, { status: { conditions: [condition] } }, { type: 'strategic', subresource: 'status' });
  // Nobody here takes the taint away that a new node gets.
  await client.patch(nodes, { name }, { spec: { taints: null } }, { type: 'merge' });
}
