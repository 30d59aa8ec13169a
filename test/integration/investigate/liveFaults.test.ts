/** Faults on pods that a real kubelet runs, each named by its cause. Needs a machine that can run containers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Investigation } from '../../../src/crds/kinds.ts';
import { createInvestigator } from '../../../src/investigate/investigate.ts';
import type { InvestigationResult } from '../../../src/investigate/result.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import {
  type ApiContainer,
  type ApiPodSpec,
  type ApiVolume,
  configMaps,
  pods,
  workloadResources,
} from '../../../src/sources/kubernetes/api.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { canRunReal } from '../../cluster/real/capability.ts';
import { isRealNodeKept } from '../../cluster/real/node.ts';
import { silentLogger } from '../../support/logger.ts';
import { testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';

const { Deployment } = workloadResources;
const namespace = 'default';
const image = 'agent-sre.test/busybox:1';

/** A pod of one container that runs a script of the shell. */
const running = (script: string, more: Partial<ApiContainer> & { imagePullPolicy?: string } = {}): ApiPodSpec => {
  const container = { name: 'app', image, imagePullPolicy: 'Never', command: ['sh', '-c', script], ...more };
  return { containers: [container] };
};
const serve = 'echo listening on port 8080; exec httpd -f -p 8080 -h /etc';
const ready = { httpGet: { path: '/group', port: 8080 }, periodSeconds: 1 };

interface Fault {
  readonly name: string;
  readonly spec: ApiPodSpec;
  readonly want: string;
  readonly says: string;
}

const faults: readonly Fault[] = [
  {
    name: 'setting',
    spec: running('echo "Error: TIMEOUT_MS must be a number, got 2500ms"; exit 1'),
    want: 'ContainerConfigurationInvalid',
    says: '“Error: TIMEOUT_MS must be a number, got 2500ms”',
  },
  {
    name: 'error',
    spec: running('echo "Error: connect ECONNREFUSED 10.0.0.7:9000"; exit 1'),
    want: 'ContainerExitsWithError',
    says: 'ECONNREFUSED',
  },
  {
    name: 'memory',
    spec: running('exec tail /dev/zero', { resources: { limits: { memory: '32Mi' } } }),
    want: 'ContainerOutOfMemory',
    says: 'its limit of 32 Mi',
  },
  {
    name: 'command',
    spec: { containers: [{ ...running('').containers?.[0], name: 'app', command: ['/bin/absent'] }] },
    want: 'ContainerCommandNotFound',
    says: 'no such file or directory',
  },
  {
    name: 'image',
    spec: running(serve, { image: '127.0.0.1:1/cart:1.0', imagePullPolicy: 'IfNotPresent' }),
    want: 'ImageRegistryUnavailable',
    says: 'connection refused',
  },
  {
    name: 'port',
    spec: running(serve, { readinessProbe: { ...ready, httpGet: { ...ready.httpGet, port: 8081 } } }),
    want: 'ProbePortMismatch',
    says: 'asks port 8081, and the program listens on 8080',
  },
  {
    name: 'path',
    spec: running(serve, { readinessProbe: { ...ready, httpGet: { ...ready.httpGet, path: '/absent' } } }),
    want: 'ProbePathNotFound',
    says: 'nothing at /absent',
  },
  {
    name: 'scheme',
    spec: running(serve, { readinessProbe: { ...ready, httpGet: { ...ready.httpGet, scheme: 'HTTPS' } } }),
    want: 'ProbeSchemeMismatch',
    says: 'speaks HTTPS',
  },
  {
    name: 'liveness',
    spec: running(serve, { livenessProbe: { tcpSocket: { port: 8081 }, periodSeconds: 1, failureThreshold: 2 } }),
    want: 'ProbePortMismatch',
    says: 'the program listens on 8080',
  },
  {
    name: 'configmap',
    spec: running(serve, { envFrom: [{ configMapRef: { name: 'settigns' } }] }),
    want: 'ConfigMapMissing',
    says: 'may be meant: settings',
  },
  {
    name: 'key',
    spec: running(serve, { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'TIMEOUTS' } } }] }),
    want: 'ConfigMapKeyMissing',
    says: 'may be meant: TIMEOUT',
  },
  {
    name: 'arguments',
    spec: running('echo "unknown flag: --prot"; echo "Usage: serve [--port number]"; exit 2'),
    want: 'ContainerArgumentsInvalid',
    says: 'unknown flag: --prot',
  },
  {
    name: 'taken',
    spec: running('httpd -p 8080 -h /etc; sleep 1; exec httpd -f -p 8080 -h /etc'),
    want: 'ContainerPortInUse',
    says: 'already in use',
  },
  {
    name: 'readonly',
    spec: {
      containers: [
        {
          ...running('cp /etc/group /data/group').containers?.[0],
          name: 'app',
          volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
        },
      ],
      volumes: [{ name: 'data', emptyDir: {} } as ApiVolume],
    },
    want: 'VolumeReadOnly',
    says: 'volume data at /data',
  },
  { name: 'account', spec: { ...running(serve), serviceAccountName: 'absent' }, want: 'ServiceAccountMissing', says: 'absent' },
  { name: 'secret', spec: running(serve, { envFrom: [{ secretRef: { name: 'absent' } }] }), want: 'SecretMissing', says: 'Secret absent' },
  { name: 'cpu', spec: running(serve, { resources: { requests: { cpu: '640' } } }), want: 'InsufficientCPU', says: 'so it never will' },
  { name: 'selector', spec: { ...running(serve), nodeSelector: { disk: 'nvme' } }, want: 'NodeSelectorUnsatisfied', says: 'disk=nvme' },
];

describe.runIf(canRunReal().ok && !(await isRealNodeKept()))('faults on a real node', () => {
  let cluster: Cluster;
  let client: KubeClient;

  beforeAll(async () => {
    cluster = await startCluster({ level: 'real' });
    client = testClient(cluster.kubeconfigPath);
    await client.create(configMaps, { metadata: { namespace, name: 'settings' }, data: { TIMEOUT: '1' } });
    await Promise.all(faults.map(({ name, spec }) => deploy(name, spec)));
    await deploy('healthy', running(serve, { readinessProbe: ready }));
  }, 300_000);
  afterAll(async () => {
    await client?.close();
    await cluster?.stop();
  });

  test.each(faults)('$name: $want', async ({ name, want, says }) => {
    const found = await until(
      `${name} to be diagnosed`,
      async () => {
        const result = await diagnose(name);
        return result.rootCause?.reason === want && result.rootCause.statement.includes(says) ? result : undefined;
      },
      90_000,
    );
    expect(found).toMatchObject({ outcome: 'RootCauseFound', rootCause: { object: { kind: 'Deployment', name } } });
    expect(found.gaps.map(({ source }) => source)).toEqual(expect.not.arrayContaining(['kubernetes']));
  });

  test('a healthy workload: nothing', async () => {
    const found = await until('it to be ready', async () => {
      const result = await diagnose('healthy');
      return result.outcome === 'NothingWrong' ? result : undefined;
    });
    expect(found.findings).toEqual([]);
  });

  test('a rollout that is blocked: the change, and what still serves', async () => {
    await client.patch(
      Deployment,
      { namespace, name: 'healthy' },
      { spec: { template: { spec: running('echo "Error: no route"; exit 1') } } },
      { type: 'strategic' },
    );
    const found = await until(
      'the new pod to crash',
      async () => {
        const result = await diagnose('healthy');
        return result.rootCause === undefined ? undefined : result;
      },
      60_000,
    );
    expect(found.rootCause?.statement).toContain('It follows an edit of Deployment healthy by ');
    expect(found.report.impact).toContain('1 pod of the revision before still serves');
  });

  test('a pod that is gone: its successor', async () => {
    const [first] = (await client.list(pods, { namespace, labelSelector: 'app=error' })).items;
    await client.delete(pods, { namespace, name: first?.metadata.name ?? '' });
    const found = await until('the successor to crash', async () => {
      const result = await diagnose(first?.metadata.name ?? '', 'Pod');
      return result.rootCause === undefined ? undefined : result;
    });
    expect(found.rootCause).toMatchObject({ reason: 'ContainerExitsWithError', object: { kind: 'Deployment', name: 'error' } });
  });

  async function deploy(name: string, spec: Fault['spec']): Promise<void> {
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, ...spec } };
    await client.create(Deployment, { metadata: { namespace, name }, spec: { replicas: 1, selector: { matchLabels: labels }, template } });
  }

  function diagnose(name: string, kind = 'Deployment'): Promise<InvestigationResult> {
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
