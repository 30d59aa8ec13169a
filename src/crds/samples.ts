/** One good object of each kind, and the three policy presets to begin with: what `config/samples` holds and documentation shows. */
import { API_VERSION } from './common.ts';
import { defaultInstallation } from './installation.ts';
import type { Approval, Incident, Investigation, RemediationPlan, RemediationPolicy } from './kinds.ts';
import { type Manifest, partOf } from './manifest.ts';
import { PEOPLE, peopleRole } from './rbac.ts';

const { namespace } = defaultInstallation;

const incident = {
  title: 'Checkout answers with errors since the last release',
  severity: 'critical',
  source: 'Manual',
  targets: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }],
  description: 'Customers see error 500 when they pay. It began shortly after ten.',
  startsAt: '2026-01-15T10:04:00Z',
} satisfies Partial<Incident['spec']>;

const investigation = {
  purpose: 'Diagnosis',
  question: 'Why does checkout restart?',
  targets: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' }],
  window: { start: '2026-01-15T09:30:00Z', end: '2026-01-15T10:30:00Z' },
  budget: { seconds: 120, tokens: 50_000, toolCalls: 300 },
} satisfies Partial<Investigation['spec']>;

const checkout = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' } as const;
const plan = {
  incidentRef: { name: 'inc-3f9c1d2e7a60-1', uid: '0f5a7c1e-3f0d-4b7e-9a51-6d2f8f0f4c11' },
  investigationRef: { name: 'inv-8b1e0c4d', uid: 'b9a1e2d4-7c55-4f3a-8a0e-2f1f0c9d7e22' },
  ordinal: 1,
  summary: 'Take back the commit that set the readiness probe of checkout to port 8081; the container listens on 8080.',
  actions: [{ type: 'RevertCommit', target: checkout, revertCommit: { commit: '5d1f0c2ab6f04b0a9b1c3e7f8a2d4c6e8f0a1b3c' } }],
  strategy: 'Commit',
  successCriteria: [
    { type: 'RolloutComplete', target: checkout, withinSeconds: 300 },
    { type: 'AlertResolved', withinSeconds: 600 },
  ],
  abortCriteria: [{ type: 'ContainerRestarts', target: checkout, threshold: 3 }],
  soakSeconds: 60,
  rollback: 'Automatic',
  expiresAt: '2026-01-15T11:00:00Z',
  confidence: 92,
} satisfies Partial<RemediationPlan['spec']>;

/** What a person writes: the API server fills in who they are. */
const approval = {
  planRef: { name: 'rp-5c0e7d1a', uid: 'd3b07384-d9a0-4c9b-8f5e-1a2b3c4d5e6f' },
  planDigest: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  decision: 'Approve',
  reason: 'The diff only takes the probe back to port 8080.',
} satisfies Partial<Approval['spec']>;

const observe = {
  mode: 'Suggest',
  reason: 'Preset observe: plans are shown with their diff, and nothing is written anywhere.',
} satisfies RemediationPolicy['spec'];

const approve = {
  mode: 'Approve',
  approvals: { low: 1, medium: 1, high: 2 },
  lifetimes: { commitSeconds: 1800, pullRequestSeconds: 604_800 },
  freezeWindows: [{ name: 'friday-evening', days: ['Fri'], from: '16:00', to: '24:00', timeZone: 'Europe/Berlin' }],
  cooldownSeconds: 900,
  maxConcurrent: 1,
  maxNamespacePercentPerHour: 25,
  reason: 'Preset approve: a fix is committed after a person has approved exactly its diff, and taken back if it does not help.',
} satisfies RemediationPolicy['spec'];

const earn = {
  mode: 'Auto',
  auto: { maxRisk: 'Low', minConfidence: 90, provenSuccesses: 3, withinDays: 30 },
  approvals: { low: 1, medium: 1, high: 2 },
  lifetimes: { commitSeconds: 1800, pullRequestSeconds: 604_800 },
  freezeWindows: [{ name: 'friday-evening', days: ['Fri'], from: '16:00', to: '24:00', timeZone: 'Europe/Berlin' }],
  cooldownSeconds: 900,
  maxConcurrent: 1,
  maxNamespacePercentPerHour: 25,
  reason: 'Preset earn: as preset approve, and by itself once the same action has helped the same workload three times.',
} satisfies RemediationPolicy['spec'];

const sample = <S extends object>(kind: string, name: string, spec: S): Manifest & { readonly spec: S } => ({
  apiVersion: API_VERSION,
  kind,
  metadata: kind === 'RemediationPolicy' ? { name } : { name, namespace },
  spec,
});

/** File name to object. */
export const samples = {
  incident: sample('Incident', 'checkout-errors', incident),
  investigation: sample('Investigation', 'why-checkout-restarts', investigation),
  remediationplan: sample('RemediationPlan', 'rp-5c0e7d1a', plan),
  approval: sample('Approval', 'rp-5c0e7d1a-alice', approval),
  'policy-observe': sample('RemediationPolicy', 'observe', observe),
  'policy-approve': sample('RemediationPolicy', 'approve', approve),
  'policy-earn': sample('RemediationPolicy', 'earn', earn),
} as const satisfies Record<string, Manifest>;

/** Groups of the identity provider to the four roles, everywhere. Bind in one namespace instead to let a team judge its own plans only. */
export const sampleBindings: readonly Manifest[] = PEOPLE.map((person) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: peopleRole(person), labels: partOf },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: peopleRole(person) },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: `sre-${person}s` }],
}));
