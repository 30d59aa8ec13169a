/**
 * An alert as an Incident holds it: redacted, and small enough that fifty fit into an object.
 *
 * What matters most is kept: labels that say what is wrong with what, annotations that people read. A function of the alert alone,
 * so that any replica writes the same.
 */
import type { Alert } from '../crds/incident.ts';
import type { Redactor } from '../redact/redactor.ts';
import type { DeliveredAlert } from './alertmanager.ts';

const LABELS = {
  entries: 64,
  valueLength: 1024,
  bytes: 4096,
  first: [
    'alertname',
    'severity',
    'namespace',
    'deployment',
    'statefulset',
    'daemonset',
    'pod',
    'container',
    'node',
    'service',
    'instance',
    'job',
  ],
};
const ANNOTATIONS = {
  entries: 16,
  valueLength: 2048,
  bytes: 4096,
  first: ['summary', 'description', 'message', 'runbook_url', 'dashboard_url'],
};
const MAX_NAME_LENGTH = 317;
const MAX_URL_LENGTH = 1024;

/** @param receivedAt milliseconds since the epoch */
export function boundedAlert(delivered: DeliveredAlert, redactor: Pick<Redactor, 'text' | 'value'>, receivedAt: number): Alert {
  const { fingerprint, status, startsAt, endsAt, generatorURL } = delivered;
  const annotations = bounded(redactedMap(delivered.annotations, redactor), ANNOTATIONS);
  const url = generatorURL === undefined || generatorURL.length > MAX_URL_LENGTH ? undefined : redactor.text(generatorURL);
  return {
    fingerprint,
    status,
    labels: bounded(redactedMap(delivered.labels, redactor), LABELS),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    startsAt: new Date(startsAt).toISOString(),
    ...(endsAt === undefined ? {} : { endsAt: new Date(endsAt).toISOString() }),
    ...(url === undefined || url.length > MAX_URL_LENGTH ? {} : { generatorURL: url }),
    lastReceivedAt: new Date(receivedAt).toISOString(),
  };
}

/** Cuts between characters, and says that it did. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
}

function redactedMap(map: Readonly<Record<string, string>>, redactor: Pick<Redactor, 'value'>): ReadonlyMap<string, string> {
  const safe = redactor.value(map);
  if (typeof safe !== 'object' || safe === null) return new Map();
  return new Map(Object.entries(safe).map(([name, value]) => [name, String(value)]));
}

interface Bounds {
  readonly entries: number;
  readonly valueLength: number;
  readonly bytes: number;
  readonly first: readonly string[];
}

function bounded(map: ReadonlyMap<string, string>, { entries, valueLength, bytes, first }: Bounds): Record<string, string> {
  const rest = [...map.keys()].filter((name) => !first.includes(name)).toSorted();
  const kept: [string, string][] = [];
  let left = bytes;
  for (const name of [...first, ...rest]) {
    const value = map.get(name);
    if (value === undefined || value === '' || name === '' || name.length > MAX_NAME_LENGTH) continue;
    const entry: [string, string] = [name, cut(value, valueLength)];
    const size = Buffer.byteLength(JSON.stringify(entry));
    if (size > left) continue;
    left -= size;
    kept.push(entry);
    if (kept.length === entries) break;
  }
  return Object.fromEntries(kept);
}
