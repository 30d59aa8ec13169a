/**
 * DeletePod: deletes one pod that is not ready, for its controller to make it anew, elsewhere if need be.
 *
 * Only a pod that a workload will replace, and only while its siblings serve: the one deletion that there is in the catalogue.
 */

import type { ObjectRef } from '../../crds/common.ts';
import type { Criterion } from '../../crds/remediationPlan.ts';
import { findWorkload } from '../../gitops/owner.ts';
import { type Pod, pods } from '../../gitops/resources.ts';
import { inWords, objects, type Target } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { podsOf } from '../workload.ts';
import { reliefCriteria } from './criteria.ts';
import { type Considered, type Facts, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import type { CatalogueEntry, DirectContext, Prepared } from './types.ts';

export const deletePod: CatalogueEntry<Target<Pod>> = {
  type: 'DeletePod',
  about: objects(pods),
  bounds: [
    'A Deployment, StatefulSet or DaemonSet owns the pod, and makes it anew; static pods and pods of Jobs are left alone.',
    'The pod is not ready, and not being deleted already.',
    'It is the pod with the uid that was looked at: its successor is another one.',
  ],
  cures: ['ContainerSandboxFailed', 'VolumeAttachFailed', 'VolumeMountFailed', 'PodDNSMisconfigured'],
  inverse: 'None: the pod that takes its place is a new one. One that did not help is handed over.',
  soakSeconds: 60,
  consider,
  successCriteria,
  abortCriteria: () => [],
  direct: {
    prepare,
    isDone: (live) => live === undefined || live.metadata.deletionTimestamp !== undefined,
  },
};

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;

async function consider({ rootCause, workload, client, signal }: Facts): Promise<Considered> {
  const type = 'DeletePod';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const all = await podsOf(client, workload, { signal });
  const waiting = all.filter((pod) => !isReady(pod) && pod.metadata.deletionTimestamp === undefined);
  const [one, ...more] = waiting;
  if (one === undefined) return ruleOut(type, 'all of its pods are ready');
  if (more.length > 0) return ruleOut(type, `${waiting.length} of its pods are not ready: what ails them is not one pod’s`);
  if (all.length === 1) return ruleOut(type, 'it is the only pod: a new one would meet the same');
  const target = await deletePod.about.read(client, { kind: 'Pod', namespace: workload.namespace, name: one.metadata.name }, { signal });
  return target === undefined
    ? ruleOut(type, 'the pod is gone by now')
    : suggest(type, {
        target,
        title: `Delete pod ${target.name}`,
        because: `${rootCause.reason}: it alone of ${all.length} pods is not ready; its controller makes it anew.`,
      });
}

function successCriteria(target: Target<Pod>): readonly Criterion[] {
  return [{ type: 'EffectInPlace', target: target.ref, withinSeconds: 300 }, ...reliefCriteria(target)];
}

const REPLACING: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

async function prepare({ target, client, signal }: DirectContext<Target<Pod>>): Promise<Prepared | Refusal> {
  const { object } = target;
  const where = inWords(target);
  if (object.metadata.deletionTimestamp !== undefined) return refuse('AlreadyInPlace', `${where} is being deleted already`);
  if (object.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined)
    return refuse('UnsafeChange', `${where} is a static pod of its node: nobody makes it anew`);
  if (isReady(object)) return refuse('UnsafeChange', `${where} is ready: to delete it is for people to decide`);
  const owner: ObjectRef | undefined = await findWorkload(client, target.ref, { signal });
  if (owner === undefined || !REPLACING.has(owner.kind))
    return refuse('UnsafeChange', `no Deployment, StatefulSet or DaemonSet owns ${where}: nobody would make it anew`);
  const stateful = owner.kind === 'StatefulSet';
  return {
    kind: 'prepared',
    change: { resource: pods, object },
    fields: [{ path: '', before: `${object.status?.phase ?? 'there'}, not ready` }],
    risk: stateful
      ? { level: 'Medium', reasons: [`${where} belongs to StatefulSet ${owner.name}, and may hold state that is written on its end`] }
      : { level: 'Low', reasons: [`${where} serves nobody now, and ${owner.kind} ${owner.name} makes it anew`] },
    blastRadius: { workloads: 1, pods: 1, summary: `${where} of ${owner.kind} ${owner.name} is deleted and made anew` },
  };
}
