/** Whether a fix that was taken back is gone from what runs, and what runs is as healthy as it was before the fix. */
import type { ObjectRef } from '../crds/common.ts';
import type { RemediationPlanStatus } from '../crds/remediationPlan.ts';
import type { CallOptions, KubeClient } from '../kube/client.ts';
import { inWords } from './actionTarget.ts';
import { changeable } from './kinds.ts';
import { liveValue } from './liveValue.ts';
import { readWorkload } from './workload.ts';

export interface RestoredInput {
  readonly preimages: NonNullable<RemediationPlanStatus['preimages']>;
  /** How many replicas were ready before the fix. */
  readonly readyBefore: NonNullable<RemediationPlanStatus['readyBefore']>;
  /** As values of pre-images are written into a status. */
  readonly asShown: (value: string) => string;
}

/** What is not yet as it was; undefined: all of it is. */
export async function notRestored(client: KubeClient, input: RestoredInput, options: CallOptions = {}): Promise<string | undefined> {
  for (const preimage of input.preimages) {
    const left = await leftOf(client, preimage, input.asShown, options);
    if (left !== undefined) return left;
  }
  for (const { object, ready } of input.readyBefore) {
    const workload = await readWorkload(client, object, options);
    if (workload === undefined) return `${wordsFor(object)} does not exist any more`;
    const { metadata, status } = workload.object;
    if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return `the controller of ${wordsFor(object)} has not seen it yet`;
    if (workload.ready < ready) return `${workload.ready} replicas of ${wordsFor(object)} are ready, and ${ready} were before the fix`;
  }
  return undefined;
}

async function leftOf(
  client: KubeClient,
  { object, path, value }: RestoredInput['preimages'][number],
  asShown: RestoredInput['asShown'],
  options: CallOptions,
): Promise<string | undefined> {
  const { apiVersion = '', kind, namespace, name } = object;
  const resource = changeable({ apiVersion, kind });
  if (resource === undefined) return undefined;
  const live = await client.get(resource, namespace === undefined ? { name } : { namespace, name }, options);
  if (live === undefined) return `${wordsFor(object)} does not exist any more`;
  const now = liveValue(live, path);
  return (now === undefined ? undefined : asShown(now)) === value
    ? undefined
    : `${path} of ${wordsFor(object)} is not what it was before the fix`;
}

const wordsFor = ({ kind, namespace = '', name }: ObjectRef): string => inWords({ kind, namespace, name });
