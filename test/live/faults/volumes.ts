/** Volumes that are not there. */
import { claimPending, podNotReady } from '../alerts.ts';
import { claim, deployment, running, SERVE, volume } from '../objects.ts';
import { isUnschedulable, says } from '../seen.ts';
import { deploymentCause, type Fault } from './fault.ts';

const using = (source: object) =>
  deployment('web', running(SERVE, { volumeMounts: [{ name: 'data', mountPath: '/data' }] }, { volumes: [{ name: 'data', ...source }] }));
const claimed = using({ persistentVolumeClaim: { claimName: 'data' } });

/** It is kept for this claim: any other of no class would be bound to it. */
const KEPT = { claimRef: { namespace: 'volume-size', name: 'data' } };

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
    name: 'claim-unbound',
    objects: [claim('data'), claimed],
    shows: says('FailedBinding'),
    alert: claimPending('data'),
    cause: deploymentCause('VolumeClaimUnbound'),
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
    objects: [volume('small', KEPT), claim('data', { volumeName: 'small', resources: { requests: { storage: '5Gi' } } }), claimed],
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
