/**
 * Forgets conversations that are over, and the oldest of whoever has most of them when there are too many: nobody's flood costs somebody else's.
 *
 * Every replica may do it: a deletion names the version that was judged, so that one which somebody has just gone on with stays.
 */
import { configMaps } from '../../crds/configMaps.ts';
import { listMetadata } from '../../evidence/listMetadata.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isConflict } from '../../kube/errors.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import { allConversations, lastSaid, ownerIn } from './configMap.ts';
import { KEPT_MS } from './store.ts';

const MOST_CONVERSATIONS = 1_000;
const PAGE = 100;

interface Forgetting {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly most?: number;
}

/** @returns how many were forgotten */
export async function forgetOld({ client, namespace, now, most = MOST_CONVERSATIONS }: Forgetting): Promise<number> {
  const { items } = await listMetadata(client, configMaps, { namespace, labelSelector: allConversations, pageSize: PAGE });
  let forgotten = 0;
  for (const { name, uid, resourceVersion } of superfluous(items, now, most)) {
    try {
      if (await client.delete(configMaps, { namespace, name }, { uid, resourceVersion })) forgotten += 1;
    } catch (error) {
      if (!isConflict(error)) throw new Error(`forget conversation ${name}`, { cause: error });
    }
  }
  return forgotten;
}

export function superfluous(all: readonly ObjectMeta[], now: number, most: number): readonly ObjectMeta[] {
  const over = all.filter((one) => lastSaid(one) + KEPT_MS <= now);
  const open = all.filter((one) => lastSaid(one) + KEPT_MS > now).toSorted((a, b) => lastSaid(a) - lastSaid(b));
  const byOwner = Map.groupBy(open, (one) => ownerIn(one) ?? '');
  const excess: ObjectMeta[] = [];
  while (open.length - excess.length > most) {
    const largest = [...byOwner.values()].reduce((a, b) => (b.length > a.length ? b : a));
    const oldest = largest.shift();
    if (oldest === undefined) break;
    excess.push(oldest);
  }
  return [...over, ...excess];
}
