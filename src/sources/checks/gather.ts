/**
 * Active checks on what leads to some pods: reads what names hosts in their namespaces, and checks the hosts that lead to them.
 *
 * The Gateway API may not be there, which is no gap. What could not be read is one; what was not checked because there is too much, too.
 */
import type { Gap } from '../../crds/investigation.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { defineResource, type ResourceType } from '../../kube/object.ts';
import { gapOf, SourceError } from '../gap.ts';
import { ingresses, httpRoutes as routes, serviceObjects as services } from '../kubernetes/networkApi.ts';
import { leadingTo, type PodLabels } from './relevant.ts';
import { type CheckDeps, type Checked, runChecks } from './run.ts';
import { hostsNamedBy } from './targets.ts';

export interface GatherChecksDeps extends CheckDeps {
  readonly kube: Pick<KubeClient, 'list'>;
  readonly clusterDomain?: string | undefined;
  /** Hosts and ports that are checked. */
  readonly maxTargets: number;
}

const READ_TIMEOUT_MS = 5_000;
const gateways = defineResource({
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'Gateway',
  plural: 'gateways',
  namespaced: true,
});

export async function gatherChecks(deps: GatherChecksDeps, pods: readonly PodLabels[], signal: AbortSignal): Promise<Checked> {
  const gaps: Gap[] = [];
  const read = async (resource: ResourceType, namespace?: string): Promise<readonly unknown[]> => {
    try {
      const listed = await deps.budget.spend(() => deps.kube.list(resource, { namespace, signal, timeoutMs: READ_TIMEOUT_MS }));
      return listed.items;
    } catch (error) {
      if (!isNotFound(error)) gaps.push(gapOf('checks', `list ${resource.plural} of ${namespace ?? 'all namespaces'}`, error));
      return [];
    }
  };
  const namespaces = [...new Set(pods.map(({ namespace }) => namespace))];
  const each = async (resource: ResourceType): Promise<readonly unknown[]> =>
    (await Promise.all(namespaces.map((namespace) => read(resource, namespace)))).flat();

  const [named, inward, attached] = await Promise.all([each(services), each(ingresses), each(routes)]);
  // A Gateway mostly lives in a namespace of its own; without a route nothing leads through one.
  const above = attached.length === 0 ? [] : await read(gateways);
  const relevant = leadingTo(pods, {
    services: named,
    ingresses: inward,
    routes: attached,
    gateways: above,
    clusterDomain: deps.clusterDomain,
  });
  const targets = hostsNamedBy(relevant);
  if (targets.length > deps.maxTargets) {
    const tried = `check ${targets.length} hosts and ports that lead to the pods`;
    gaps.push(gapOf('checks', tried, new SourceError('TooLarge', `${deps.maxTargets} are checked`)));
  }
  const checked = await runChecks(deps, targets.slice(0, deps.maxTargets), signal);
  return { results: checked.results, gaps: [...gaps, ...checked.gaps] };
}
