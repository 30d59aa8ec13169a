/** Containers that do not stay up. */
import { crashLooping } from '../alerts.ts';
import { container, deployment, running, SERVE } from '../objects.ts';
import { cannotBeMade, crashLoops } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const crash = (name: string, pod: Readonly<Record<string, unknown>>, more: Pick<Fault, 'cause'> & Partial<Fault>): Fault => ({
  name,
  objects: [deployment('web', pod)],
  shows: crashLoops,
  alert: crashLooping,
  ...more,
});
const mounted = (script: string, mount: object, volume: object, more: object = {}) =>
  running(script, { volumeMounts: [{ name: 'data', mountPath: '/data', ...mount }], ...more }, { volumes: [{ name: 'data', ...volume }] });

export const crashes: readonly Fault[] = [
  crash('exit-code', running('echo "Error: connect ECONNREFUSED 10.0.0.7:9000"; exit 1'), {
    cause: deploymentCause('ContainerExitsWithError'),
    says: 'ECONNREFUSED',
  }),
  crash('setting', running('echo "Error: TIMEOUT_MS must be a number, got 2500ms"; exit 1'), {
    cause: deploymentCause('ContainerConfigurationInvalid'),
    says: '“Error: TIMEOUT_MS must be a number, got 2500ms”',
  }),
  crash(
    'config-parse',
    running('echo "FATAL parse /etc/app/config.yaml: yaml: line 7: mapping values are not allowed in this context"; exit 78'),
    {
      cause: deploymentCause('ContainerConfigurationInvalid'),
      says: 'mapping values are not allowed',
    },
  ),
  // Kubernetes makes one dollar of two
  crash('signal', running("echo started; sh -c 'kill -SEGV $$$$'; exit $?"), { cause: deploymentCause('ContainerKilledBySignal') }),
  crash('out-of-memory', running('exec tail /dev/zero', { resources: { limits: { memory: '32Mi' } } }), {
    cause: deploymentCause('ContainerOutOfMemory'),
    says: 'its limit of 32 Mi',
  }),
  crash('no-binary', running('', { command: ['/bin/absent'] }), {
    shows: cannotBeMade,
    cause: deploymentCause('ContainerCommandNotFound'),
    says: 'no such file or directory',
  }),
  crash('no-interpreter', running('exec python3 /app/main.py'), { cause: deploymentCause('ContainerCommandNotFound'), says: 'python3' }),
  crash('not-executable', running('', { command: ['/etc/group'] }), {
    shows: cannotBeMade,
    cause: deploymentCause('ContainerPermissionDenied'),
    says: 'permission denied',
  }),
  crash('arguments', running('', { command: ['httpd', '-f', '--prot', '8080'] }), {
    cause: deploymentCause('ContainerArgumentsInvalid'),
    says: 'prot',
  }),
  crash('completes', running('echo nothing to do'), { cause: deploymentCause('ContainerCompletesUnexpectedly') }),
  crash('port-taken', running('httpd -p 8080 -h /etc; sleep 1; exec httpd -f -p 8080 -h /etc'), {
    cause: deploymentCause('ContainerPortInUse'),
    says: 'already in use',
  }),
  crash('read-only-volume', mounted('cp /etc/group /data/group', { readOnly: true }, { emptyDir: {} }), {
    cause: deploymentCause('VolumeReadOnly'),
    says: 'volume data at /data',
  }),
  crash(
    'read-only-root',
    running('touch /var/run/app.pid && exec httpd -f -p 8080', { securityContext: { readOnlyRootFilesystem: true } }),
    {
      cause: deploymentCause('VolumeReadOnly'),
      says: '/var/run/app.pid',
    },
  ),
  crash(
    'volume-permission',
    mounted(
      'cp /etc/group /data/group',
      {},
      { hostPath: { path: '/var/lib/kubelet/of-root', type: 'DirectoryOrCreate' } },
      {
        securityContext: { runAsUser: 1000, runAsNonRoot: true },
      },
    ),
    { cause: deploymentCause('VolumePermissionDenied'), says: 'volume data at /data' },
  ),
  crash(
    'init',
    {
      ...running(SERVE),
      initContainers: [{ ...container('echo "Error: migration 12 failed: duplicate column total"; exit 3'), name: 'migrate' }],
    },
    {
      cause: deploymentCause('ContainerExitsWithError'),
      says: 'migration 12 failed',
    },
  ),
];
