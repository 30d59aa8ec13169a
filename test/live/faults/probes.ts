/** Probes that fail while the program works. */
import { crashLooping, podNotReady } from '../alerts.ts';
import { deployment, http, running, SERVE } from '../objects.ts';
import { says } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const probed = (name: string, more: Readonly<Record<string, unknown>>, of: Pick<Fault, 'cause'> & Partial<Fault>): Fault => ({
  name,
  objects: [deployment('web', running(SERVE, more))],
  shows: says('Unhealthy'),
  alert: podNotReady,
  ...of,
});
const killed = { shows: says('Killing', /liveness/u), alert: crashLooping };

export const probes: readonly Fault[] = [
  probed(
    'probe-port',
    { readinessProbe: { httpGet: { path: '/group', port: 8081 }, periodSeconds: 1 } },
    {
      cause: deploymentCause('ProbePortMismatch'),
      says: 'asks port 8081, and the program listens on 8080',
    },
  ),
  probed('probe-path', { readinessProbe: http('/absent') }, { cause: deploymentCause('ProbePathNotFound'), says: 'nothing at /absent' }),
  probed(
    'probe-scheme',
    { readinessProbe: { httpGet: { path: '/group', port: 8080, scheme: 'HTTPS' }, periodSeconds: 1 } },
    {
      cause: deploymentCause('ProbeSchemeMismatch'),
      says: 'speaks HTTPS',
    },
  ),
  probed(
    'liveness-port',
    { livenessProbe: { tcpSocket: { port: 8081 }, periodSeconds: 1, failureThreshold: 2 } },
    {
      ...killed,
      cause: deploymentCause('ProbePortMismatch'),
      says: 'the program listens on 8080',
    },
  ),
  {
    ...probed('probe-too-tight', {}, { ...killed, cause: deploymentCause('ProbeTimingTooTight') }),
    objects: [
      deployment(
        'web',
        running(`echo warming caches; sleep 25; ${SERVE}`, { livenessProbe: { ...http(), periodSeconds: 1, failureThreshold: 3 } }),
      ),
    ],
  },
];
