/**
 * What Git says wrongly, put right in Git, through Flux: one scene for each such action, side by side on one cluster. Faults are on real pods, alerts are
 * Prometheus' own, and all that follows is the operator's: the diagnosis, the choice of the action, its commit, and the proof that it helped.
 */
import { describe, expect, test } from 'vitest';
import { canRunReal } from '../cluster/real/capability.ts';
import { isRealNodeKept } from '../cluster/real/node.ts';
import { autoscaler, configMap, deployment, http, running, SERVE, service } from '../live/objects.ts';
import { serveMetrics } from '../live/podMetrics.ts';
import { cannotBeMade, crashLoops, isReady, pullFails } from '../live/seen.ts';
import { sendTraffic } from '../stage/traffic.ts';
import { setBench } from './remediation/bench.ts';
import { shareLoad } from './remediation/load.ts';
import { alsoApplying, folderOf, yaml } from './remediation/manifests.ts';
import { rulesFor, scrapeServices } from './remediation/rules.ts';

const ready = { readinessProbe: http() };
const port = { ports: [{ name: 'http', containerPort: 8080 }] };

const wholeNumber =
  'case $TIMEOUT_MS in *[!0-9]*) echo "FATAL TIMEOUT_MS has to be a whole number of milliseconds, got $TIMEOUT_MS"; exit 1 ;; esac';
const knownMode = 'case $MODE in fast | safe) ;; *) echo "FATAL MODE has to be fast or safe, got $MODE"; exit 1 ;; esac';
/** Remembers the pages it made, up to a number of them; each is a megabyte. */
const remembering = `page=$(head -c 1048576 /dev/zero | tr '\\0' x)
printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nConnection: close\\r\\n\\r\\nok\\n' > /tmp/answer
touch /tmp/ready
echo listening on port 8080
remembered=
while :; do
  nc -l -p 8080 < /tmp/answer > /dev/null
  [ \${#remembered} -lt 20000000 ] && remembered=$remembered$page
done`;
const measured = 'mkdir -p /tmp/www && echo orders_total 7 > /tmp/www/metrics && exec httpd -f -p 8080 -h /tmp/www';

const apps = {
  'revert-commit': {
    ...folderOf(
      'revert-commit',
      {
        'web.yaml': deployment('web', running(`${wholeNumber}; ${SERVE}`, { ...ready, envFrom: [{ configMapRef: { name: 'settings' } }] })),
      },
      { configMapGenerator: [{ name: 'settings', envs: ['settings.env'] }] },
    ),
    'settings.env': 'TIMEOUT_MS=2500\n',
  },
  'set-image': folderOf(
    'set-image',
    { 'web.yaml': deployment('web', running(SERVE, ready)) },
    { images: [{ name: 'agent-sre.test/busybox', newTag: '1' }] },
  ),
  'set-resources': folderOf('set-resources', {
    'web.yaml': deployment(
      'web',
      running(remembering, {
        readinessProbe: { exec: { command: ['test', '-f', '/tmp/ready'] }, periodSeconds: 2 },
        resources: { requests: { memory: '16Mi' }, limits: { memory: '32Mi' } },
      }),
    ),
  }),
  'fix-probe': folderOf('fix-probe', {
    'web.yaml': deployment(
      'web',
      running(SERVE, { ...port, readinessProbe: { httpGet: { path: '/group', port: 8081 }, periodSeconds: 1 } }),
    ),
  }),
  'fix-service-port': folderOf('fix-service-port', {
    'web.yaml': deployment('web', running(measured, { ...port, readinessProbe: http('/metrics') })),
    'service.yaml': service('web', { ports: [{ name: 'http', port: 80, targetPort: 8081 }] }),
  }),
  'fix-config-reference': folderOf('fix-config-reference', {
    'web.yaml': deployment(
      'web',
      running(SERVE, {
        ...ready,
        env: [{ name: 'TIMEOUT_MS', valueFrom: { configMapKeyRef: { name: 'settings', key: 'timeout_msec' } } }],
      }),
    ),
    'settings.yaml': configMap('settings', { timeout_ms: '2500', retries: '3' }),
  }),
  'rollback-workload': folderOf('rollback-workload', {
    'web.yaml': deployment('web', running(`${knownMode}; ${SERVE}`, { ...ready, env: [{ name: 'MODE', value: 'fast' }] })),
  }),
  'adjust-autoscaler': folderOf('adjust-autoscaler', {
    'web.yaml': deployment('web', running(SERVE, { ...ready, resources: { requests: { cpu: '10m' } } }), {
      replicas: undefined, // they are the autoscaler’s
    }),
    'autoscaler.yaml': autoscaler('web', { minReplicas: 2, maxReplicas: 4 }),
  }),
};

describe.runIf(canRunReal().ok && !(await isRealNodeKept()))('through Flux, from the alert to Resolved', { concurrent: true }, () => {
  const bench = setBench({
    apps,
    monitored: (cluster) => ({
      ruleGroups: rulesFor({
        waiting: ['set-image', 'fix-config-reference'],
        mismatch: ['fix-probe'],
        down: ['fix-service-port'],
        maxedOut: ['adjust-autoscaler'],
      }),
      scrapeJobs: [scrapeServices(cluster, ['fix-service-port'])],
    }),
    prepare: ({ kube }) => serveMetrics(kube),
  });

  test('AdjustAutoscaler: an autoscaler at its bound gets more room', async () => {
    const app = await bench().open('adjust-autoscaler');
    await app.until(isReady);
    const load = shareLoad(bench().kube, app.name, { millicores: 40 });
    try {
      const { plan } = await app.remedied('KubeHpaMaxedOut', {
        action: { type: 'AdjustAutoscaler', adjustAutoscaler: { maxReplicas: 6 } },
        changed: ['-  maxReplicas: 4', '+  maxReplicas: 6'],
        alertSeconds: 400,
      });
      expect(plan.status?.risk?.level).toBe('Low');
    } finally {
      await load.stop();
    }
  }, 600_000);

  test('RevertCommit: a bad value is taken back', async () => {
    const app = await bench().open('revert-commit');
    await app.until(isReady);
    const bad = await app.push('Give the timeout a unit', { 'settings.env': () => 'TIMEOUT_MS=2500ms\n' });
    await app.remedied('KubePodCrashLooping', {
      action: { type: 'RevertCommit', revertCommit: { commit: bad } },
      changed: ['-TIMEOUT_MS=2500ms', '+TIMEOUT_MS=2500'],
    });
  });

  test('SetImage: a release whose image is not there gets the one before, as taking all of it back would remove what it added', async () => {
    const app = await bench().open('set-image');
    await app.until(isReady);
    await app.push('Release 2', {
      'kustomization.yaml': (content) => alsoApplying('flags.yaml')(content).replace('newTag: "1"', 'newTag: "2.0"'),
      'flags.yaml': () => yaml(configMap('flags', { beta: 'true' })),
    });
    await app.until(pullFails);
    await app.remedied('KubeContainerWaiting', {
      action: { type: 'SetImage', setImage: { container: 'app', revision: 1 } },
      changed: ['-    newTag: "2.0"', '+    newTag: "1"'],
    });
  });

  test('SetResources: memory that customers fill is raised', async () => {
    const app = await bench().open('set-resources');
    await app.until(isReady);
    let address: string | undefined;
    const customers = sendTraffic(() => address, 5);
    const following = setInterval(() => {
      void bench()
        .lookout.look(app.name)
        .then(({ pods }) => (address = pods.find(({ status }) => status?.phase === 'Running')?.status?.podIP))
        .catch(() => undefined); // the scene may be over
    }, 500);
    try {
      await app.remedied('KubeContainerOOMKilled', {
        action: { type: 'SetResources', setResources: { container: 'app', memoryLimitMebibytes: 64 } },
        changed: ['-              memory: 32Mi', '+              memory: 64Mi'],
      });
    } finally {
      clearInterval(following);
      await customers.stop();
    }
  });

  test('FixProbe: a probe that asks the wrong port asks the one that is declared', async () => {
    const app = await bench().open('fix-probe');
    await app.remedied('KubeDeploymentReplicasMismatch', {
      action: { type: 'FixProbe', fixProbe: { container: 'app', probe: 'Readiness', port: 8080 } },
      changed: ['-              port: 8081', '+              port: 8080'],
    });
  });

  test('FixServicePort: a Service that sends where nothing listens sends to the declared port', async () => {
    const app = await bench().open('fix-service-port');
    await app.until(isReady);
    await app.remedied('TargetDown', {
      action: { type: 'FixServicePort', fixServicePort: { port: 80, targetPort: 8080 } },
      changed: ['-      targetPort: 8081', '+      targetPort: 8080'],
    });
  });

  test('FixConfigReference: a key that is not there becomes the one that is meant', async () => {
    const app = await bench().open('fix-config-reference');
    await app.until(cannotBeMade);
    await app.remedied('KubeContainerWaiting', {
      action: { type: 'FixConfigReference' },
      changed: ['-                  key: timeout_msec', '+                  key: timeout_ms'],
    });
  });

  test('RollbackWorkload: a release with more than one fault goes back to the template before', async () => {
    const app = await bench().open('rollback-workload');
    await app.until(isReady);
    await app.push('Release 2', {
      'kustomization.yaml': alsoApplying('flags.yaml'),
      'flags.yaml': () => yaml(configMap('flags', { beta: 'true' })),
      'web.yaml': (content) => content.replace('busybox:1', 'busybox:2').replace('value: fast', 'value: turbo'),
    });
    await app.until(crashLoops);
    await app.remedied('KubePodCrashLooping', {
      action: { type: 'RollbackWorkload', rollbackWorkload: { revision: 1 } },
      changed: [
        '-          image: agent-sre.test/busybox:2',
        '+          image: agent-sre.test/busybox:1',
        '-              value: turbo',
        '+              value: fast',
      ],
    });
  });
});
