import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IdentityRules, identityOf, NO_RULES } from '../../../src/domain/identity.ts';
import { matchersOf, matchersText } from '../../../src/domain/silenceMatchers.ts';
import { covers } from '../../../src/domain/silences.ts';

type Labels = Readonly<Record<string, string>>;
const pod = (name: string, more: Labels = {}): Labels => ({ alertname: 'KubePodCrashLooping', namespace: 'shop', pod: name, ...more });
const silences = (of: Labels, other: Labels, rules: IdentityRules = NO_RULES): boolean =>
  covers({ matchers: matchersOf(of, rules) }, other);

describe('a silence of an alert', () => {
  const checkout = pod('checkout-7d9f8c6b5-x2x4z', { severity: 'warning', uid: 'a' });

  test('matches what identifies it, exactly', () => {
    const labels = {
      alertname: 'KubeDeploymentReplicasMismatch',
      namespace: 'shop',
      deployment: 'cart',
      job: 'kube-state-metrics',
      instance: '10.0.0.1:8080',
    };
    expect(matchersText(matchersOf(labels, NO_RULES))).toBe(
      '{alertname="KubeDeploymentReplicasMismatch", deployment="cart", namespace="shop"}',
    );
  });

  test.each<{ name: string; of?: Labels; other: Labels; want: boolean }>([
    { name: 'is for the pod that comes after it', other: pod('checkout-6c5d9b7f48-abcde'), want: true },
    { name: 'is for it when it gets worse', other: { ...checkout, severity: 'critical' }, want: true },
    { name: 'is not for another workload', other: pod('cart-7d9f8c6b5-x2x4z'), want: false },
    { name: 'is not for a workload whose name begins so', other: pod('checkout-worker-7d9f8c6b5-x2x4z'), want: false },
    { name: 'is not for another namespace', other: pod('checkout-7d9f8c6b5-x2x4z', { namespace: 'stage' }), want: false },
    { name: 'is not for another alert', other: { ...checkout, alertname: 'KubePodNotReady' }, want: false },
    { name: 'of a pod without an owner is for that pod', of: pod('lonely'), other: pod('lonely'), want: true },
    { name: 'of a pod without an owner is for no other', of: pod('lonely'), other: pod('lonely-7d9f8c6b5-x2x4z'), want: false },
    { name: 'of a replica is for the others', of: pod('db-0'), other: pod('db-12'), want: true },
    {
      name: 'names a label as it was delivered',
      of: { alertname: 'Slow', pod: 'exporter-1', exported_pod: 'db-0', exported_namespace: 'shop', namespace: 'monitoring' },
      other: { alertname: 'Slow', pod: 'exporter-2', exported_pod: 'db-1', exported_namespace: 'shop', namespace: 'monitoring' },
      want: true,
    },
    {
      name: 'of a node is for that node',
      of: { alertname: 'NodeFilesystemFull', job: 'node-exporter', instance: 'node-1:9100' },
      other: { alertname: 'NodeFilesystemFull', job: 'node-exporter', instance: 'node-2:9100' },
      want: false,
    },
  ])('$name', ({ of = checkout, other, want }) => {
    expect(silences(of, other)).toBe(want);
  });

  test('leaves out and keeps what people say', () => {
    const rules = { ignored: new Set(['shard']), kept: new Set(['instance']) };
    const labels = { alertname: 'Slow', deployment: 'cart', namespace: 'shop', shard: '1', instance: 'a' };
    expect(silences(labels, { ...labels, shard: '2' }, rules)).toBe(true);
    expect(silences(labels, { ...labels, instance: 'b' }, rules)).toBe(false);
  });
});

const value = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/u);
const labels = fc.record(
  {
    alertname: value,
    namespace: value,
    pod: fc.tuple(value, fc.constantFrom('', '-7d9f8c6b5-x2x4z', '-0', '-bcdfg', '-28333333-xxxxx')).map((parts) => parts.join('')),
    deployment: value,
    node: value,
    job: fc.constantFrom('kube-state-metrics', 'node-exporter', 'app'),
    instance: value,
    exported_pod: value,
    exported_namespace: value,
    container: fc.constantFrom('app', 'node-exporter', 'kube-state-metrics'),
    'odd.näme': value,
  },
  { requiredKeys: ['alertname'] },
);

describe('whatever the labels are, a silence of an alert', () => {
  test('silences that alert', () => {
    fc.assert(fc.property(labels, (one) => silences(one, one)));
  });

  test('does not silence one of another name, namespace or workload', () => {
    fc.assert(
      fc.property(labels, fc.constantFrom('alertname', 'namespace', 'deployment'), (one, name) => {
        const other = { ...one, [name]: 'something-else-entirely' };
        fc.pre(Object.hasOwn(one, name) && identityOf(other) !== identityOf(one));
        return !silences(one, other);
      }),
    );
  });
});
