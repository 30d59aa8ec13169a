import { describe, expect, test } from 'vitest';
import { volumeMounts } from '../../../../src/investigate/analyzers/volumeMounts.ts';
import { volumeUse } from '../../../../src/investigate/analyzers/volumeUse.ts';
import type { Mount, ObjectEvent, Pod, Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, cart, container, event, log, pod, snapshot, waiting, workload } from '../builders.ts';
import { errors, told } from '../objectBuilders.ts';

interface Waiting {
  readonly name: string;
  readonly events?: readonly ObjectEvent[];
  readonly pod?: Partial<Pod>;
  readonly claims?: Snapshot['claims'];
  readonly want: readonly string[];
}

const claim = (phase: string): Snapshot['claims'][number] => ({
  namespace: 'shop',
  name: 'data',
  exists: true,
  phase,
  accessModes: ['ReadWriteOnce'],
  evidence: 'claim/shop/data',
});
const unplaced = (message: string): Partial<Pod> => ({ node: undefined, claims: ['data'], unscheduled: { message } });
const provisioning = event('ProvisioningFailed', 'failed to provision volume: quota of disks is used up', {
  kind: 'PersistentVolumeClaim',
  name: 'data',
});
const unbound = '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.';
const timedOut = event('FailedMount', 'Unable to attach or mount volumes: unmounted volumes=[data]: timed out waiting for the condition');

describe('volumeMounts', () => {
  test.each<Waiting>([
    {
      name: 'a volume that is attached elsewhere',
      events: [event('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) cart-0')],
      want: ['VolumeAttachFailed'],
    },
    {
      name: 'a mount that fails',
      events: [event('FailedMount', 'MountVolume.SetUp failed for volume "data" : mount failed: exit status 32')],
      want: ['VolumeMountFailed'],
    },
    {
      name: 'a mount that is refused',
      events: [
        event(
          'FailedMount',
          'MountVolume.SetUp failed for volume "data": mount failed: exit status 32: mount.nfs: access denied by server',
        ),
      ],
      want: ['VolumePermissionDenied'],
    },
    { name: 'a mount of which only the time-out is said', events: [timedOut], want: ['VolumeMountFailed'] },
    {
      name: 'a ConfigMap that is missing is told by others',
      events: [event('FailedMount', 'MountVolume.SetUp failed for volume "c" : configmap "settings" not found'), timedOut],
      want: [],
    },
    {
      name: 'a cache that was not yet filled',
      events: [
        event(
          'FailedMount',
          'MountVolume.SetUp failed for volume "kube-api-access" : failed to sync configmap cache: timed out waiting for the condition',
        ),
      ],
      want: [],
    },
    {
      name: 'a mount that failed before the pod ran',
      events: [event('FailedMount', 'MountVolume.SetUp failed for volume "data" : exit status 32')],
      pod: { phase: 'Running' },
      want: [],
    },
    { name: 'a pod that waits without a word', want: [] },
    {
      name: 'a volume of another zone',
      pod: unplaced('0/3 nodes are available: 3 node(s) had volume node affinity conflict.'),
      want: ['VolumeZoneConflict'],
    },
    {
      name: 'a volume that cannot be made',
      events: [provisioning],
      pod: unplaced(unbound),
      claims: [claim('Pending')],
      want: ['VolumeProvisioningFailed'],
    },
    { name: 'a volume that was made by the next try', events: [provisioning], pod: unplaced(unbound), claims: [claim('Bound')], want: [] },
    {
      name: 'a class that does not exist is told by others',
      events: [{ ...provisioning, message: 'storageclass.storage.k8s.io "fast" not found' }],
      pod: unplaced(unbound),
      claims: [claim('Pending')],
      want: [],
    },
  ])('$name', ({ events = [], pod: more, claims = [], want }) => {
    const pods = [pod({ phase: 'Pending', ...more }, container({ state: waiting('ContainerCreating') }))];
    expect([...volumeMounts.find(snapshot({ pods, events, claims }))].map(({ reason }) => reason)).toEqual(want);
  });
});

interface Using {
  readonly name: string;
  readonly line: string;
  readonly mounts?: readonly Mount[];
  readonly more?: Partial<Snapshot>;
  readonly want: readonly string[];
}

const data: Mount = { path: '/var/lib/data', volume: 'data', readOnly: false, claim: 'data' };

describe('volumeUse', () => {
  test.each<Using>([
    { name: 'a volume that is full', line: 'write /var/lib/data/wal/01: no space left on device', want: ['VolumeFull Deployment/cart'] },
    {
      name: 'the one volume that there is, where no path is said',
      line: 'ERROR: could not extend file: No space left on device',
      want: ['VolumeFull Deployment/cart'],
    },
    {
      name: 'a layer that is full, as a hint',
      line: 'write /tmp/x: no space left on device',
      mounts: [],
      want: ['VolumeFull Deployment/cart (indirect)'],
    },
    {
      name: 'a volume that is read-only',
      line: 'open /var/lib/data/lock: read-only file system',
      want: ['VolumeReadOnly Deployment/cart'],
    },
    {
      name: 'a root that is read-only, as a hint',
      line: 'EROFS: read-only file system, open "/app/cache"',
      want: ['VolumeReadOnly Deployment/cart (indirect)'],
    },
    {
      name: 'a volume of another user',
      line: 'mkdir: cannot create directory ‘/var/lib/data/db’: Permission denied',
      want: ['VolumePermissionDenied Deployment/cart'],
    },
    {
      name: 'a file of the working folder of what keeps data, as a hint',
      line: "Can't open or create append-only dir appendonlydir: Permission denied",
      want: ['VolumePermissionDenied Deployment/cart (indirect)'],
    },
    { name: 'a refusal that is about no file', line: 'setuid: Permission denied', want: [] },
    { name: 'a path that only begins alike', line: 'open /var/lib/database: permission denied', want: [] },
    { name: 'a path outside its mounts', line: 'open /etc/app.conf: permission denied', want: [] },
    { name: 'a socket that is refused', line: 'dial unix /var/lib/data/run.sock: connect: permission denied', want: [] },
    {
      name: 'mounts that are not known',
      line: 'open /var/lib/data/x: permission denied',
      more: { pods: [pod({}, container({ logs: { previous: log('open /var/lib/data/x: permission denied') } }))] },
      want: [],
    },
    { name: 'a line of plenty', line: '93 % of space left on device', want: [] },
  ])('$name', ({ line, mounts = [data], more, want }) => {
    const pods = [pod({ claims: ['data'] }, container({ mounts, logs: { previous: log(line) } }))];
    expect(told(volumeUse.find(snapshot({ workloads: [workload()], pods, ...more })))).toEqual(want);
  });

  test('a workload that is well and says so once has tried again', () => {
    const well = { workloads: [workload({ complete: true })], pods: [pod({ ready: true })] };
    expect(told(volumeUse.find(snapshot({ ...well, errorLines: [errors(cart, 'no space left on device', 1)] })))).toEqual([]);
  });

  test.each([
    { name: 'a volume that is measured to be full', share: 0.995, want: ['VolumeFull PersistentVolumeClaim/data (indirect)'] },
    { name: 'a volume that is measured to have space', share: 0.9, want: [] },
  ])('$name', ({ share, want }) => {
    const object = { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' };
    const series = [{ object, metric: 'volumeUsedShare' as const, points: [[ago(1), share] as const], evidence: 'series/x' }];
    expect(told(volumeUse.find(snapshot({ pods: [], series })))).toEqual(want);
  });
});
