/**
 * Images that do not come. What answers as a registry is busybox' web server, on the node's own loopback, to which containerd speaks plain HTTP: it
 * has no image, and one folder of it wants a password.
 */
import { containerWaiting } from '../alerts.ts';
import { type Applied, configMap, deployment, running, SERVE } from '../objects.ts';
import { pullFails, says } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const OPEN = 5001;
const CLOSED = 5002;

const pulling = (
  name: string,
  image: string,
  more: Pick<Fault, 'cause'> & Partial<Fault>,
  pod: Readonly<Record<string, unknown>> = {},
): Fault => ({
  name,
  objects: [deployment('web', running(SERVE, { image, imagePullPolicy: 'IfNotPresent' }, pod))],
  shows: pullFails,
  alert: containerWaiting,
  ...more,
});

export const images: readonly Fault[] = [
  pulling('image-registry', '127.0.0.1:1/cart:1.0', { cause: deploymentCause('ImageRegistryUnavailable'), says: 'connection refused' }),
  pulling('image-host', 'registry.shop.example/cart:1.0', {
    cause: deploymentCause('ImageRegistryNotResolved'),
    says: 'registry.shop.example',
  }),
  pulling('image-tag', `127.0.0.1:${OPEN}/cart:1.0.1`, { cause: deploymentCause('ImageNotFound'), says: 'cart:1.0.1' }),
  pulling('image-login', `127.0.0.1:${CLOSED}/cart:1.0`, { cause: deploymentCause('ImageUnauthorized') }),
  pulling(
    'image-pull-secret',
    `127.0.0.1:${CLOSED}/cart:2.0`,
    {
      shows: (seen) => pullFails(seen) && says('FailedToRetrieveImagePullSecret')(seen),
      cause: deploymentCause('ImagePullSecretMissing'),
      says: 'registry-login',
    },
    { imagePullSecrets: [{ name: 'registry-login' }] },
  ),
  pulling('image-name', 'Cart:1.0', { cause: deploymentCause('ImageNameInvalid') }),
];

/** What has to run before, in a namespace of its own. */
export const registries: readonly Applied[] = [
  configMap('closed', { 'httpd.conf': '/v2:reader:right-password\n' }),
  deployment('registry', {
    ...running(`mkdir -p /srv/v2 && echo ok > /srv/v2/index.html && exec httpd -f -p 127.0.0.1:${OPEN} -h /srv`),
    hostNetwork: true,
  }),
  deployment('closed-registry', {
    ...running(`mkdir -p /srv/v2 && exec httpd -f -p 127.0.0.1:${CLOSED} -h /srv -c /conf/httpd.conf`, {
      volumeMounts: [{ name: 'conf', mountPath: '/conf' }],
    }),
    hostNetwork: true,
    volumes: [{ name: 'conf', configMap: { name: 'closed' } }],
  }),
];
