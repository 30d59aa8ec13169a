/** Volumes that are not there. */
import { claimPending, podNotReady } from '../alerts.ts';
import { claim, deployment, running, SERVE, volume } from '../objects.ts';
import { isUnschedulable, says } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const using = (source: object) =>
  deployment('web', running(SERVE, { volumeMounts: [{ name: 'data', mountPath: '/data' }] }, { volumes: [{ name: 'data', ...source }] }));
const claimed = using({ persistentVolumeClaim: { claimName: 'data' } });

/** So that no other claim without a class is bound to it. */
const BY_HAND = { storageClassName: 'by-hand' };
const OF_ANOTHER = { claimRef: { namespace: 'store', name: 'data' } };

export const volumes: readonly Fault[] = [
  {
    name: 'claim-missing',
    objects: [claimed],
    shows: isUnschedulable,
    alert: podNotReady,
    cause: deploymentCause('VolumeClaimMissing'),
    says: 'data',
  },
  {
    name: 'volume-taken',
    objects: [volume('taken', OF_ANOTHER), claim('data', { volumeName: 'taken' }), claimed],
    shows: isUnschedulable,
    alert: claimPending('data'),
    cause: deploymentCause('VolumeTakenByAnotherClaim'),
    says: 'taken',
  },
  {
    name: 'storage-class',
    objects: [claim('data', { storageClassName: 'fast-ssd' }), claimed],
    shows: says('ProvisioningFailed', /fast-ssd/u),
    alert: podNotReady,
    cause: deploymentCause('StorageClassMissing'),
    says: 'fast-ssd',
  },
  {
    name: 'volume-size',
    objects: [
      volume('small', BY_HAND),
      claim('data', { ...BY_HAND, volumeName: 'small', resources: { requests: { storage: '5Gi' } } }),
      claimed,
    ],
    shows: says('VolumeMismatch'),
    alert: claimPending('data'),
    cause: deploymentCause('VolumeCapacityTooSmall'),
    says: '5 Gi',
  },
  {
    name: 'mount',
    objects: [using({ hostPath: { path: '/srv/absent', type: 'Directory' } })],
    shows: says('FailedMount'),
    alert: podNotReady,
    cause: deploymentCause('VolumeMountFailed'),
    says: '/srv/absent',
  },
];
