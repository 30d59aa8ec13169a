/** Tells whoever has subscribed when an Incident, Investigation or plan changes, as the informers see it. */
import type { ServerEventBus } from '@modelcontextprotocol/server';
import { incidents, investigations, remediationPlans } from '../crds/kinds.ts';
import { type ControllerDefinition, defineController } from '../kube/controller.ts';
import { type KubeObject, keyString, type ResourceType } from '../kube/object.ts';
import { uriOf } from './records.ts';

/** Of every replica: each has listeners of its own. */
export function recordWatchers(changes: Pick<ServerEventBus, 'publish'>): readonly ControllerDefinition[] {
  return [
    watcher('incident', incidents, changes),
    watcher('investigation', investigations, changes),
    watcher('plan', remediationPlans, changes),
  ];
}

function watcher<T extends KubeObject>(
  scheme: string,
  resource: ResourceType<T>,
  changes: Pick<ServerEventBus, 'publish'>,
): ControllerDefinition {
  const known = new Set<string>();
  return defineController<T>({
    name: `mcp-${scheme}`,
    resource,
    needsLeader: false,
    reconcile: async (key, { store }) => {
      const id = keyString(key);
      const wasThere = known.has(id);
      const isThere = store.get(key) !== undefined;
      if (isThere) known.add(id);
      else known.delete(id);
      changes.publish({ kind: 'resource_updated', uri: uriOf(scheme, key) });
      if (wasThere !== isThere) changes.publish({ kind: 'resources_list_changed' });
      return undefined;
    },
  }) as unknown as ControllerDefinition;
}
