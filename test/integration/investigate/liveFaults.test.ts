/** Faults on pods that a real kubelet runs, each named by its cause. Needs a machine that can run containers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Investigation } from '../../../src/crds/kinds.ts';
import { createInvestigator } from '../../../src/investigate/investigate.ts';
import type { InvestigationResult } from '../../../src/investigate/result.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { pods, workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { canRunReal } from '../../cluster/real/capability.ts';
import { isRealNodeKept } from '../../cluster/real/node.ts';
import { applyTo, createNamespace } from '../../live/apply.ts';
import { configuration } from '../../live/faults/configuration.ts';
import { crashes } from '../../live/faults/crashes.ts';
import { probes } from '../../live/faults/probes.ts';
import { scheduling } from '../../live/faults/scheduling.ts';
import { type Applied, deployment, http, running, SERVE } from '../../live/objects.ts';
import { silentLogger } from '../../support/logger.ts';
import { testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';

const { Deployment } = workloadResources;
const HEALTHY = 'healthy';

/** Those that show on the pods of a Deployment, without anything around them; the end-to-end tests have all. */
const faults = [...crashes, ...probes, ...configuration, ...scheduling].filter(
  ({ says, cause }) => says !== undefined && cause.kind === 'Deployment',
);

/** Pods are started one after another. */
const UNTIL_MS = 90_000;
const TEST_MS = 120_000;

/** A node that is busy answers late for a log. */
const hasSeenAll = ({ gaps }: InvestigationResult): boolean => gaps.every(({ source }) => source !== 'kubernetes');

describe.runIf(canRunReal().ok && !(await isRealNodeKept()))('faults on a real node', { timeout: TEST_MS }, () => {
  let cluster: Cluster;
  let client: KubeClient;

  beforeAll(async () => {
    cluster = await startCluster({ level: 'real' });
    client = testClient(cluster.kubeconfigPath);
    for (const { name, objects } of faults) await apply(name, objects);
    await apply(HEALTHY, [deployment('web', running(SERVE, { readinessProbe: http() }))]);
  }, 300_000);
  afterAll(async () => {
    await client?.close();
    await cluster?.stop();
  });

  test.each(faults)('$name: $cause.reason', async ({ name, cause, says = '' }) => {
    const found = await until(
      `${name} to be diagnosed`,
      async () => {
        const result = await diagnose(name);
        const isNamed = result.rootCause?.reason === cause.reason && result.rootCause.statement.includes(says);
        return isNamed && hasSeenAll(result) ? result : undefined;
      },
      UNTIL_MS,
    );
    expect(found).toMatchObject({
      outcome: 'RootCauseFound',
      rootCause: { object: { kind: cause.kind, namespace: name, name: cause.name } },
    });
  });

  test('a healthy workload: nothing', async () => {
    const found = await until(
      'it to be ready',
      async () => {
        const result = await diagnose(HEALTHY);
        return result.outcome === 'NothingWrong' ? result : undefined;
      },
      UNTIL_MS,
    );
    expect(found.findings).toEqual([]);
  });

  test('a rollout that is blocked: the change, and what still serves', async () => {
    await client.patch(
      Deployment,
      { namespace: HEALTHY, name: 'web' },
      { spec: { template: { spec: running('echo "Error: no route"; exit 1') } } },
      { type: 'strategic' },
    );
    const found = await until(
      'the new pod to crash',
      async () => {
        const result = await diagnose(HEALTHY);
        return result.rootCause?.statement.includes('It follows an edit of Deployment web by ') === true ? result : undefined;
      },
      UNTIL_MS,
    );
    expect(found.report.impact).toContain('1 pod of the revision before still serves');
  });

  test('a pod that is gone: its successor', async () => {
    const namespace = 'exit-code';
    const [first] = (await client.list(pods, { namespace })).items;
    const gone = first?.metadata.name ?? '';
    await client.delete(pods, { namespace, name: gone });
    const found = await until(
      'the successor to crash',
      async () => {
        const result = await diagnose(namespace, { kind: 'Pod', name: gone });
        return result.rootCause?.reason === 'ContainerExitsWithError' ? result : undefined;
      },
      UNTIL_MS,
    );
    expect(found.rootCause?.object).toMatchObject({ kind: 'Deployment', name: 'web' });
  });

  async function apply(namespace: string, objects: readonly Applied[]): Promise<void> {
    await createNamespace(client, namespace);
    await applyTo(client, namespace, objects);
  }

  function diagnose(namespace: string, { kind, name } = { kind: 'Deployment', name: 'web' }): Promise<InvestigationResult> {
    const stored = { outcome: 'stored' as const, digest: `sha256:${'0'.repeat(64)}`, uri: 'evidence://none' };
    const investigator = createInvestigator({
      kube: client,
      clock: systemClock,
      logger: silentLogger,
      redact: createRedactor().text,
      evidence: { put: () => Promise.resolve(stored) },
      git: { changesFor: () => Promise.resolve([]) },
    });
    const metadata = { namespace, name: 'inv', uid: 'inv', resourceVersion: '1', creationTimestamp: new Date().toISOString() };
    const spec: Investigation['spec'] = { purpose: 'Diagnosis', targets: [{ kind, namespace, name }] };
    const investigation: Investigation = { apiVersion: 'agentsre.io/v1alpha1', kind: 'Investigation', metadata, spec };
    return investigator.run({ investigation, signal: AbortSignal.timeout(30_000) });
  }
});
