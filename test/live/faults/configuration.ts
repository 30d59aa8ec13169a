/** Configuration that pods refer to, and that is not there. */
import { containerWaiting, podNotReady, replicasMismatch } from '../alerts.ts';
import { configMap, deployment, running, SERVE, secret } from '../objects.ts';
import { cannotBeMade, says } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const configured = (name: string, more: Readonly<Record<string, unknown>>, of: Pick<Fault, 'cause'> & Partial<Fault>): Fault => ({
  name,
  objects: [
    configMap('settings', { TIMEOUT: '1' }),
    secret('login', { password: 'correct-horse-battery' }),
    deployment('web', running(SERVE, more)),
  ],
  shows: cannotBeMade,
  alert: containerWaiting,
  ...of,
});
const from = (name: string, key: string, ref: 'configMapKeyRef' | 'secretKeyRef') => ({
  env: [{ name: 'VALUE', valueFrom: { [ref]: { name, key } } }],
});

export const configuration: readonly Fault[] = [
  configured(
    'config-map',
    { envFrom: [{ configMapRef: { name: 'settigns' } }] },
    {
      cause: deploymentCause('ConfigMapMissing'),
      says: 'may be meant: settings',
    },
  ),
  configured('config-map-key', from('settings', 'TIMEOUTS', 'configMapKeyRef'), {
    cause: deploymentCause('ConfigMapKeyMissing'),
    says: 'may be meant: TIMEOUT',
  }),
  configured(
    'secret',
    { envFrom: [{ secretRef: { name: 'absent' } }] },
    { cause: deploymentCause('SecretMissing'), says: 'Secret absent' },
  ),
  configured('secret-key', from('login', 'passwd', 'secretKeyRef'), { cause: deploymentCause('SecretKeyMissing'), says: 'passwd' }),
  {
    name: 'config-map-volume',
    objects: [
      deployment(
        'web',
        running(
          SERVE,
          { volumeMounts: [{ name: 'rules', mountPath: '/rules' }] },
          { volumes: [{ name: 'rules', configMap: { name: 'rules' } }] },
        ),
      ),
    ],
    shows: says('FailedMount', /configmap "rules" not found/u),
    alert: podNotReady,
    cause: deploymentCause('ConfigMapMissing'),
    says: 'rules',
  },
  {
    name: 'service-account',
    objects: [deployment('web', { ...running(), serviceAccountName: 'absent' })],
    shows: says('FailedCreate', /serviceaccount "absent" not found/u),
    alert: replicasMismatch,
    cause: deploymentCause('ServiceAccountMissing'),
    says: 'absent',
  },
];
