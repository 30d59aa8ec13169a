/**
 * Deletes evidence whose Investigation is gone, and evidence and reported changes that are older than the retention.
 *
 * Evidence is listed before Investigations are, so that one which was made in between does not count as gone. If Investigations
 * can't be listed in full (the kind is missing in an upgrade, a page expired), only age decides.
 */
import { investigations } from '../crds/kinds.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ObjectMeta } from '../kube/object.ts';
import { configMaps, investigationUidOf, whatAges } from './configMap.ts';
import { listMetadata } from './listMetadata.ts';

export interface Collected {
  readonly deleted: number;
  readonly kept: number;
  /** Why some of it could not be judged or deleted; it is tried again next time. */
  readonly problems: readonly Error[];
}

export interface Collection {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly retentionMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Of a size that a page of the largest pieces stays at a few MiB. */
const EVIDENCE_PAGE = 20;
const INVESTIGATION_PAGE = 100;

export async function collect({ client, namespace, retentionMs, now }: Collection): Promise<Collected> {
  const evidence = await listMetadata(client, configMaps, { namespace, labelSelector: whatAges, pageSize: EVIDENCE_PAGE });
  const problems: Error[] = [];
  const living = await livingInvestigations(client, problems);
  const isGarbage = (meta: ObjectMeta): boolean => {
    const uid = investigationUidOf(meta);
    const gone = living !== undefined && uid !== undefined && !living.has(uid);
    return gone || Date.parse(meta.creationTimestamp) + retentionMs < now;
  };
  let deleted = 0;
  const garbage = evidence.items.filter(isGarbage);
  for (const { name, uid } of garbage) {
    try {
      await client.delete(configMaps, { namespace, name }, { uid, propagation: 'Background' });
      deleted++;
    } catch (error) {
      problems.push(new Error(`delete evidence ${namespace}/${name}`, { cause: error }));
    }
  }
  return { deleted, kept: evidence.items.length - deleted, problems };
}

/** Undefined when it is not known of all of them. */
async function livingInvestigations(client: KubeClient, problems: Error[]): Promise<ReadonlySet<string> | undefined> {
  try {
    const { items, complete } = await listMetadata(client, investigations, { pageSize: INVESTIGATION_PAGE });
    return complete ? new Set(items.map(({ uid }) => uid)) : undefined;
  } catch (error) {
    problems.push(new Error('see which Investigations still exist; until then evidence goes by age alone', { cause: error }));
    return undefined;
  }
}
