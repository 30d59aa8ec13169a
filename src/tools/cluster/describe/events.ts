/** Events of one object, newest first, those that say the same in one line. */
import { type ApiEvent, events as eventResource } from '../../../sources/kubernetes/api.ts';
import { eventViews } from '../../../sources/kubernetes/eventView.ts';
import type { ObjectEvent } from '../../../sources/kubernetes/snapshot.ts';
import type { Cleaner } from '../../../sources/text.ts';
import { age } from '../../../text/age.ts';
import type { Glance } from '../glance.ts';

const MOST_EVENTS = 20;

export interface Of {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Warnings and others alike; of cluster-scoped objects wherever they are kept. */
export async function eventsOf(glance: Glance, { kind, namespace, name }: Of, cleaner: Cleaner): Promise<readonly ObjectEvent[]> {
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
  const found: readonly ApiEvent[] = await glance.list(eventResource, { namespace: namespace ?? 'default', fieldSelector });
  return eventViews(found, cleaner);
}

export function eventLines(found: readonly ObjectEvent[], now: number): string[] {
  const lines = found.slice(0, MOST_EVENTS).map(({ type, reason, message, count, lastAt, container }) => {
    const often = count > 1 ? ` (×${count})` : '';
    const where = container === undefined ? '' : ` [${container}]`;
    return `${age(new Date(lastAt).toISOString(), now)} ago${often} ${type} ${reason}${where}: ${message}`;
  });
  return found.length > MOST_EVENTS ? [...lines, `… ${found.length - MOST_EVENTS} older`] : lines;
}
