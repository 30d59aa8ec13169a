/** Builders that say only what matters. */
import type { Change, Finding, InvestigationStatus, RootCause } from '../../../src/crds/investigation.ts';
import type { Incident, Investigation, RemediationPlan } from '../../../src/crds/kinds.ts';
import type { Action } from '../../../src/crds/remediationPlan.ts';
import type { GitOwner } from '../../../src/gitops/owner.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Choosing } from '../../../src/remediate/chooseCriteria.ts';
import type { Revision, Workload } from '../../../src/remediate/workload.ts';
import { createMeasurements } from '../../../src/sources/measurements.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';
import { buildAt } from '../gitops/support/build.ts';

const meta = { resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
export const OPERATOR = 'agent-sre';
/** Nothing is measured, and nobody has a policy. */
export const nothingMeasured: Choosing = { measurements: createMeasurements([]), policies: [], now: Date.parse(meta.creationTimestamp) };
/** There is nothing in it. */
export const emptyCluster = createMemoryKube() as unknown as KubeClient;

export function workloadOf(more: Partial<Workload> = {}, history: readonly Partial<Revision>[] = []): Workload {
  const container = { name: 'app', image: 'registry.test/cart:1.1', limits: { memory: '64Mi' }, requests: {} };
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart', uid: 'cart-uid' };
  return {
    ref,
    kind: 'Deployment',
    namespace: 'shop',
    name: 'cart',
    labels: {},
    containers: [container],
    replicas: 2,
    ready: 0,
    history: history.map((revision, index) => ({
      revision: history.length - index,
      createdAt: meta.creationTimestamp,
      images: { app: container.image },
      template: {},
      serving: false,
      current: index === 0,
      ...revision,
    })),
    object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...meta, name: 'cart', namespace: 'shop', uid: 'cart-uid' } },
    ...more,
  };
}

export function ownerOf(more: Partial<GitOwner> = {}): GitOwner {
  return {
    engine: 'Flux',
    object: { kind: 'Kustomization', namespace: 'flux-system', name: 'shop', uid: 'ks-uid' },
    source: { kind: 'GitRepository', namespace: 'flux-system', name: 'config' },
    repository: 'https://git.test/config',
    ref: 'main',
    path: 'deploy',
    suspended: false,
    ready: { ok: true, reason: 'ReconciliationSucceeded', message: '' },
    fieldManager: 'kustomize-controller',
    build: buildAt('deploy'),
    ...more,
  };
}

export function incidentOf(more: Partial<Incident['spec']> = {}, namespace = OPERATOR): Incident {
  return {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'Incident',
    metadata: { ...meta, name: 'inc', namespace, uid: 'inc-uid' },
    spec: {
      title: 'cart crashes',
      severity: 'critical',
      source: 'Alertmanager',
      alerts: [
        {
          fingerprint: 'f',
          status: 'firing',
          labels: { alertname: 'CrashLooping' },
          startsAt: meta.creationTimestamp,
          lastReceivedAt: meta.creationTimestamp,
        },
      ],
      ...more,
    },
  };
}

export interface Diagnosis {
  readonly reason: RootCause['reason'];
  readonly change?: string;
  readonly changes?: readonly Partial<Change>[];
  readonly cures?: readonly string[];
  readonly confidence?: number;
  readonly status?: Partial<InvestigationStatus>;
}

export const COMMIT = 'c0ffee'.padEnd(40, '0');

export function investigationOf({ reason, change, changes = [], cures, confidence = 90, status = {} }: Diagnosis): Investigation {
  const object = { kind: 'Deployment', namespace: 'shop', name: 'cart', container: 'app' };
  const finding: Finding = {
    id: 'f1',
    analyzer: 'crashLoop',
    reason,
    object,
    message: 'seen',
    evidence: [],
    ...(cures === undefined ? {} : { cures: [...cures] }),
  };
  const rootCause: RootCause = {
    reason,
    object,
    statement: 'The cart crashes.',
    confidence,
    finding: 'f1',
    evidence: [],
    ...(change === undefined ? {} : { change }),
  };
  return {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'Investigation',
    metadata: { ...meta, name: 'inv', namespace: OPERATOR, uid: 'inv-uid' },
    spec: { purpose: 'Diagnosis' },
    status: {
      outcome: 'RootCauseFound',
      findings: [finding],
      rootCause,
      changes: changes.map((one, index) => ({
        id: `c${index + 1}`,
        kind: 'GitCommit',
        at: meta.creationTimestamp,
        summary: 'changed',
        author: 'Ada',
        commit: COMMIT,
        ...one,
      })),
      ...status,
    },
  };
}

export function planOf(action: Action, more: Partial<RemediationPlan['spec']> = {}, namespace = OPERATOR): RemediationPlan {
  return {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'RemediationPlan',
    metadata: { ...meta, name: 'rp', namespace, uid: 'rp-uid' },
    spec: {
      incidentRef: { name: 'inc', uid: 'inc-uid' },
      investigationRef: { name: 'inv', uid: 'inv-uid' },
      ordinal: 1,
      summary: 'Fix the cart.',
      actions: [action],
      strategy: 'Commit',
      successCriteria: [{ type: 'RolloutComplete', withinSeconds: 60 }],
      soakSeconds: 30,
      rollback: 'Automatic',
      expiresAt: '2099-01-01T00:00:00Z',
      confidence: 90,
      ...more,
    },
  };
}
