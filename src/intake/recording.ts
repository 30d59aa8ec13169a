/**
 * What a delivery makes of an Incident: a new spec, or the present one with what is new in the delivery. Pure.
 *
 * A delivery that says nothing new changes nothing, in whatever order deliveries come and from however many Alertmanagers: the
 * earliest start of an alert counts, what ended before the present start is old news, and texts that change at each evaluation are no news.
 */
import type { Alert, IncidentSpec } from '../crds/incident.ts';
import { targetsOf } from '../domain/alertTargets.ts';
import { titleOf } from '../domain/identity.ts';
import { moreSevere, severityOf } from '../domain/severity.ts';
import type { Redactor } from '../redact/redactor.ts';
import type { DeliveredAlert } from './alertmanager.ts';
import { boundedAlert, cut } from './boundedAlert.ts';

/** Alerts in an Incident: a sample of at most so many, which together keep the object well under 64 KiB. */
const MAX_ALERTS = 50;
const MAX_ALERT_BYTES = 40 * 1024;
const MAX_TARGETS = 20;
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cf}]+/gu;

export interface Recorder {
  /** The spec of a new Incident for alerts of one identity, at least one of them firing. */
  readonly begin: (delivered: readonly DeliveredAlert[], now: number) => IncidentSpec;
  /** The spec with what is new; undefined if nothing is. */
  readonly refresh: (spec: IncidentSpec, delivered: readonly DeliveredAlert[], now: number) => IncidentSpec | undefined;
}

export interface RecorderOptions {
  readonly redactor: Pick<Redactor, 'text' | 'value'>;
  readonly cluster?: string | undefined;
}

export function createRecorder({ redactor, cluster }: RecorderOptions): Recorder {
  const bound = (delivered: DeliveredAlert, now: number): Alert => boundedAlert(delivered, redactor, now);
  return {
    begin: (delivered, now) => begin(delivered.filter(isFiring), { cluster, bound, now }),
    refresh: (spec, delivered, now) => refresh(spec, delivered, { cluster, bound, now }),
  };
}

interface Recording {
  readonly cluster: string | undefined;
  readonly bound: (delivered: DeliveredAlert, now: number) => Alert;
  readonly now: number;
}

const isFiring = ({ status }: { readonly status: string }): boolean => status === 'firing';

function begin(firing: readonly DeliveredAlert[], { bound, now, cluster }: Recording): IncidentSpec {
  const byStart = firing.toSorted((a, b) => a.startsAt - b.startsAt || (a.fingerprint < b.fingerprint ? -1 : 1));
  const unique = byStart.filter((alert, index) => byStart.findIndex(({ fingerprint }) => fingerprint === alert.fingerprint) === index);
  const alerts = sample(
    [],
    unique.slice(0, MAX_ALERTS).map((delivered) => bound(delivered, now)),
  );
  const [lead] = alerts;
  if (lead === undefined || unique[0] === undefined) throw new RangeError('an Incident begins with a firing alert');
  return {
    title: titleFrom(lead.labels),
    severity: firing.map(({ labels }) => severityOf(labels)).reduce(moreSevere),
    source: unique[0].source,
    ...(cluster === undefined ? {} : { cluster }),
    identity: unique[0].identity,
    alerts: [...alerts],
    alertsTotal: unique.length,
    targets: targetsOf(lead.labels).slice(0, MAX_TARGETS),
    labels: commonLabels(lead.labels, alerts),
    ...described(lead.annotations ?? {}),
    startsAt: lead.startsAt,
  };
}

function refresh(spec: IncidentSpec, delivered: readonly DeliveredAlert[], { bound, now }: Recording): IncidentSpec | undefined {
  const known = spec.alerts ?? [];
  const byFingerprint = new Map([...delivered].sort(resolvedFirst).map((alert) => [alert.fingerprint, alert]));
  const renewed = known.map((alert) => renew(alert, byFingerprint.get(alert.fingerprint), now));
  const names = new Set(known.map(({ fingerprint }) => fingerprint));
  const unknown = [...byFingerprint.values()].filter((alert) => isFiring(alert) && !names.has(alert.fingerprint));
  const total = Math.max(spec.alertsTotal ?? 0, known.length + unknown.length);
  const added = unknown.slice(0, MAX_ALERTS).map((alert) => bound(alert, now));
  const alerts = sample(renewed, added);

  const isNews =
    alerts.length !== known.length || alerts.some((alert, index) => alert !== known[index]) || total !== (spec.alertsTotal ?? 0);
  if (!isNews) return undefined;
  const joined = alerts.filter((alert) => !names.has(alert.fingerprint));
  return {
    ...spec,
    severity: joined.map(({ labels }) => severityOf(labels)).reduce(moreSevere, spec.severity),
    alerts: [...alerts],
    alertsTotal: total,
    ...(spec.labels === undefined ? {} : { labels: commonLabels(spec.labels, joined) }),
  };
}

/** So that of two words on one alert in one delivery the worse one counts. */
const resolvedFirst = (a: DeliveredAlert, b: DeliveredAlert): number => Number(isFiring(a)) - Number(isFiring(b));

/** The same object if nothing is new. */
function renew(known: Alert, delivered: DeliveredAlert | undefined, now: number): Alert {
  if (delivered === undefined) return known;
  const lastReceivedAt = new Date(now).toISOString();
  const start = Date.parse(known.startsAt);
  const { endsAt: knownEnd, ...open } = known;
  if (delivered.status === 'firing') {
    if (known.status === 'resolved') return { ...open, status: 'firing', startsAt: iso(delivered.startsAt), lastReceivedAt };
    return delivered.startsAt < start ? { ...known, startsAt: iso(delivered.startsAt), lastReceivedAt } : known;
  }
  const end = delivered.endsAt ?? now;
  if (known.status === 'firing') return end < start ? known : { ...known, status: 'resolved', endsAt: iso(end), lastReceivedAt };
  const isLaterOne = knownEnd === undefined || delivered.startsAt > Date.parse(knownEnd);
  return isLaterOne ? { ...known, startsAt: iso(delivered.startsAt), endsAt: iso(end), lastReceivedAt } : known;
}

/** As many as fit. A firing alert takes the place of the one that has been over the longest; it never takes that of another firing one. */
function sample(known: readonly Alert[], added: readonly Alert[]): readonly Alert[] {
  const kept = [...known];
  let bytes = kept.reduce((sum, alert) => sum + sizeOf(alert), 0);
  for (const alert of added) {
    const size = sizeOf(alert);
    while (kept.length >= MAX_ALERTS || bytes + size > MAX_ALERT_BYTES) {
      const over = longestOver(kept);
      if (over === undefined) return kept;
      bytes -= sizeOf(over);
      kept.splice(kept.indexOf(over), 1);
    }
    kept.push(alert);
    bytes += size;
  }
  return kept;
}

function longestOver(alerts: readonly Alert[]): Alert | undefined {
  const over = alerts.filter(({ status }) => status === 'resolved');
  return over.toSorted((a, b) => Date.parse(a.endsAt ?? a.startsAt) - Date.parse(b.endsAt ?? b.startsAt))[0];
}

const sizeOf = (alert: Alert): number => Buffer.byteLength(JSON.stringify(alert));
const iso = (time: number): string => new Date(time).toISOString();

function commonLabels(labels: Readonly<Record<string, string>>, alerts: readonly Alert[]): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name, value]) => alerts.every((alert) => alert.labels[name] === value)));
}

function titleFrom(labels: Readonly<Record<string, string>>): string {
  const title = titleOf(labels).replace(CONTROL_CHARACTERS, ' ').trim();
  return title === '' ? 'Alert without a name' : title;
}

function described(annotations: Readonly<Record<string, string>>): Pick<IncidentSpec, 'description' | 'runbookURL'> {
  const description = annotations['description'] ?? annotations['message'] ?? annotations['summary'];
  const runbook = annotations['runbook_url'] ?? annotations['runbook'];
  return {
    ...(description === undefined ? {} : { description: cut(description, 2048) }),
    ...(runbook !== undefined && /^https?:\/\//u.test(runbook) ? { runbookURL: runbook } : {}),
  };
}
