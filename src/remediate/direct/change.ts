/**
 * A change of one live object that is made through the API server and not through Git: tried without being stored, made once, and found again.
 *
 * Each is one patch or one deletion of one object, with the uid and resource version that were looked at: of two that race, one is a conflict. Whether it has
 * happened is told by the object itself, so a change that was announced and never recorded is found rather than made again.
 */
import type { ObjectRef } from '../../crds/common.ts';
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound } from '../../kube/errors.ts';
import { apiVersionOf, type KubeObject, keyOf, type ResourceType } from '../../kube/object.ts';
import { inWords } from '../actionTarget.ts';
import { denialIn } from '../denial.ts';
import { type Refusal, refuse } from '../refusal.ts';

/** Whose change it is, and when it was approved; both stand in what is written. */
export interface Mark {
  readonly planUid: string;
  /** RFC 3339, in whole seconds. */
  readonly at: string;
}

export interface DirectChange {
  readonly resource: ResourceType;
  readonly object: KubeObject;
  readonly subresource?: 'status';
  /** A JSON merge patch; absent: the object is deleted. */
  readonly patch?: (mark: Mark) => object;
}

/** With uid. */
export function refTo({ resource, object }: DirectChange): ObjectRef & { readonly uid: string } {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...keyOf(object), uid: object.metadata.uid };
}

/** What the digest covers: the same for whoever approves it and whenever. */
export function materialOf(change: DirectChange): object {
  const { patch, subresource = '' } = change;
  return { object: refTo(change), subresource, patch: patch === undefined ? 'delete' : patch({ planUid: '', at: '' }) };
}

const FIELD_MANAGER = 'agent-sre-direct';

/** Asks the API server with its whole admission chain, and stores nothing. */
export async function tryChange(client: KubeClient, change: DirectChange, mark: Mark, options: CallOptions): Promise<Refusal | undefined> {
  try {
    await send(client, change, mark, { ...options, dryRun: true });
    return undefined;
  } catch (error) {
    const denial = denialIn(error);
    if (denial === undefined) throw new Error(`try a change of ${named(change)} against the API server`, { cause: error });
    return refuse('DryRunDenied', `the API server would not take it: ${denial}`);
  }
}

export type Made =
  | { readonly kind: 'made' }
  /** Somebody was faster; what is there now has to be looked at again. */
  | { readonly kind: 'moved'; readonly message: string }
  | { readonly kind: 'denied'; readonly message: string };

/** Throws where it is not known whether it was made: whoever calls looks for it before trying again. */
export async function makeChange(client: KubeClient, change: DirectChange, mark: Mark, options: CallOptions): Promise<Made> {
  try {
    await send(client, change, mark, options);
    return { kind: 'made' };
  } catch (error) {
    if (isConflict(error) || isNotFound(error))
      return { kind: 'moved', message: `${named(change)} was changed or deleted by somebody else meanwhile` };
    const denial = denialIn(error);
    if (denial === undefined) throw new Error(`change ${named(change)}`, { cause: error });
    return { kind: 'denied', message: denial };
  }
}

/** The object with the uid that a reference names; a later one of the same name is another, and does not count. */
export async function readPinned(
  client: KubeClient,
  resource: ResourceType,
  { namespace, name, uid }: ObjectRef,
  options: CallOptions,
): Promise<KubeObject | undefined> {
  const live = await client.get(resource, namespace === undefined ? { name } : { namespace, name }, options);
  return live?.metadata.uid === uid ? live : undefined;
}

async function send(
  client: KubeClient,
  change: DirectChange,
  mark: Mark,
  options: CallOptions & { readonly dryRun?: boolean },
): Promise<void> {
  const { resource, object, patch, subresource } = change;
  const { uid, resourceVersion } = object.metadata;
  if (patch === undefined) {
    await client.delete(resource, keyOf(object), { ...options, uid, resourceVersion }); // gone already is what was wanted
    return;
  }
  const body = patch(mark) as { readonly metadata?: object };
  const pinned = { ...body, metadata: { ...body.metadata, uid, resourceVersion } };
  const how = subresource === undefined ? {} : { subresource };
  await client.patch(resource, keyOf(object), pinned, { ...options, ...how, type: 'merge', fieldManager: FIELD_MANAGER });
}

function named({ resource: { kind }, object: { metadata } }: DirectChange): string {
  return inWords({ kind, namespace: metadata.namespace ?? '', name: metadata.name });
}
