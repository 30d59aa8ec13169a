import { describe, expect, test } from 'vitest';
import type { Claim, Pod, Snapshot, StorageClass, Volume } from '../../../../src/sources/kubernetes/snapshot.ts';
import { node } from '../builders.ts';
import { app, claim, GI, named, pending, quota, storageClass, volume, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly claim: Claim;
  readonly volumes?: readonly Volume[];
  readonly classes?: readonly StorageClass[];
  readonly more?: Partial<Snapshot>;
  readonly pod?: Partial<Pod>;
  readonly said?: string;
  readonly want: string | undefined;
}

const UNBOUND = 'pod has unbound immediate PersistentVolumeClaims';
const NO_VOLUMES = "3 node(s) didn't find available persistent volumes to bind";
const dynamic = storageClass('standard', { provisioner: 'ebs.csi.aws.com', isDefault: true });
const takenBy = (name: string, namespace = 'shop') => ({ phase: 'Bound', claim: { namespace, name } });

function seen({ claim: one, volumes = [], classes = [], more = {}, pod = {}, said = UNBOUND }: Case): Snapshot {
  return world(
    pending('db', said, { pod: { claims: [one.name], ...pod } }),
    app('frontend'),
    { claims: [one], volumes, storageClasses: classes, nodes: [node('n1'), node('n2')] },
    more,
  );
}

describe('volumeClaim', () => {
  test.each<Case>([
    {
      name: 'a class that does not exist is named, whatever other volumes there are',
      claim: claim('data', { storageClass: 'fast-sdd' }),
      classes: [dynamic],
      volumes: [volume('pv-1', { storageClass: 'standard', ...takenBy('other') })],
      want: 'StorageClassMissing Deployment/db',
    },
    {
      name: 'a class that does not exist is named in a cluster without any volume',
      claim: claim('data', { storageClass: 'premium' }),
      classes: [storageClass('standard', { provisioner: 'rancher.io/local-path', bindsLate: true, isDefault: true })],
      want: 'StorageClassMissing Deployment/db',
    },
    {
      name: 'a claim without a class finds only volumes of one',
      claim: claim('data', { storageClass: '' }),
      volumes: [volume('pv-1', { storageClass: 'manual' })],
      want: 'StorageClassMissing Deployment/db',
    },
    {
      name: 'a claim of a static class finds its own volume under another class',
      claim: claim('mongo-data', { storageClass: 'local' }),
      classes: [storageClass('local'), storageClass('manual')],
      volumes: [volume('mongo-pv', { storageClass: 'manual' }), volume('other', { storageClass: 'local', ...takenBy('x', 'y') })],
      want: 'StorageClassMissing Deployment/db',
    },
    {
      name: 'an access mode that the only volume does not offer',
      claim: claim('data', { accessModes: ['ReadWriteMany'] }),
      volumes: [volume('pv-1')],
      want: 'VolumeAccessModeMismatch Deployment/db',
    },
    {
      name: 'an access mode that only a taken volume offers',
      claim: claim('data', { accessModes: ['ReadWriteMany'] }),
      volumes: [volume('nfs', { accessModes: ['ReadWriteMany'], ...takenBy('media', 'blog') }), volume('pv-1')],
      want: 'VolumeAccessModeMismatch Deployment/db',
    },
    {
      name: 'an access mode, where the class of local volumes binds late',
      claim: claim('data', { accessModes: ['ReadWriteMany'], storageClass: 'local' }),
      classes: [storageClass('local', { bindsLate: true })],
      volumes: [volume('local-1', { storageClass: 'local' })],
      said: NO_VOLUMES,
      want: 'VolumeAccessModeMismatch Deployment/db',
    },
    {
      name: 'labels that no volume has',
      claim: claim('data', { selector: { labels: { tier: 'gold' }, expressions: [] } }),
      volumes: [volume('pv-1', { labels: { tier: 'silver' } })],
      want: 'VolumeSelectorUnsatisfied Deployment/db',
    },
    {
      name: 'labels by expression that no volume has',
      claim: claim('data', { selector: { labels: {}, expressions: [{ key: 'zone', operator: 'In', values: ['b', 'c'] }] } }),
      volumes: [volume('pv-1', { labels: { zone: 'a' } }), volume('pv-2')],
      want: 'VolumeSelectorUnsatisfied Deployment/db',
    },
    {
      name: 'labels, where the class could provision if the claim did not select',
      claim: claim('data', { storageClass: 'standard', selector: { labels: { tier: 'gold' }, expressions: [] } }),
      classes: [dynamic],
      volumes: [volume('pv-1', { storageClass: 'standard' })],
      want: 'VolumeSelectorUnsatisfied Deployment/db',
    },
    {
      name: 'a volume that another claim took',
      claim: claim('data'),
      volumes: [volume('pv-1', takenBy('cache'))],
      want: 'VolumeTakenByAnotherClaim Deployment/db',
    },
    {
      name: 'a volume that is asked for by name and taken, beside a free one of another class',
      claim: claim('data', { volume: 'pv-1' }),
      volumes: [volume('pv-1', takenBy('cache', 'blog')), volume('backup', { storageClass: 'cold' })],
      want: 'VolumeTakenByAnotherClaim Deployment/db',
    },
    {
      name: 'the only volume of the class is taken, beside a free one of another class',
      claim: claim('data'),
      volumes: [volume('pv-1', takenBy('cache', 'blog')), volume('backup', { storageClass: 'cold' })],
      want: 'VolumeTakenByAnotherClaim Deployment/db',
    },
    {
      name: 'a volume that is still kept for a claim of that name that is gone',
      claim: claim('data'),
      volumes: [volume('pv-1', { phase: 'Released', claim: { namespace: 'shop', name: 'data' } })],
      want: 'VolumeTakenByAnotherClaim Deployment/db',
    },
    {
      name: 'a claim larger than the volume',
      claim: claim('data', { requestedBytes: 50 * GI }),
      volumes: [volume('pv-1')],
      want: 'VolumeCapacityTooSmall Deployment/db',
    },
    {
      name: 'a claim larger than each of several volumes, where the class binds late',
      claim: claim('data', { requestedBytes: 50 * GI, storageClass: 'local' }),
      classes: [storageClass('local', { bindsLate: true }), dynamic],
      volumes: [volume('a', { storageClass: 'local' }), volume('b', { storageClass: 'local', capacityBytes: 20 * GI })],
      said: NO_VOLUMES,
      want: 'VolumeCapacityTooSmall Deployment/db',
    },
    {
      name: 'a claim that does not exist',
      claim: claim('data', { exists: false, phase: 'Unknown', storageClass: undefined }),
      said: 'persistentvolumeclaim "data" not found',
      want: 'VolumeClaimMissing Deployment/db',
    },
    {
      name: 'a claim that does not exist, and a quota with plenty left, is only missing',
      claim: claim('data', { exists: false, phase: 'Unknown', storageClass: undefined }),
      more: { quotas: [quota({ 'requests.storage': 100 * GI }, { 'requests.storage': GI })] },
      said: 'persistentvolumeclaim "data" not found',
      want: 'VolumeClaimMissing Deployment/db',
    },
    {
      name: 'a claim that could not be made, as the quota on storage is used up',
      claim: claim('data', { exists: false, phase: 'Unknown', storageClass: undefined }),
      more: { quotas: [quota({ 'requests.storage': 10 * GI }, { 'requests.storage': 10 * GI })] },
      said: 'persistentvolumeclaim "data" not found',
      want: 'QuotaExceeded Deployment/db requests.storage',
    },
    {
      name: 'a claim that could not be made, as the quota on their number is used up',
      claim: claim('data', { exists: false, phase: 'Unknown', storageClass: undefined }),
      more: { quotas: [quota({ persistentvolumeclaims: 2 }, { persistentvolumeclaims: 2 })] },
      said: 'persistentvolumeclaim "data" not found',
      want: 'QuotaExceeded Deployment/db persistentvolumeclaims',
    },
    {
      name: 'says no more than the scheduler where a class provisions',
      claim: claim('data', { storageClass: 'standard' }),
      classes: [dynamic],
      want: 'VolumeClaimUnbound Deployment/db',
    },
    {
      name: 'says no more where a volume would fit',
      claim: claim('data'),
      volumes: [volume('pv-1')],
      want: 'VolumeClaimUnbound Deployment/db',
    },
    {
      name: 'does not hold a size against a volume that does not say it',
      claim: claim('data'),
      volumes: [volume('pv-1', { capacityBytes: undefined })],
      want: 'VolumeClaimUnbound Deployment/db',
    },
    {
      name: 'does not say that a class is missing where classes could not be listed',
      claim: claim('data', { storageClass: 'standard' }),
      more: {
        gaps: [{ source: 'kubernetes', reason: 'Forbidden', message: 'list storageclasses.storage.k8s.io in all namespaces: forbidden' }],
      },
      want: 'VolumeClaimUnbound Deployment/db',
    },
    {
      name: 'blames no claim that is bound: the pod has another trouble',
      claim: claim('data', { phase: 'Bound', volume: 'pv-1' }),
      volumes: [volume('pv-1', takenBy('data'))],
      said: '2 Insufficient memory',
      want: 'InsufficientMemory Deployment/db',
    },
  ])('$name', (one) => {
    expect(named(seen(one))).toBe(one.want);
  });

  test('is silent about a claim that waits for its first pod, which nobody has made yet', () => {
    const waiting = claim('spare', { storageClass: 'standard' });
    const late = storageClass('standard', { provisioner: 'ebs.csi.aws.com', bindsLate: true });
    expect(named(world(app('db'), { claims: [waiting], storageClasses: [late] }))).toBeUndefined();
  });
});
