import { describe, expect, test } from 'vitest';
import { imagePull } from '../../../../src/investigate/analyzers/imagePull.ts';
import type { ObjectEvent, Pod, Workload } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, event, pod, revision, running, snapshot, waiting, workload } from '../builders.ts';

interface Case {
  readonly name: string;
  readonly reason?: string;
  readonly image?: string;
  readonly message?: string;
  readonly events?: readonly ObjectEvent[];
  readonly pod?: Partial<Pod>;
  readonly workload?: Partial<Workload>;
  readonly want: readonly string[];
}

const image = 'registry.example/cart:1.0';
const failed = (answer: string): string => `Failed to pull image "${image}": ${answer}`;
const mayRequireLogin = failed(
  'pull access denied, repository does not exist or may require authorization: insufficient_scope: authorization failed',
);

const noSecret = event(
  'FailedToRetrieveImagePullSecret',
  'Unable to retrieve some image pull secrets (registry); attempting to pull the image may not succeed.',
);

describe('imagePull', () => {
  test.each<Case>([
    {
      name: 'knows a tag that is not there',
      message: failed(`failed to resolve reference "${image}": ${image}: not found`),
      want: ['ImageNotFound'],
    },
    { name: 'knows an unknown manifest', message: failed('manifest unknown: manifest unknown'), want: ['ImageNotFound'] },
    { name: 'knows an image that is not on the node and may not be pulled', reason: 'ErrImageNeverPull', want: ['ImageNotFound'] },
    {
      name: 'knows missing credentials',
      message: failed('unexpected status from HEAD request: 401 Unauthorized'),
      want: ['ImageUnauthorized'],
    },
    {
      name: 'knows a name that cannot be one',
      reason: 'InvalidImageName',
      message: 'couldn\'t parse image name "Cart:1"',
      want: ['ImageNameInvalid'],
    },
    {
      name: 'knows a registry whose name is not known',
      message: failed('dial tcp: lookup registry.example on 10.96.0.10:53: no such host'),
      want: ['ImageRegistryNotResolved'],
    },
    {
      name: 'knows a registry whose name cannot be looked up',
      message: failed('dial tcp: lookup registry.example on 10.96.0.10:53: server misbehaving'),
      want: ['ImageRegistryNotResolved'],
    },
    {
      name: 'knows a registry whose name nobody could be asked for',
      message: failed('dial tcp: lookup registry.example on 10.96.0.10:53: dial udp 10.96.0.10:53: connect: network is unreachable'),
      want: ['ImageRegistryNotResolved'],
    },
    {
      name: 'knows a registry whose network is unreachable though its name is known',
      message: failed('dial tcp 192.0.2.7:443: connect: network is unreachable'),
      want: ['ImageRegistryUnavailable'],
    },
    {
      name: 'knows a registry that does not answer',
      message: failed('dial tcp 192.0.2.7:443: i/o timeout'),
      want: ['ImageRegistryUnavailable'],
    },
    {
      name: 'knows an image of another architecture',
      message: failed('no match for platform in manifest: not found'),
      want: ['ImageArchitectureMismatch'],
    },
    {
      name: 'knows a pull secret that does not exist, where the registry refuses',
      message: failed('unexpected status from HEAD request: 401 Unauthorized'),
      events: [noSecret],
      want: ['ImagePullSecretMissing'],
    },
    {
      name: 'takes a tag that is not there for that, whatever secret is missing, too',
      message: failed('manifest unknown: manifest unknown'),
      events: [noSecret],
      want: ['ImageNotFound'],
    },
    {
      name: 'knows a registry that is not trusted',
      message: failed('tls: failed to verify certificate: x509: unknown authority'),
      want: ['ImageRegistryUnavailable'],
    },
    {
      name: 'knows a rate limit',
      message: failed('429 Too Many Requests - toomanyrequests: You have reached your pull rate limit'),
      want: ['ImageRateLimited'],
    },
    { name: 'takes a registry that will not say for a name that is not there', message: mayRequireLogin, want: ['ImageNotFound'] },
    {
      name: 'but for missing rights where the pod has credentials',
      message: mayRequireLogin,
      pod: { pullSecrets: ['registry'] },
      want: ['ImageUnauthorized'],
    },
    {
      name: 'and where an image of that repository came before',
      message: mayRequireLogin,
      workload: { revisions: [revision(2, ago(5)), revision(1, ago(500), undefined, { images: { app: 'registry.example/cart:0.9' } })] },
      want: ['ImageUnauthorized'],
    },
    {
      name: 'takes a refusal of Docker Hub, which hides what does not exist, for a name that is not there',
      image: 'redsi:alpine',
      message: failed('unexpected status from HEAD request to https://mirror.example/v2/library/redsi/manifests/alpine: 403 Forbidden'),
      want: ['ImageNotFound'],
    },
    {
      name: 'reads the events while the kubelet backs off and no longer says why',
      message: `Back-off pulling image "${image}"`,
      events: [event('Failed', failed('manifest unknown'))],
      want: ['ImageNotFound'],
    },
    { name: 'says so when it is not told why', message: `Back-off pulling image "${image}"`, want: ['ImagePullFailing'] },
  ])(
    '$name',
    ({
      reason = 'ImagePullBackOff',
      image: other = image,
      message = '',
      events = [],
      pod: podMore = {},
      workload: workloadMore = {},
      want,
    }) => {
      const pulling = pod({ phase: 'Pending', ...podMore }, container({ image: other, state: waiting(reason, message) }));
      const found = [...imagePull.find(snapshot({ pods: [pulling], events, workloads: [workload(workloadMore)] }))];
      expect(found.map((one) => one.reason)).toEqual(want);
    },
  );

  test('names the pull secrets that the kubelet did not find, of those that the pod names', () => {
    const refused = waiting('ErrImagePull', failed('unexpected status from HEAD request: 401 Unauthorized'));
    const messageFor = (pullSecrets: readonly string[]) => {
      const pulling = pod({ phase: 'Pending', pullSecrets }, container({ image, state: refused }));
      return [...imagePull.find(snapshot({ pods: [pulling], events: [noSecret], workloads: [workload()] }))][0]?.message;
    };
    expect(messageFor(['registry', 'mirror'])).toContain('a pull secret that the pod names does not exist, registry: ');
    expect(messageFor(['mirror'])).toContain('a pull secret that the pod names does not exist: ');
  });

  test('is silent once the container has started, whatever old events say', () => {
    const started = pod({}, container({ ready: true, state: running() }));
    expect([...imagePull.find(snapshot({ pods: [started], events: [event('Failed', failed('manifest unknown'))] }))]).toEqual([]);
  });
});
