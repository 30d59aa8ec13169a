import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprintOf, identityLabel, identityOf, incidentName, incidentPlace, titleOf } from '../../../src/domain/identity.ts';

type Labels = Record<string, string>;
const crashLoop: Labels = {
  alertname: 'KubePodCrashLooping',
  namespace: 'shop',
  pod: 'checkout-7d9f8c6b5-x2x4z',
  container: 'app',
  severity: 'warning',
  reason: 'CrashLoopBackOff',
  uid: '6d1b',
  job: 'kube-state-metrics',
  instance: '10.0.0.7:8080',
  prometheus: 'monitoring/k8s',
};
const diskFull: Labels = {
  alertname: 'NodeFilesystemAlmostOutOfSpace',
  job: 'node-exporter',
  instance: '10.0.0.3:9100',
  device: '/dev/sda1',
  mountpoint: '/',
  namespace: 'monitoring',
  pod: 'node-exporter-x7k2p',
  container: 'node-exporter',
  severity: 'warning',
};
const replicas: Labels = {
  alertname: 'KubeDeploymentReplicasMismatch',
  namespace: 'shop',
  deployment: 'checkout',
  job: 'kube-state-metrics',
  pod: 'kube-state-metrics-6c7d8f9b5-2k4lp',
  container: 'kube-state-metrics',
  instance: '10.0.0.9:8080',
  service: 'ksm',
};

describe('identityOf is the same', () => {
  test.each<{ name: string; of: Labels; and: Labels }>([
    { name: 'for the next pod of the Deployment', of: crashLoop, and: { ...crashLoop, pod: 'checkout-7d9f8c6b5-9zvqw', uid: '7e2c' } },
    { name: 'for a pod of the next revision', of: crashLoop, and: { ...crashLoop, pod: 'checkout-5b8c7d9f64-4j8hn' } },
    { name: 'for another pod of a StatefulSet', of: { ...crashLoop, pod: 'db-0' }, and: { ...crashLoop, pod: 'db-2' } },
    { name: 'for another pod of a DaemonSet', of: { ...crashLoop, pod: 'agent-x7k2p' }, and: { ...crashLoop, pod: 'agent-9zvqw' } },
    {
      name: 'for the next run of a CronJob',
      of: { alertname: 'KubeJobFailed', namespace: 'a', job_name: 'backup-28391820' },
      and: { alertname: 'KubeJobFailed', namespace: 'a', job_name: 'backup-28391880' },
    },
    { name: 'when the pod moved to another node', of: { ...crashLoop, node: 'n1' }, and: { ...crashLoop, node: 'n2' } },
    { name: 'when kube-state-metrics was restarted', of: crashLoop, and: { ...crashLoop, instance: '10.0.0.8:8080' } },
    {
      name: 'when kube-state-metrics was restarted, for what is no pod',
      of: replicas,
      and: { ...replicas, pod: 'kube-state-metrics-6c7d8f9b5-7h8jk', instance: '10.0.0.8:8080' },
    },
    {
      name: 'from the other one of two Prometheis',
      of: crashLoop,
      and: { ...crashLoop, prometheus: 'monitoring/other', prometheus_replica: 'b' },
    },
    { name: 'when it gets worse', of: crashLoop, and: { ...crashLoop, severity: 'critical' } },
    {
      name: 'when a pull fails in another way',
      of: { ...crashLoop, reason: 'ErrImagePull' },
      and: { ...crashLoop, reason: 'ImagePullBackOff' },
    },
    { name: 'when the node exporter was restarted', of: diskFull, and: { ...diskFull, pod: 'node-exporter-9zvqw' } },
    { name: 'when a label says the workload that the pod shows', of: crashLoop, and: { ...crashLoop, deployment: 'checkout' } },
    {
      name: 'when the scrape renamed what is meant',
      of: crashLoop,
      and: { ...crashLoop, exported_pod: crashLoop['pod'] ?? '', pod: 'kube-state-metrics-6c7d8f9b5-2k4lp' },
    },
    { name: 'for an empty label and an absent one', of: crashLoop, and: { ...crashLoop, team: '' } },
  ])('$name', ({ of, and }) => {
    expect(identityOf(and)).toBe(identityOf(of));
    expect(fingerprintOf(and)).not.toBe(fingerprintOf(of));
  });

  test('in whatever order the labels come', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string(), fc.string()), { selector: ([name]) => name }), (entries) => {
        const [one, other] = [Object.fromEntries(entries), Object.fromEntries(entries.toReversed())];
        return identityOf(one) === identityOf(other) && fingerprintOf(one) === fingerprintOf(other);
      }),
    );
  });
});

describe('identityOf is another one', () => {
  test.each<{ name: string; of: Labels; and: Labels }>([
    { name: 'for another alert', of: crashLoop, and: { ...crashLoop, alertname: 'KubePodNotReady' } },
    { name: 'for the same name in another namespace', of: crashLoop, and: { ...crashLoop, namespace: 'test' } },
    { name: 'in another cluster', of: crashLoop, and: { ...crashLoop, cluster: 'b' } },
    { name: 'for another workload', of: crashLoop, and: { ...crashLoop, pod: 'cart-7d9f8c6b5-x2x4z' } },
    { name: 'for another container', of: crashLoop, and: { ...crashLoop, container: 'proxy' } },
    { name: 'for the disk of another node', of: diskFull, and: { ...diskFull, instance: '10.0.0.4:9100', pod: 'node-exporter-9zvqw' } },
    {
      name: 'for the disk of another node that is called by name',
      of: { ...diskFull, instance: 'n1' },
      and: { ...diskFull, instance: 'n2' },
    },
    { name: 'for another mount point', of: diskFull, and: { ...diskFull, mountpoint: '/var' } },
    { name: 'for another node', of: { alertname: 'KubeNodeNotReady', node: 'n1' }, and: { alertname: 'KubeNodeNotReady', node: 'n2' } },
    {
      name: 'for another job that is down',
      of: { alertname: 'TargetDown', job: 'a', namespace: 'x' },
      and: { alertname: 'TargetDown', job: 'b', namespace: 'x' },
    },
    {
      name: 'for workloads whose names are not of Kubernetes',
      of: { alertname: 'A', deployment: 'My App' },
      and: { alertname: 'A', deployment: 'Other App' },
    },
    { name: 'when two labels could be read as one', of: { alertname: 'A', a: 'b,c=d' }, and: { alertname: 'A', a: 'b', c: 'd' } },
  ])('$name', ({ of, and }) => {
    expect(identityOf(and)).not.toBe(identityOf(of));
  });
});

describe('incidentName', () => {
  const digest = fc.stringMatching(/^[0-9a-f]{64}$/u);
  const fullName = (identity: string): string => incidentName(identity, { ordinal: 1, form: 'full' });
  const LEGAL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u;

  test('is legal for any identity, in both forms, and gives its ordinal back', () => {
    fc.assert(
      fc.property(
        digest,
        fc.integer({ min: 1, max: 99_999 }),
        fc.constantFrom<'short' | 'full'>('short', 'full'),
        (identity, ordinal, form) => {
          const name = incidentName(identity, { ordinal, form });
          const back = incidentPlace(name);
          return LEGAL.test(name) && LEGAL.test(identityLabel(identity)) && back?.ordinal === ordinal && back.form === form;
        },
      ),
    );
  });

  test('tells identities apart that differ in one bit, in the full form', () => {
    fc.assert(
      fc.property(digest, fc.integer({ min: 0, max: 63 }), (identity, at) => {
        const flipped = (Number.parseInt(identity[at] ?? '0', 16) ^ 1).toString(16);
        return fullName(identity) !== fullName(identity.slice(0, at) + flipped + identity.slice(at + 1));
      }),
    );
  });

  test.each(['checkout-down', 'inc-3kq7vd2mxw4ha5tz', 'inc-3kq7vd2mxw4ha5tz-0', 'inc-3KQ7vd2mxw4ha5tz-1'])(
    'does not recognise %s',
    (name) => {
      expect(incidentPlace(name)).toBeUndefined();
    },
  );
});

describe('titleOf', () => {
  test.each<{ name: string; labels: Labels; want: string }>([
    { name: 'says what is wrong with what', labels: crashLoop, want: 'KubePodCrashLooping: deployment checkout in shop' },
    { name: 'falls back on the instance', labels: diskFull, want: 'NodeFilesystemAlmostOutOfSpace: 10.0.0.3:9100' },
    { name: 'is the name alone where nothing is named', labels: { alertname: 'KubeAPIDown' }, want: 'KubeAPIDown' },
    { name: 'is there for an alert without a name', labels: { namespace: 'shop' }, want: 'Alert without a name: namespace shop' },
  ])('$name', ({ labels, want }) => {
    expect(titleOf(labels)).toBe(want);
  });

  test('fits the schema for any labels', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('alertname', 'pod', 'namespace', 'instance'), fc.string({ maxLength: 400 })), (labels) => {
        const { length } = titleOf(labels);
        return length >= 1 && length <= 200;
      }),
    );
  });
});
