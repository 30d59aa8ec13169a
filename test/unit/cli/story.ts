/** One Incident from alert to plan, as the controllers leave it. */
import type { Incident, Investigation, RemediationPlan } from '../../../src/crds/kinds.ts';
import { samples } from '../../../src/crds/samples.ts';

export const NOW = Date.parse('2026-11-21T12:05:00Z');

const meta = (name: string) => ({
  name,
  namespace: 'agent-sre',
  uid: `uid-of-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-11-21T12:00:00Z',
});
const checkout = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' };

export const incident: Incident = {
  apiVersion: 'agentsre.io/v1alpha1',
  kind: 'Incident',
  metadata: meta('inc-3kq7vd2mxw4ha5tz-1'),
  spec: {
    title: 'KubePodCrashLooping: deployment checkout in shop',
    severity: 'critical',
    source: 'Alertmanager',
    alerts: [
      {
        fingerprint: 'f',
        status: 'firing',
        labels: { alertname: 'KubePodCrashLooping' },
        startsAt: '2026-11-21T11:58:00Z',
        lastReceivedAt: '2026-11-21T12:00:00Z',
      },
    ],
    alertsTotal: 1,
    targets: [checkout],
    startsAt: '2026-11-21T11:58:00Z',
  },
  status: {
    phase: 'AwaitingApproval',
    rootCause: 'Container app exits with code 1: PAYMENT_TIMEOUT_MS must be a number, got "2500ms".',
    waitingOn: { who: 'Person', detail: 'an approver' },
    investigationRef: { name: 'inv-1', uid: 'uid-of-inv-1' },
    planRefs: [{ name: 'rp-4f2a9c1e7b3d5a60', uid: 'uid-of-rp-4f2a9c1e7b3d5a60' }],
    timeline: [
      { at: '2026-11-21T12:00:00Z', reason: 'Received', message: 'Alertmanager: KubePodCrashLooping: deployment checkout in shop' },
      {
        at: '2026-11-21T12:00:03Z',
        reason: 'Diagnosed',
        message: 'Container app exits with code 1: PAYMENT_TIMEOUT_MS must be a number, got "2500ms".',
      },
    ],
  },
};

export const investigation: Investigation = {
  apiVersion: 'agentsre.io/v1alpha1',
  kind: 'Investigation',
  metadata: meta('inv-1'),
  spec: { purpose: 'Diagnosis' },
  status: {
    outcome: 'RootCauseFound',
    findings: [
      { id: 'f1', analyzer: 'exitCode', reason: 'ContainerExitsWithError', object: checkout, message: 'exit code 1', evidence: ['e1'] },
      {
        id: 'f2',
        analyzer: 'rollout',
        reason: 'RolloutStuck',
        object: checkout,
        message: 'Deployment checkout has 1 of 2 new pods ready.',
        evidence: ['e2'],
      },
    ],
    changes: [
      {
        id: 'c1',
        kind: 'GitCommit',
        at: '2026-11-21T11:50:00Z',
        summary: 'Give payments more time',
        author: 'Bob Builder',
        commit: '5d1f0c2ab6f04b0a9b1c3e7f8a2d4c6e8f0a1b3c',
        fields: [
          {
            object: 'Deployment/shop/checkout',
            path: 'spec.template.spec.containers[app].env[PAYMENT_TIMEOUT_MS].value',
            before: '2500',
            after: '2500ms',
          },
        ],
      },
    ],
    rootCause: {
      reason: 'ContainerExitsWithError',
      object: checkout,
      statement: 'Container app exits with code 1: PAYMENT_TIMEOUT_MS must be a number, got "2500ms".',
      confidence: 95,
      finding: 'f1',
      change: 'c1',
      evidence: ['e1'],
    },
    evidence: [
      {
        id: 'e1',
        source: 'kubernetes',
        query: 'logs',
        at: '2026-11-21T12:00:01Z',
        summary: 'Error: PAYMENT_TIMEOUT_MS must be a number, got "2500ms"',
      },
      {
        id: 'e2',
        source: 'kubernetes',
        query: 'get deployment',
        at: '2026-11-21T12:00:01Z',
        summary: 'Deployment shop/checkout: 1 of 2 ready',
      },
    ],
    gaps: [
      { source: 'prometheus', reason: 'Unavailable', message: 'http://prometheus:9090 refused the connection; check sources.prometheus.' },
    ],
    report: { impact: 'Since 11:58 one of two pods of checkout is not ready.', service: 'checkout', rootCause: '', responseMillis: 900 },
  },
};

export const plan: RemediationPlan = {
  apiVersion: 'agentsre.io/v1alpha1',
  kind: 'RemediationPlan',
  metadata: meta('rp-4f2a9c1e7b3d5a60'),
  spec: {
    ...samples.remediationplan.spec,
    summary: 'Take back commit 5d1f0c2ab6f0, which set PAYMENT_TIMEOUT_MS to a value that checkout does not understand.',
    actions: [{ type: 'RevertCommit', target: checkout, revertCommit: { commit: '5d1f0c2ab6f04b0a9b1c3e7f8a2d4c6e8f0a1b3c' } }],
    expiresAt: '2026-11-21T12:30:00Z',
  },
  status: {
    phase: 'AwaitingApproval',
    digest: `sha256:${'9f86d081'.repeat(8)}`,
    diff: '--- a/apps/shop/checkout.yaml\n+++ b/apps/shop/checkout.yaml\n@@ -20,3 +20,3 @@\n         - name: PAYMENT_TIMEOUT_MS\n-          value: "2500ms"\n+          value: "2500"\n',
    risk: { level: 'Low', reasons: ['one field of one workload', 'the value was in use before'] },
    blastRadius: { workloads: 1, pods: 2, summary: 'Deployment shop/checkout' },
    owner: { engine: 'Flux', repository: 'https://git.example/platform', ref: 'main', path: 'apps/shop' },
    policy: { name: 'approve', decision: 'Approve', approvals: 1, reason: 'A person approves each diff.' },
    waitingOn: { who: 'Person', detail: 'an approver' },
  },
};
