/** Labels and annotations that say what an image was built from: of a pod template, then of the object that has it. Pure; anybody's words. */
import { z } from 'zod';
import type { ObjectRef } from '../crds/common.ts';
import type { KubeObject } from '../kube/object.ts';
import type { SeenObjects } from './seenObjects.ts';

type Marks = Readonly<Record<string, string>>;

const marks = z.record(z.string(), z.string()).nullish();
const metadata = z.object({ annotations: marks, labels: marks }).optional();
const container = z.object({ name: z.string(), image: z.string().default('') });
const template = z.object({ metadata, spec: z.object({ containers: z.array(container).max(100) }).optional() }).optional();
const templated = z.object({
  metadata,
  spec: z.object({ template, jobTemplate: z.object({ spec: z.object({ template }) }).optional() }).optional(),
});

/** Those that count more first. */
export function marksOf(object: KubeObject | undefined): readonly Marks[] {
  const { data } = templated.safeParse(object);
  const own = data?.spec?.template ?? data?.spec?.jobTemplate?.spec.template;
  return [own?.metadata, data?.metadata].flatMap((part) => [part?.annotations ?? {}, part?.labels ?? {}]);
}

/** ReplicaSets of a workload that run an image in a container. */
export function templatesWith(seen: SeenObjects, { namespace = '', uid }: ObjectRef, name: string, image: string): readonly KubeObject[] {
  return seen.ofKind('ReplicaSet', namespace).filter((object) => {
    const { data } = templated.safeParse(object);
    const isOwned = object.metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
    return isOwned && (data?.spec?.template?.spec?.containers.some((one) => one.name === name && one.image === image) ?? false);
  });
}
