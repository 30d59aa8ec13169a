/** Which of many objects are shown: those that are about a namespace or a service, and began after a time, a page of them at once. */
import type { ObjectRef } from '../../crds/common.ts';
import { pointInTime } from '../../domain/pointInTime.ts';
import type { KubeObject } from '../../kube/object.ts';
import { ToolError } from '../errors.ts';

export interface Selection {
  readonly namespace?: string | undefined;
  readonly service?: string | undefined;
  readonly since?: string | undefined;
}

export interface Subject {
  readonly objects: readonly Pick<ObjectRef, 'kind' | 'namespace' | 'name'>[];
  /** RFC 3339. */
  readonly began: string;
}

/** @param now milliseconds since the epoch */
export function selects({ namespace, service, since }: Selection, now: number): (object: KubeObject, subject: Subject) => boolean {
  const from = since === undefined ? undefined : pointInTime(since, now, 'before');
  if (since !== undefined && from === undefined) {
    const problem = 'a length of time such as 30m, 24h or 7d, or a date or time such as 2026-11-21T12:00:00Z';
    throw new ToolError('Invalid', `since: ${problem}`, { problems: [{ field: 'since', problem }] });
  }
  return ({ metadata }, { objects, began }) => {
    if (from !== undefined && Date.parse(began) < from) return false;
    if (service !== undefined && !objects.some(({ name }) => name === service)) return false;
    if (namespace === undefined || metadata.namespace === namespace) return true;
    return objects.some((object) => (object.kind === 'Namespace' ? object.name : object.namespace) === namespace);
  };
}

export interface Paging {
  readonly limit: number;
  readonly offset: number;
}

export interface PageOf<T> {
  readonly shown: readonly T[];
  readonly total: number;
  readonly nextOffset?: number;
}

export function pageOf<T>(all: readonly T[], { limit, offset }: Paging): PageOf<T> {
  const shown = all.slice(offset, offset + limit);
  const next = offset + shown.length;
  return { shown, total: all.length, ...(next < all.length && shown.length > 0 ? { nextOffset: next } : {}) };
}

/** What stands below a page that is not the last. */
export function moreLine({ total, nextOffset }: PageOf<unknown>): readonly string[] {
  return nextOffset === undefined ? [] : [`${total - nextOffset} more: ask again with offset ${nextOffset}.`];
}
