/**
 * ExpandVolume: makes a persistent volume larger, by its claim.
 *
 * In Git where the claim is applied from there; directly where nobody applies it, as with claims that a StatefulSet makes from its template, which can't be
 * changed. Never smaller: a volume that has grown stays so.
 */
import { parseQuantity } from '../../domain/quantity.ts';
import { type VolumeClaim, volumeClaims } from '../../gitops/resources.ts';
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { inWords, objects, type Target } from '../actionTarget.ts';
import { storageClasses } from '../direct/resources.ts';
import { formatMebibytes, mebibytes } from '../quantity.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { effectCriteria } from './criteria.ts';
import { type Considered, type Facts, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import { writeFields } from './field.ts';
import type { CatalogueEntry, DirectContext, Prepared, RiskFinding, WriteContext, Written } from './types.ts';

const MOST_FACTOR = 2;
const GROWTH = 1.5;

export const expandVolume: CatalogueEntry<Target<VolumeClaim>> = {
  type: 'ExpandVolume',
  about: objects(volumeClaims),
  bounds: [
    `Larger than now, and at most ${MOST_FACTOR} times as large.`,
    'The claim is bound, and its storage class lets volumes expand.',
    'Directly only where no GitOps engine applies the claim.',
  ],
  cures: ['VolumeFull'],
  inverse: 'None: a volume can’t be made smaller. It stays as large as it was made.',
  soakSeconds: 120,
  consider,
  successCriteria: effectCriteria,
  abortCriteria: () => [],
  write,
  direct: {
    prepare,
    isDone: (live, _mark, { expandVolume: wanted }) => sizeIn(live) >= (wanted?.mebibytes ?? Number.POSITIVE_INFINITY),
  },
};

const sizeIn = (live: VolumeClaim | undefined): number => mebibytes(live?.spec?.resources?.requests?.['storage']) ?? 0;

async function consider({ rootCause, finding, workload, client, signal }: Facts): Promise<Considered> {
  const type = 'ExpandVolume';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const volumes = workload.object.spec?.template?.spec?.volumes ?? [];
  const claimed = volumes.filter(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined);
  const [one, ...more] = claimed.filter(({ name }) => finding?.detail === undefined || claimed.length === 1 || name === finding.detail);
  const claimName = one?.persistentVolumeClaim?.claimName;
  if (claimName === undefined || more.length > 0) return ruleOut(type, 'which claim of the workload is full is not known');
  const target = await expandVolume.about.read(
    client,
    { kind: 'PersistentVolumeClaim', namespace: workload.namespace, name: claimName },
    { signal },
  );
  if (target === undefined) return ruleOut(type, `claim ${claimName} does not exist`);
  const wanted = Math.ceil((mebibytes(sizeOf(target)) ?? 0) * GROWTH);
  const refusal = await mayExpand(client, target, wanted, { signal });
  if (refusal !== undefined) return ruleOut(type, refusal.message);
  return suggest(type, {
    target,
    parameters: { expandVolume: { mebibytes: wanted } },
    title: `Expand claim ${claimName} to ${formatMebibytes(wanted)}`,
    because: `${rootCause.reason}: it holds ${sizeOf(target) ?? ''}.`,
  });
}

const sizeOf = ({ object }: Target<VolumeClaim>): string | undefined => object.spec?.resources?.requests?.['storage'];

async function mayExpand(
  client: KubeClient,
  target: Target<VolumeClaim>,
  wanted: number,
  options: CallOptions,
): Promise<Refusal | undefined> {
  const where = inWords(target);
  const [text, now] = [sizeOf(target), mebibytes(sizeOf(target))];
  if (now === undefined || now <= 0) return refuse('ValueNotFound', `${where} asks for no size`);
  if (wanted === now) return refuse('AlreadyInPlace', `${where} asks for ${text} already`);
  if (wanted < now) return refuse('ParametersInvalid', `${where} asks for ${text}; a volume can’t be made smaller`);
  if (wanted > now * MOST_FACTOR)
    return refuse('ParametersInvalid', `${where} asks for ${text}; ${formatMebibytes(wanted)} is more than ${MOST_FACTOR} times as much`);
  if (target.object.status?.phase !== 'Bound') return refuse('UnsafeChange', `${where} is not bound: there is no volume to expand`);
  const name = target.object.spec?.storageClassName ?? '';
  const storageClass = name === '' ? undefined : await client.get(storageClasses, { name }, options);
  return storageClass?.allowVolumeExpansion === true
    ? undefined
    : refuse('UnsafeChange', `storage class ${name || '(none)'} of ${where} does not let volumes expand`);
}

const RISK: RiskFinding = {
  level: 'Medium',
  reasons: ['a volume that has grown can’t be made smaller again, and costs what its size costs'],
};

async function write(context: WriteContext<Target<VolumeClaim>>): Promise<Written | Refusal> {
  const { target, action, client, signal } = context;
  const wanted = action.expandVolume?.mebibytes ?? 0;
  const refusal = await mayExpand(client, target, wanted, { signal });
  const same = (a: string, b: string): boolean => parseQuantity(a) === parseQuantity(b);
  return (
    refusal ??
    writeFields(
      context,
      [{ path: ['spec', 'resources', 'requests', 'storage'], value: formatMebibytes(wanted), live: sizeOf(target), same }],
      RISK,
    )
  );
}

async function prepare({ target, action, client, signal }: DirectContext<Target<VolumeClaim>>): Promise<Prepared | Refusal> {
  const wanted = action.expandVolume?.mebibytes ?? 0;
  const refusal = await mayExpand(client, target, wanted, { signal });
  if (refusal !== undefined) return refusal;
  const [before, after] = [sizeOf(target) ?? '', formatMebibytes(wanted)];
  return {
    kind: 'prepared',
    change: {
      resource: volumeClaims,
      object: target.object,
      patch: () => ({ spec: { resources: { requests: { storage: after } } } }),
    },
    fields: [{ path: 'spec.resources.requests.storage', before, after }],
    risk: RISK,
    blastRadius: {
      workloads: 0,
      pods: 0,
      summary: `${inWords(target)} grows from ${before} to ${after}; some drivers take it offline for that`,
    },
  };
}
