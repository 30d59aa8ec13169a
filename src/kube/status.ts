/**
 * Writes a status by server-side apply, and only when it says something new.
 *
 * The comparison is with what this manager owns of the object as last seen, so fields of others neither count nor get lost, and an
 * unchanged status costs no request. `status` is the manager's whole intent: an owned field that it leaves out is dropped.
 * The write is meant for this very object: it never reaches a namesake that was made meanwhile.
 */
import type { ApplyOptions, KubeClient } from './client.ts';
import { isConflict } from './errors.ts';
import { appliedPart } from './managedFields.ts';
import type { ApplyIntent, KubeObject, ResourceType } from './object.ts';
import { sameJson } from './sameJson.ts';

interface ApplyStatusOptions extends Pick<ApplyOptions, 'fieldManager' | 'signal' | 'timeoutMs'> {}

/** Others may write to the object at the same time; as often as this in a row they do not. */
const MOST_TRIES = 5;

/** The object as it is then: as given, if nothing had to be written. Fields that another manager took are taken back. */
export async function applyStatus<T extends KubeObject & { readonly status?: unknown }>(
  client: Pick<KubeClient, 'apply' | 'get'>,
  resource: ResourceType<T>,
  object: T,
  status: NonNullable<T['status']>,
  { fieldManager, ...limits }: ApplyStatusOptions,
): Promise<T> {
  const applied = appliedPart(object, fieldManager, 'status') as { readonly status?: unknown } | undefined;
  if (sameJson(applied?.status ?? {}, withoutOwnerless(status, applied?.status, object.status))) return object;
  const { name, namespace, uid } = object.metadata;
  const key = namespace === undefined ? { name } : { name, namespace };
  let { resourceVersion } = object.metadata;
  for (let tries = 1; ; tries++) {
    // A uid is not looked at in a write to a status; a version is, and with it the object that it is a version of.
    const intent = { metadata: { ...key, resourceVersion }, status } as unknown as ApplyIntent<T>;
    try {
      return await client.apply(resource, intent, { fieldManager, force: true, subresource: 'status', ...limits });
    } catch (error) {
      const live = isConflict(error) && tries < MOST_TRIES ? await client.get(resource, key, limits) : undefined;
      if (live?.metadata.uid !== uid) throw error;
      resourceVersion = live.metadata.resourceVersion;
    }
  }
}

/**
 * The wanted status without its empty lists that are there already: of an empty list with keys nobody owns anything, so it is not among what was
 * applied.
 */
function withoutOwnerless(wanted: unknown, applied: unknown, live: unknown): unknown {
  if (!isRecord(wanted)) return wanted;
  const [ours, all] = [isRecord(applied) ? applied : {}, isRecord(live) ? live : {}];
  const kept = Object.entries(wanted).filter(
    ([name, value]) => !(Array.isArray(value) && value.length === 0 && ours[name] === undefined && Array.isArray(all[name])),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutOwnerless(value, ours[name], all[name])]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
