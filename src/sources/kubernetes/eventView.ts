/** Events of an object, those that say the same counted as one, and in the order of their last occurrence, newest first. */
import type { Cleaner } from '../text.ts';
import type { ApiEvent } from './api.ts';
import { apiTime, evidenceKeys } from './names.ts';
import type { ObjectEvent } from './snapshot.ts';

const CONTAINER_PATH = /^spec\.(?:initC|c|ephemeralC)ontainers\{(.+)\}$/u;

export function eventViews(events: readonly ApiEvent[], cleaner: Cleaner): ObjectEvent[] {
  const groups = Map.groupBy(
    events.map((event) => eventView(event, cleaner)),
    ({ kind, namespace, name, container, reason, message }) => JSON.stringify([kind, namespace, name, container, reason, message]),
  );
  return [...groups.values()].map(merged).toSorted((a, b) => b.lastAt - a.lastAt);
}

function eventView(event: ApiEvent, cleaner: Cleaner): ObjectEvent {
  const { kind = '', namespace = '', name = '', fieldPath = '' } = event.involvedObject ?? {};
  return {
    kind,
    namespace,
    name,
    container: CONTAINER_PATH.exec(fieldPath)?.[1],
    type: cleaner.line(event.type ?? 'Normal', 64),
    reason: cleaner.line(event.reason ?? '', 128),
    message: cleaner.line(event.message ?? '', 2048),
    count: event.series?.count ?? event.count ?? 1,
    ...timesOf(event),
    evidence: evidenceKeys.events(kind, namespace, name),
  };
}

/** Events come with first and last times, or with one time and a series, depending on who wrote them. */
function timesOf({ metadata, eventTime, firstTimestamp, lastTimestamp, series }: ApiEvent): Pick<ObjectEvent, 'firstAt' | 'lastAt'> {
  const at = apiTime(eventTime) ?? apiTime(metadata.creationTimestamp) ?? 0;
  return { firstAt: apiTime(firstTimestamp) ?? at, lastAt: apiTime(series?.lastObservedTime) ?? apiTime(lastTimestamp) ?? at };
}

function merged(same: readonly ObjectEvent[]): ObjectEvent {
  return {
    ...(same[0] as ObjectEvent),
    count: same.reduce((sum, { count }) => sum + count, 0),
    firstAt: Math.min(...same.map(({ firstAt }) => firstAt)),
    lastAt: Math.max(...same.map(({ lastAt }) => lastAt)),
  };
}
