/**
 * Records of what lies around a workload, and of what other sources than the API server have told. They are many: each counts only if somebody
 * cites it.
 *
 * Routes of one object are one record, as they share its key.
 */
import { objectName } from '../sources/kubernetes/names.ts';
import type { Condition, Route, Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { EvidenceRecord } from './evidence.ts';
import { isoTime } from './times.ts';

export function surroundingRecords(snapshot: Snapshot): EvidenceRecord[] {
  return [
    ...ofNetwork(snapshot),
    ...ofBounds(snapshot),
    ...ofEngines(snapshot),
    ...snapshot.deleting.map((one) => object(one.evidence, objectName(one.ref), `being deleted since ${isoTime(one.since)}`, one)),
    ...ofTelemetry(snapshot),
  ];
}

type Source = EvidenceRecord['source'];

const record = (source: Source, key: string, query: string, summary: string, value: unknown): EvidenceRecord => ({
  key,
  source,
  query,
  summary,
  mediaType: 'application/json',
  content: JSON.stringify(value, undefined, 2),
  onlyIfCited: true,
});
const object = (key: string, name: string, summary: string, value: unknown): EvidenceRecord =>
  record('kubernetes', key, `get ${name}`, summary, value);

function ofNetwork({ services, routes, policies }: Snapshot): EvidenceRecord[] {
  const routesByOwner = [...Map.groupBy(routes, ({ evidence }) => evidence)];
  return [
    ...services.map((one) => {
      const { ready, notReady } = one.endpoints ?? { ready: undefined, notReady: undefined };
      const endpoints = ready === undefined ? 'endpoints not seen' : `${ready} ready endpoints, ${notReady} not ready`;
      return object(one.evidence, `Service/${one.namespace}/${one.name}`, `${one.type}, ${endpoints}`, one);
    }),
    ...routesByOwner.flatMap(([key, [first, ...others]]) => {
      if (first === undefined) return [];
      return [object(key, objectName(first.owner), [first, ...others].slice(0, 3).map(leadsTo).join('; '), [first, ...others])];
    }),
    ...policies.map((one) => {
      const directions = [one.ingress === undefined ? [] : ['ingress'], one.egress === undefined ? [] : ['egress']].flat();
      return object(
        one.evidence,
        `NetworkPolicy/${one.namespace}/${one.name}`,
        `for ${directions.join(' and ') || 'nothing that is known'}`,
        one,
      );
    }),
  ];
}

const leadsTo = ({ host, path, backend }: Route): string =>
  `${host}${path} to ${backend.service}${backend.port === undefined ? '' : `:${backend.port}`}`;

function ofBounds({ quotas, autoscalers, budgets, volumes }: Snapshot): EvidenceRecord[] {
  return [
    ...quotas.map((one) => {
      const full = Object.entries(one.hard).filter(([name, hard]) => (one.used[name] ?? 0) >= hard);
      const summary = full.length === 0 ? 'nothing is used up' : `used up: ${full.map(([name]) => name).join(', ')}`;
      return object(one.evidence, `ResourceQuota/${one.namespace}/${one.name}`, summary, one);
    }),
    ...autoscalers.map((one) =>
      object(one.evidence, objectName(one.ref), `${one.current} replicas, ${one.desired} wanted, of ${one.min} to ${one.max}`, one),
    ),
    ...budgets.map((one) =>
      object(
        one.evidence,
        `PodDisruptionBudget/${one.namespace}/${one.name}`,
        `${one.disruptionsAllowed} disruptions allowed, ${one.currentHealthy} healthy of ${one.expectedPods}`,
        one,
      ),
    ),
    ...volumes.map((one) => object(one.evidence, `PersistentVolume/${one.name}`, `${one.phase}, class ${one.storageClass || 'none'}`, one)),
  ];
}

function ofEngines({ deliveries, certificates }: Snapshot): EvidenceRecord[] {
  return [
    ...deliveries.map((one) => {
      const words = [one.suspended ? 'suspended' : '', one.syncStatus, one.healthStatus, readyOf(one.conditions)];
      return object(one.evidence, objectName(one.ref), words.filter((word) => word !== '').join(', ') || 'it says nothing', one);
    }),
    ...certificates.map((one) => {
      const end = one.notAfter === undefined ? '' : `ends ${isoTime(one.notAfter)}`;
      const summary = [end, readyOf(one.conditions)].filter((word) => word !== '').join(', ');
      return object(one.evidence, objectName(one.ref), summary || 'it says nothing', one);
    }),
  ];
}

function readyOf(conditions: readonly Condition[]): string {
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready === undefined ? '' : `Ready ${ready.status} (${ready.reason})`;
}

/** Records of one key, as lines of two containers of a workload are, are one. */
function ofTelemetry({ errorLines, series, checks, daemons }: Snapshot): EvidenceRecord[] {
  return [
    ...[...Map.groupBy(errorLines, ({ evidence }) => evidence)].map(([key, group]) => {
      const lines = group.flatMap((one) => one.lines);
      const name = group[0] === undefined ? '' : objectName(group[0].owner);
      return record('logs', key, `lines of ${name} that tell of trouble`, lines.at(-1)?.text ?? 'there are none', lines);
    }),
    ...[...Map.groupBy(series, ({ evidence }) => evidence)].map(([key, group]) => {
      const [first] = group;
      const last = first?.points.at(-1);
      const summary = last === undefined ? 'no samples' : `${last[1]} at ${isoTime(last[0])}`;
      return record('metrics', key, `${first?.metric ?? ''} of ${first === undefined ? '' : objectName(first.object)}`, summary, group);
    }),
    ...[...Map.groupBy(checks, ({ evidence }) => evidence)].map(([key, group]) => {
      const outcomes = group.map(({ kind, outcome, fromNode }) => `${kind} ${outcome}${fromNode === undefined ? '' : ` from ${fromNode}`}`);
      return record('checks', key, `try ${key.replace(/^check\//u, '')}`, outcomes.slice(0, 5).join(', '), group);
    }),
    ...daemons.map((one) =>
      record(
        'kubernetes',
        one.evidence,
        `state of ${one.name} on ${one.node}`,
        one.running ? 'it runs' : `it does not run: ${one.detail}`,
        one,
      ),
    ),
  ];
}
