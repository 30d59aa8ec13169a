/**
 * Fixes by who owns the workload: a release of Flux's helm-controller, changed through its values; an Application of Argo CD; and nobody, where what no commit
 * can do is done directly. On real pods, from the alert to Resolved.
 */
import { describe, expect, test } from 'vitest';
import { applications } from '../../src/gitops/argo/resources.ts';
import { startArgoCd } from '../cluster/addons/argoCd.ts';
import { canRunReal } from '../cluster/real/capability.ts';
import { isRealNodeKept } from '../cluster/real/node.ts';
import { applyTo } from '../live/apply.ts';
import { configMap, deployment, http, running, SERVE, secret, service } from '../live/objects.ts';
import { crashLoops, isReady, pullFails } from '../live/seen.ts';
import { ANY_USER } from '../stage/shopRepository.ts';
import { setBench } from './remediation/bench.ts';
import { alsoApplying, type Files, kustomization, yaml } from './remediation/manifests.ts';
import { rulesFor, scrapeServices } from './remediation/rules.ts';

const ready = { readinessProbe: http() };
const knownMode = 'case $MODE in fast | safe) ;; *) echo "FATAL MODE has to be fast or safe, got $MODE"; exit 1 ;; esac';

/** An order takes a connection of the pool, and never gives it back. */
const leaking = `mkdir -p /tmp/www/cgi-bin
cat > /tmp/www/cgi-bin/order <<'END'
#!/bin/sh
echo taken >> /tmp/taken
printf 'Content-Type: text/plain\\r\\n\\r\\nordered\\n'
END
chmod +x /tmp/www/cgi-bin/order
echo orders_failing 0 > /tmp/www/metrics
httpd -f -p 8080 -h /tmp/www &
while sleep 1; do
  if [ "$(wc -l < /tmp/taken 2> /dev/null || echo 0)" -ge 5 ]; then
    echo "ERROR TimeoutError: QueuePool limit of size 5 overflow 0 reached, connection timed out, timeout 30.00"
    echo orders_failing 1 > /tmp/www/metrics
  fi
done`;

const chart: Files = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'chart/values.yaml': 'image:\n  repository: agent-sre.test/busybox\n  # which release runs\n  tag: "1"\n',
  'chart/templates/web.yaml': yaml(deployment('web', running(SERVE, { ...ready, image: 'IMAGE' }))).replace(
    'IMAGE',
    '"{{ .Values.image.repository }}:{{ .Values.image.tag }}"',
  ),
};

const release = {
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'web' },
  spec: {
    interval: '1m',
    timeout: '15s',
    chart: {
      spec: {
        chart: './apps/helm-release/chart',
        interval: '2s',
        reconcileStrategy: 'Revision',
        sourceRef: { kind: 'GitRepository', name: 'shop', namespace: 'flux-system' },
      },
    },
    values: { image: { tag: '1' } },
  },
};

const apps = {
  'helm-release': { ...chart, 'kustomization.yaml': kustomization('helm-release', ['release.yaml']), 'release.yaml': yaml(release) },
  'argo-cd': {
    'web.yaml': yaml(deployment('web', running(`${knownMode}; ${SERVE}`, { ...ready, env: [{ name: 'MODE', value: 'fast' }] }))),
  },
};

describe.runIf(canRunReal().ok && !(await isRealNodeKept()))('by who owns the workload', { concurrent: true }, () => {
  const bench = setBench({
    apps,
    helm: true,
    monitored: (cluster) => ({
      ruleGroups: rulesFor({ waiting: ['helm-release'], failing: ['direct'] }),
      scrapeJobs: [scrapeServices(cluster, ['direct'])],
    }),
  });

  test('Argo CD: a bad value is taken back, and the Application reports the commit', async () => {
    const { stage, kube } = bench();
    const { url, reader, branch } = stage.repository;
    await startArgoCd(stage.cluster);
    const app = await bench().openEmpty('argo-cd');
    await applyTo(kube, 'argocd', [
      {
        ...secret('shop', { type: 'git', url, username: ANY_USER, password: reader.token }),
        metadata: { name: 'shop', labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
      },
    ]);
    await kube.create(applications, {
      metadata: { name: app.name, namespace: 'argocd' },
      spec: {
        project: 'default',
        destination: { server: 'https://kubernetes.default.svc', namespace: app.name },
        syncPolicy: { automated: {} },
        source: { repoURL: url, targetRevision: branch, path: `apps/${app.name}` },
      } as never,
    });
    await app.until(isReady);
    const bad = await app.push('Be faster', { 'web.yaml': (content) => content.replace('value: fast', 'value: faster') });
    await app.until(crashLoops);
    const { plan } = await app.remedied('KubePodCrashLooping', {
      action: { type: 'RevertCommit', revertCommit: { commit: bad } },
      changed: ['-              value: faster', '+              value: fast'],
    });
    expect(plan.status).toMatchObject({ owner: { engine: 'ArgoCD' }, sync: { revision: plan.status?.commit?.sha } });
  });

  test('a HelmRelease: the image is set back in its values', async () => {
    const app = await bench().open('helm-release');
    await app.until(isReady);
    await app.push('Release 2', {
      'kustomization.yaml': alsoApplying('flags.yaml'),
      'flags.yaml': () => yaml(configMap('flags', { beta: 'true' })),
      'release.yaml': (content) => content.replace('tag: "1"', 'tag: "2.0"'),
    });
    await app.until(pullFails);
    const { plan } = await app.remedied('KubeContainerWaiting', {
      action: { type: 'SetImage', setImage: { container: 'app', revision: 1 } },
      changed: ['-      tag: "2.0"', '+      tag: "1"'],
    });
    expect(plan.status?.owner).toMatchObject({ engine: 'Flux', object: { kind: 'HelmRelease', name: 'web' } });
  });

  test('nobody: what holds all connections is restarted, directly, and no commit is made', async () => {
    const app = await bench().openEmpty('direct');
    await applyTo(bench().kube, app.name, [
      deployment('web', running(leaking, { ports: [{ name: 'http', containerPort: 8080 }], readinessProbe: http('/metrics') })),
      service('web', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
    ]);
    const { pods } = await app.until(isReady);
    for (let order = 0; order < 5; order += 1) await fetch(`http://${pods[0]?.status?.podIP}:8080/cgi-bin/order`);
    const { plan } = await app.remedied('HighErrorRate', { action: { type: 'RestartWorkload' }, changed: [] });
    expect(plan.spec.strategy).toBe('Direct');
    expect(plan.status).toMatchObject({ owner: { engine: 'None' }, applied: expect.anything() });
    expect(plan.status?.commit).toBeUndefined();
  });
});
