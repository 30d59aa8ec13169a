/**
 * A real API server with admission on which plans are carried out directly: workloads whose pods are not ready, plans that delete one of them, people
 * who approve. Nothing runs there, so that a test alone says what happens.
 */

import { configMaps } from '../../../src/crds/configMaps.ts';
import { type Approval, approvals, type RemediationPlan, type RemediationPolicy, remediationPolicies } from '../../../src/crds/kinds.ts';
import { RECORD_KEY, RECORD_SELECTOR } from '../../../src/crds/record.ts';
import type { Action, Criterion } from '../../../src/crds/remediationPlan.ts';
import { hasEnded } from '../../../src/domain/plan.ts';
import { readRecord, type WorkloadRecord } from '../../../src/domain/record.ts';
import { deployments, pods, replicaSets } from '../../../src/gitops/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { leases } from '../../../src/kube/leaseRecord.ts';
import { ownerReferenceTo } from '../../../src/kube/object.ts';
import type { MetricsPort } from '../../../src/sources/metrics.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { applyManifest, installApi } from '../../support/installCrds.ts';
import { newApproval } from '../../support/sreObjects.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';
import { makeReadyNode, proposeDirectly } from './directPlan.ts';
import { type RunningExecutor, seen, startExecutor } from './executorLife.ts';

export const OPERATOR = 'agent-sre';
const unused = { open: () => Promise.reject(new Error('a direct action has no business with Git')) } as never;
export const remediate = { repositories: unused, renderer: unused, operatorNamespace: OPERATOR };
const PATIENCE_MS = 60_000;

type Person = Parameters<Cluster['kubeconfigFor']>[0];

export interface PlanOptions {
  readonly soakSeconds?: number;
  readonly confidence?: number;
  /** By whom; the investigator, if nobody is named. */
  readonly by?: KubeClient;
  /** It will not have helped, which shows after so long. */
  readonly failsAfterSeconds?: number;
}

export interface PolicyStage {
  readonly cluster: Cluster;
  readonly admin: KubeClient;
  readonly executor: KubeClient;
  readonly investigator: KubeClient;
  readonly person: (name: Person) => KubeClient;
  readonly start: (metrics?: readonly MetricsPort[]) => RunningExecutor;
  readonly policy: (name: string, spec: RemediationPolicy['spec']) => Promise<RemediationPolicy>;
  /** A Deployment, its ReplicaSet and pods of these names, none of them ready. */
  readonly workload: (namespace: string, name: string, podNames: readonly string[]) => Promise<void>;
  readonly propose: (name: string, action: Action, options?: PlanOptions) => Promise<RemediationPlan>;
  readonly deletePod: (namespace: string, pod: string, options?: PlanOptions) => Promise<RemediationPlan>;
  readonly approve: (plan: RemediationPlan, by?: KubeClient, more?: Partial<Approval['spec']>) => Promise<Approval>;
  readonly readyNode: (name: string) => Promise<void>;
  /** What is kept of the workloads of a namespace. */
  readonly records: (namespace: string) => Promise<readonly WorkloadRecord[]>;
  /** Workloads that are locked, with the plan that holds each. */
  readonly locks: () => Promise<Readonly<Record<string, string | undefined>>>;
  /** Waits until the plan is so. */
  readonly when: (plan: RemediationPlan, what: string, is: (plan: RemediationPlan) => boolean) => Promise<RemediationPlan>;
  readonly settled: (plan: RemediationPlan) => Promise<RemediationPlan>;
  readonly stop: () => Promise<void>;
}

export async function openPolicyStage(): Promise<PolicyStage> {
  const cluster = await startCluster({ level: 'api' });
  const admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  const executor = asServiceAccount(admin, OPERATOR, 'agent-sre-executor');
  const investigator = asServiceAccount(admin, OPERATOR, 'agent-sre-investigator');
  const people = new Map<Person, KubeClient>();
  const person = (name: Person): KubeClient => {
    const known = people.get(name) ?? testClient(cluster.kubeconfigFor(name));
    people.set(name, known);
    return known;
  };
  const running: RunningExecutor[] = [];

  const when: PolicyStage['when'] = async (plan, what, is) => {
    let last = plan;
    try {
      return await until(
        `plan ${plan.metadata.name} ${what}`,
        async () => {
          last = await seen(admin, plan);
          return is(last) ? last : undefined;
        },
        PATIENCE_MS,
      );
    } catch (error) {
      throw new Error(JSON.stringify(last.status, undefined, 1), { cause: error });
    }
  };

  const propose: PolicyStage['propose'] = async (
    name,
    action,
    { soakSeconds = 0, confidence = 95, by = investigator, failsAfterSeconds } = {},
  ) => {
    const gone: Criterion = {
      type: 'RolloutComplete',
      target: { kind: 'Deployment', namespace: 'default', name: 'gone' },
      withinSeconds: failsAfterSeconds ?? 0,
    };
    const successCriteria: readonly Criterion[] = [failsAfterSeconds === undefined ? { type: 'EffectInPlace', withinSeconds: 60 } : gone];
    return proposeDirectly({ admin, investigator }, { namespace: OPERATOR, name, action, successCriteria, soakSeconds, confidence, by });
  };

  return {
    cluster,
    admin,
    executor,
    investigator,
    person,
    when,
    propose,
    readyNode: (name) => makeReadyNode(admin, name),
    records: async (namespace) => {
      const { items } = await admin.list(configMaps, { namespace: OPERATOR, labelSelector: RECORD_SELECTOR });
      const found = items.map((map) => readRecord(map.data?.[RECORD_KEY] ?? ''));
      return found.filter((record) => record !== undefined).filter(({ target }) => target.namespace === namespace);
    },
    locks: async () => {
      const { items } = await admin.list(leases, { namespace: OPERATOR, labelSelector: 'app.kubernetes.io/component=workload-lock' });
      return Object.fromEntries(
        items.map(({ metadata, spec }) => [metadata.annotations?.['agentsre.io/target'], spec?.holderIdentity?.split('/')[1]]),
      );
    },
    settled: (plan) => when(plan, 'has ended', ({ status }) => status?.settledAt !== undefined),
    start: (metrics = []) => {
      const one = startExecutor({ executor, remediate, metrics, judgesPolicies: true });
      running.push(one);
      return one;
    },
    policy: (name, spec) => admin.create(remediationPolicies, { metadata: { name }, spec }),
    workload: (namespace, name, podNames) => createWorkload(admin, namespace, name, podNames),
    deletePod: (namespace, pod, options) =>
      propose(`delete-${pod}`, { type: 'DeletePod', target: { kind: 'Pod', namespace, name: pod } }, options),
    approve: async (plan, by = person('alice'), more = {}) => {
      const shown = await when(plan, 'shows its digest', (now) => {
        if (hasEnded(now)) throw new Error(JSON.stringify(now.status?.conditions));
        return now.status?.digest !== undefined;
      });
      const { name, uid } = plan.metadata;
      const spec = { planRef: { name, uid }, planDigest: shown.status?.digest ?? '', decision: 'Approve' as const, ...more };
      return by.create(approvals, newApproval({ namespace: OPERATOR, generateName: `${name}-` }, spec));
    },
    stop: async () => {
      await Promise.all(running.map((one) => one.stop()));
      await cluster.stop();
      await Promise.all([...people.values(), admin].map((client) => client.close()));
    },
  };
}

async function createWorkload(admin: KubeClient, namespace: string, name: string, podNames: readonly string[]): Promise<void> {
  await applyManifest(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await applyManifest(admin, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'a:1' }] } };
  const selector = { matchLabels: labels };
  const deployment = await admin.create(deployments, { metadata: { name, namespace, labels }, spec: { selector, template } });
  const set = await admin.create(replicaSets, {
    metadata: { name: `${name}-1`, namespace, labels, ownerReferences: [ownerReferenceTo(deployment, deployments)] },
    spec: { selector, template },
  });
  for (const pod of podNames) {
    await admin.create(pods, {
      metadata: { name: pod, namespace, labels, ownerReferences: [ownerReferenceTo(set, replicaSets)] },
      spec: template.spec,
    });
  }
}
