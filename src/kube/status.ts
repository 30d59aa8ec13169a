/**
 * Writes a status by server-side apply, and only when it says something new.
 *
 * The comparison is with what this manager owns of the object as last seen, so fields of others neither count nor get lost,
 * and an unchanged status costs no request. `status` is the manager's whole intent: an owned field that it leaves out is dropped.
 */
import type { ApplyOptions, KubeClient } from './client.ts';
import { appliedPart } from './managedFields.ts';
import type { ApplyIntent, KubeObject, ResourceType } from './object.ts';
import { sameJson } from './sameJson.ts';

export interface ApplyStatusOptions extends Pick<ApplyOptions, 'fieldManager' | 'signal' | 'timeoutMs'> {}

/** The object as it is then: as given, if nothing had to be written. Fields that another manager took are taken back. */
export async function applyStatus<T extends KubeObject & { readonly status?: unknown }>(
  client: Pick<KubeClient, 'apply'>,
  resource: ResourceType<T>,
  object: T,
  status: NonNullable<T['status']>,
  { fieldManager, ...limits }: ApplyStatusOptions,
): Promise<T> {
  const applied = appliedPart(object, fieldManager, 'status') as { readonly status?: unknown } | undefined;
  if (sameJson(applied?.status ?? {}, status)) return object;
  const { name, namespace, uid } = object.metadata;
  // The uid makes sure that a namesake made meanwhile does not inherit the status.
  const metadata = namespace === undefined ? { name, uid } : { name, namespace, uid };
  return await client.apply(resource, { metadata, status } as unknown as ApplyIntent<T>, {
    fieldManager,
    force: true,
    subresource: 'status',
    ...limits,
  });
}
