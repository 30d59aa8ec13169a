/** Records over objects that a test lays out: the caches hold them, and the API server holds nothing more. */
import type { Incident, Investigation, RemediationPlan } from '../../../../src/crds/kinds.ts';
import { incidents, investigations, remediationPlans } from '../../../../src/crds/kinds.ts';
import type { Evidence } from '../../../../src/evidence/document.ts';
import { type KubeObject, keyOf, keyString, type ResourceType } from '../../../../src/kube/object.ts';
import type { Store } from '../../../../src/kube/store.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createKept } from '../../../../src/tools/incidents/kept.ts';
import type { Records } from '../../../../src/tools/incidents/records.ts';
import { createFakeClock } from '../../../support/fakeClock.ts';

export interface World {
  readonly incidents?: readonly Incident[];
  readonly investigations?: readonly Investigation[];
  readonly plans?: readonly RemediationPlan[];
  readonly evidence?: Readonly<Record<string, Evidence>>;
  /** At the API server, and not in the cache yet. */
  readonly live?: readonly KubeObject[];
  readonly synced?: boolean;
}

export function recordsOf(world: World, now: number): Records {
  const { live = [], synced = true } = world;
  const kept = <T extends KubeObject>(resource: ResourceType<T>, objects: readonly T[] = []) =>
    createKept<T>({
      resource,
      store: storeOf(objects, synced),
      home: 'agent-sre',
      client: {
        get: async (wanted, key) =>
          live.find((object) => object.kind === wanted.kind && keyString(keyOf(object)) === keyString(key)) as never,
      },
    });
  return {
    incidents: kept(incidents, world.incidents),
    investigations: kept(investigations, world.investigations),
    plans: kept(remediationPlans, world.plans),
    evidence: { get: async (digest) => world.evidence?.[digest] },
    citing: (digest) =>
      (world.investigations ?? []).filter(({ status }) => status?.evidence?.some((item) => item.digest === digest) === true),
    home: 'agent-sre',
    redactor: createRedactor(),
    clock: createFakeClock(now),
  };
}

function storeOf<T extends KubeObject>(objects: readonly T[], synced: boolean): Store<T> {
  return {
    get: (key) => objects.find((object) => keyString(keyOf(object)) === keyString(key)),
    list: () => objects,
    byIndex: () => [],
    size: objects.length,
    synced,
  };
}
