/** What was reported to have changed, from the operator's own namespace: notes, as people also write them on dashboards. */
import { configMaps } from '../crds/configMaps.ts';
import { type ChangedObject, changeIn, changesWithin, type ReportedChange } from '../domain/reportedChange.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Annotation, NotesPort } from './dashboards.ts';
import type { Cleaner } from './text.ts';

const TIMEOUT_MS = 5_000;
const MOST = 200;
const TEXT = 1_000;

/** @param namespace the operator's */
export function createReportedChanges(client: KubeClient, namespace: string, cleaner: Cleaner): NotesPort {
  return {
    name: 'reported changes',
    source: 'webhook',
    async annotations(window, signal) {
      const { items } = await client.list(configMaps, { namespace, labelSelector: changesWithin(window), timeoutMs: TIMEOUT_MS, signal });
      return items
        .map(changeIn)
        .filter((change) => change !== undefined)
        .filter(({ at }) => at >= window.start && at <= window.end)
        .toSorted((a, b) => b.at - a.at)
        .slice(0, MOST)
        .map((change) => noteOf(change, cleaner));
    },
  };
}

function noteOf({ kind, summary, at, source, author, objects }: ReportedChange, cleaner: Cleaner): Annotation {
  const by = author === undefined ? source : `${source}, ${author}`;
  return {
    at,
    endAt: at,
    text: cleaner.line(`${kind} reported by ${by}: ${summary}`, TEXT),
    tags: objects.map((object) => cleaner.line(tagOf(object), 400)),
  };
}

const tagOf = ({ namespace, name }: ChangedObject): string => (namespace === undefined ? name : `${namespace}/${name}`);
