/** What selects the pods of an object, or scales it: Services, disruption budgets, network policies, autoscalers. */
import type { KubeObject } from '../../../kube/object.ts';
import type { ApiPod, ApiWorkload } from '../../../sources/kubernetes/api.ts';
import { autoscalers, disruptionBudgets } from '../../../sources/kubernetes/boundsApi.ts';
import { selectorView } from '../../../sources/kubernetes/commonViews.ts';
import { type ApiServiceObject, networkPolicies, serviceObjects } from '../../../sources/kubernetes/networkApi.ts';
import { selects } from '../../../sources/kubernetes/selection.ts';
import type { Glance } from '../glance.ts';

/** Labels of its pods; undefined where it has none. */
export function podLabelsOf(object: KubeObject): Readonly<Record<string, string>> | undefined {
  if (object.kind === 'Pod') return (object as ApiPod).metadata.labels ?? {};
  const { spec } = object as ApiWorkload;
  return (spec?.template ?? spec?.jobTemplate?.spec?.template)?.metadata?.labels;
}

/** As in `Service cart (http 80→8080)`. */
export async function selectedBy(glance: Glance, object: KubeObject): Promise<readonly string[]> {
  const { namespace, name } = object.metadata;
  const labels = podLabelsOf(object);
  if (namespace === undefined || labels === undefined) return [];
  const [services, budgets, policies, scalers] = await Promise.all([
    glance.list(serviceObjects, { namespace }),
    glance.list(disruptionBudgets, { namespace }),
    glance.list(networkPolicies, { namespace }),
    glance.list(autoscalers, { namespace }),
  ]);
  const chosen = services.filter(({ spec }) => isNotEmpty(spec?.selector) && selects({ labels: spec.selector, expressions: [] }, labels));
  return [
    ...chosen.map((service) => `Service ${service.metadata.name} (${portsOf(service)})`),
    ...scalers
      .filter(({ spec }) => spec?.scaleTargetRef?.kind === object.kind && spec.scaleTargetRef.name === name)
      .map(
        ({ metadata, spec, status }) =>
          `HorizontalPodAutoscaler ${metadata.name} (${spec?.minReplicas ?? 1} to ${spec?.maxReplicas ?? 1}, now ${status?.currentReplicas ?? 0})`,
      ),
    ...budgets
      .filter(({ spec }) => spec?.selector !== undefined && selects(selectorView(spec.selector), labels))
      .map(({ metadata, status }) => `PodDisruptionBudget ${metadata.name} (${status?.disruptionsAllowed ?? 0} disruptions allowed)`),
    ...policies
      .filter(({ spec }) => selects(selectorView(spec?.podSelector), labels))
      .map(({ metadata, spec }) => `NetworkPolicy ${metadata.name} (${(spec?.policyTypes ?? ['Ingress']).join(', ')})`),
  ];
}

const isNotEmpty = (selector: Readonly<Record<string, string>> | undefined): selector is Readonly<Record<string, string>> =>
  selector !== undefined && Object.keys(selector).length > 0;

export function portsOf({ spec }: ApiServiceObject): string {
  const ports = (spec?.ports ?? []).map(
    ({ name, port, targetPort, protocol = 'TCP' }) =>
      `${name === undefined ? '' : `${name} `}${port}${targetPort === undefined || targetPort === port ? '' : `→${targetPort}`}${protocol === 'TCP' ? '' : `/${protocol}`}`,
  );
  return ports.length === 0 ? 'no ports' : ports.join(', ');
}
