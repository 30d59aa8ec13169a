/** What actions on Services have in common: the pods behind one, and what tells that it works again. */
import type { AbortCriterion, Criterion } from '../../crds/remediationPlan.ts';
import { type Pod, pods, type Service, services } from '../../gitops/resources.ts';
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { objects, type Target } from '../actionTarget.ts';
import { reliefCriteria } from './criteria.ts';

export type ServiceTarget = Target<Service>;
export const aboutServices = objects(services);

const ENDPOINTS_SECONDS = 300;

export function serviceCriteria(target: ServiceTarget): readonly Criterion[] {
  const { apiVersion, kind, namespace = '', name } = target.ref;
  return [
    { type: 'EndpointsReady', target: { apiVersion, kind, namespace, name }, withinSeconds: ENDPOINTS_SECONDS },
    ...reliefCriteria(target),
  ];
}

/** There is nothing to lose that the Service has now: only a change that makes things worse elsewhere would be noticed, as a finding. */
export function serviceAborts(): readonly AbortCriterion[] {
  return [];
}

/** Pods that a Service without a selector could mean are not known: none. */
export async function podsBehind(client: KubeClient, { namespace, object }: ServiceTarget, options: CallOptions): Promise<readonly Pod[]> {
  const selector = Object.entries(object.spec?.selector ?? {});
  if (selector.length === 0) return [];
  const labelSelector = selector.map(([key, value]) => `${key}=${value}`).join(',');
  const { items } = await client.list(pods, { ...options, namespace, labelSelector });
  return items.filter(
    ({ status, metadata }) => metadata.deletionTimestamp === undefined && !['Failed', 'Succeeded'].includes(status?.phase ?? ''),
  );
}
