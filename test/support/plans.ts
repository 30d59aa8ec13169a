/** Builders of our kinds for tests: complete objects, of which a test says only what matters to it. */
import type { Alert } from '../../src/crds/incident.ts';
import type { Approval, Incident, RemediationPlan, RemediationPolicy } from '../../src/crds/kinds.ts';
import type { RemediationPlanSpec } from '../../src/crds/remediationPlan.ts';

export const DIGEST = `sha256:${'d'.repeat(64)}`;

export function planSpec(change: Partial<RemediationPlanSpec> = {}): RemediationPlanSpec {
  return {
    incidentRef: { name: 'inc-1', uid: 'inc-uid' },
    investigationRef: { name: 'inv-1', uid: 'inv-uid' },
    ordinal: 1,
    summary: 'Take back the commit that broke checkout.',
    actions: [
      {
        type: 'RevertCommit',
        target: { kind: 'Deployment', namespace: 'shop', name: 'checkout' },
        revertCommit: { commit: 'a'.repeat(40) },
      },
    ],
    strategy: 'Commit',
    successCriteria: [{ type: 'RolloutComplete', withinSeconds: 300 }],
    abortCriteria: [{ type: 'ContainerRestarts', threshold: 2 }],
    soakSeconds: 60,
    rollback: 'Automatic',
    expiresAt: '2026-01-01T00:30:00Z',
    confidence: 90,
    ...change,
  };
}

export function plan(
  change: { spec?: Partial<RemediationPlanSpec>; status?: RemediationPlan['status']; uid?: string; name?: string } = {},
): RemediationPlan {
  return {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'RemediationPlan',
    metadata: meta(change.name ?? 'rp-1', change.uid ?? 'rp-uid'),
    spec: planSpec(change.spec),
    status: change.status,
  };
}

export function approval(change: Partial<Approval['spec']> & { name?: string; createdAt?: string } = {}): Approval {
  const { name = `apv-${change.approver ?? 'alice'}`, createdAt = '2026-01-01T00:00:00Z', ...spec } = change;
  return {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'Approval',
    metadata: { ...meta(name, `${name}-uid`), creationTimestamp: createdAt },
    spec: {
      planRef: { name: 'rp-1', uid: 'rp-uid' },
      planDigest: DIGEST,
      decision: 'Approve',
      approver: 'alice',
      approverGroups: [],
      channel: 'kubectl',
      ...spec,
    },
  };
}

export function policy(name: string, spec: RemediationPolicy['spec']): RemediationPolicy {
  return {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'RemediationPolicy',
    metadata: { ...meta(name, `${name}-uid`), namespace: undefined, generation: 1 },
    spec,
  };
}

function meta(name: string, uid: string): RemediationPlan['metadata'] {
  return { name, namespace: 'agent-sre', uid, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 };
}

export function incident(spec: Partial<Incident['spec']>, namespace = 'agent-sre'): Incident {
  return {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'Incident',
    metadata: { ...meta('inc-1', 'inc-uid'), namespace },
    spec: { title: 'checkout crash-loops', severity: 'critical', source: 'Alertmanager', targets: [], ...spec },
  };
}

export function alert(status: Alert['status'], name = 'KubePodCrashLooping'): Alert {
  return {
    fingerprint: name,
    status,
    labels: { alertname: name, namespace: 'shop' },
    startsAt: '2026-01-01T00:00:00Z',
    lastReceivedAt: '2026-01-01T00:00:00Z',
  };
}
