/**
 * What a delivery makes of an Incident: a new spec, or the present one with what is new in the delivery. Pure.
 *
 * A delivery that says nothing new changes nothing, in whatever order deliveries come and from however many Alertmanagers: the
 * earliest start of an alert counts, what ended before the present start is old news, and texts that change at each evaluation are no news.
 */
import type { Alert, IncidentSpec, Severity } from '../crds/incident.ts';
import { targetsOf } from '../domain/alertTargets.ts';
import { titleOf } from '../domain/identity.ts';
import { moreSevere, type SeverityWords, severityOf } from '../domain/severity.ts';
import type { Redactor } from '../redact/redactor.ts';
import type { DeliveredAlert } from './alertmanager.ts';
import { boundedAlert, cut } from './boundedAlert.ts';
import type { News } from './incidentBook.ts';

/** Alerts in an Incident: a sample of at most so many, which together keep the object well under 64 KiB. */
const MAX_ALERTS = 50;
const MAX_ALERT_BYTES = 40 * 1024;
const MAX_TARGETS = 20;
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cf}]+/gu;

export interface Recorder {
  /** The spec of a new Incident; undefined if nothing in the news is reason for one. */
  readonly begin: (news: readonly News[], now: number) => IncidentSpec | undefined;
  /** The spec with what is new; undefined if nothing is. */
  readonly refresh: (spec: IncidentSpec, news: readonly News[], now: number) => IncidentSpec | undefined;
  /** The spec of an Incident that was over and is opened again. */
  readonly reopen: (spec: IncidentSpec, news: readonly News[], now: number) => IncidentSpec;
}

export interface RecorderOptions {
  readonly redactor: Pick<Redactor, 'text' | 'value'>;
  readonly cluster?: string | undefined;
  readonly severities?: SeverityWords | undefined;
}

export function createRecorder({ redactor, cluster, severities }: RecorderOptions): Recorder {
  const recordingAt = (now: number): Recording => ({
    cluster,
    now,
    severity: ({ labels }) => severityOf(labels, severities),
    bound: (delivered) => boundedAlert(delivered, redactor, now),
  });
  const refreshed = (spec: IncidentSpec, news: readonly News[], now: number): IncidentSpec =>
    news.reduce((before, each) => refresh(before, each, recordingAt(now)), spec);
  return {
    begin: (news, now) => {
      const first = news.findIndex(({ alerts, isPast }) => isPast === true || alerts.some(isFiring));
      const begun = news[first];
      if (begun === undefined) return undefined;
      return refreshed(begin(begun, recordingAt(now)), news.slice(first + 1), now);
    },
    refresh: (spec, news, now) => {
      const next = refreshed(spec, news, now);
      return next === spec ? undefined : next;
    },
    reopen: (spec, news, now) => {
      const next = refreshed(spec, news, now);
      const isCounted = (next.occurrencesTotal ?? 0) > (spec.occurrencesTotal ?? 0);
      return { ...(isCounted ? next : withOccurrence(next, now)), reopenedAt: iso(now), reopenings: (spec.reopenings ?? 0) + 1 };
    },
  };
}

interface Recording {
  readonly cluster: string | undefined;
  readonly bound: (delivered: DeliveredAlert) => Alert;
  readonly severity: (alert: Pick<Alert, 'labels'>) => Severity;
  readonly now: number;
}

const isFiring = ({ status }: { readonly status: string }): boolean => status === 'firing';

function begin({ alerts: delivered, leftOut = 0, isPast = false }: News, { bound, cluster, severity }: Recording): IncidentSpec {
  const worthy = delivered.filter((alert) => isPast || isFiring(alert));
  const byStart = worthy.toSorted((a, b) => a.startsAt - b.startsAt || (a.fingerprint < b.fingerprint ? -1 : 1));
  const unique = [...new Map(byStart.toReversed().map((alert) => [alert.fingerprint, alert])).values()].toReversed();
  const alerts = sample([], unique.slice(0, MAX_ALERTS).map(bound));
  const [lead] = alerts;
  if (lead === undefined || unique[0] === undefined) throw new RangeError('an Incident begins with an alert');
  return {
    title: titleFrom(lead.labels),
    severity: worthy.map(severity).reduce(moreSevere),
    source: unique[0].source,
    ...(cluster === undefined ? {} : { cluster }),
    identity: unique[0].identity,
    alerts: [...alerts],
    alertsTotal: unique.length,
    ...(leftOut === 0 ? {} : { alertsLeftOut: leftOut }),
    occurrences: [lead.startsAt],
    occurrencesTotal: 1,
    targets: targetsOf(lead.labels).slice(0, MAX_TARGETS),
    labels: commonLabels(lead.labels, alerts),
    ...described(lead.annotations ?? {}),
    startsAt: lead.startsAt,
  };
}

/** The same object if nothing is new. */
function refresh(spec: IncidentSpec, news: News, { bound, now, severity }: Recording): IncidentSpec {
  const known = spec.alerts ?? [];
  const byFingerprint = new Map([...news.alerts].sort(resolvedFirst).map((alert) => [alert.fingerprint, alert]));
  const renewed = known.map((alert) => renew(alert, byFingerprint.get(alert.fingerprint), { now, askedAt: news.askedAt }));
  const names = new Set(known.map(({ fingerprint }) => fingerprint));
  const unknown = [...byFingerprint.values()].filter((alert) => isFiring(alert) && !names.has(alert.fingerprint));
  const total = Math.max(spec.alertsTotal ?? 0, known.length + unknown.length);
  const alerts = sample(renewed, unknown.slice(0, MAX_ALERTS).map(bound));

  const isNews =
    alerts.length !== known.length || alerts.some((alert, index) => alert !== known[index]) || total !== (spec.alertsTotal ?? 0);
  const withGap = withLeftOut(spec, news);
  if (!isNews) return withGap;
  const joined = alerts.filter((alert) => !names.has(alert.fingerprint));
  const next: IncidentSpec = {
    ...withGap,
    severity: severityWith(spec, known, joined, severity),
    alerts: [...alerts],
    alertsTotal: total,
    ...(spec.labels === undefined ? {} : { labels: commonLabels(spec.labels, joined) }),
  };
  return alerts.some(isFiring) && !known.some(isFiring) && known.length > 0 ? withOccurrence(next, now) : next;
}

const MAX_OCCURRENCES = 20;

function withOccurrence(spec: IncidentSpec, now: number): IncidentSpec {
  const occurrences = [...(spec.occurrences ?? []), iso(now)].slice(-MAX_OCCURRENCES);
  return { ...spec, occurrences, occurrencesTotal: (spec.occurrencesTotal ?? spec.occurrences?.length ?? 0) + 1 };
}

function withLeftOut(spec: IncidentSpec, { leftOut = 0, isComplete = false }: News): IncidentSpec {
  const { alertsLeftOut, ...rest } = spec;
  if (isComplete && alertsLeftOut !== undefined) return rest;
  return leftOut > (alertsLeftOut ?? 0) ? { ...spec, alertsLeftOut: leftOut } : spec;
}

/** The worst of its alerts, unless a person said otherwise: that stands. */
function severityWith(
  { severity: present }: IncidentSpec,
  known: readonly Alert[],
  joined: readonly Alert[],
  severity: (alert: Alert) => IncidentSpec['severity'],
): IncidentSpec['severity'] {
  const said = known.map(severity);
  const isSaidByAlerts = said.length === 0 || said.reduce(moreSevere) === present;
  return isSaidByAlerts ? joined.map(severity).reduce(moreSevere, present) : present;
}

/** So that of two words on one alert in one delivery the worse one counts. */
const resolvedFirst = (a: DeliveredAlert, b: DeliveredAlert): number => Number(isFiring(a)) - Number(isFiring(b));

/** Clocks of replicas may differ: what seems far ahead is a wrong clock, and then the one who asks is believed. */
const MAX_AHEAD_MS = 60_000;

/** Whether something was heard since it was asked for. */
export function isOutdated(askedAt: number | undefined, heardAt: number): boolean {
  return askedAt !== undefined && askedAt <= heardAt && heardAt - askedAt < MAX_AHEAD_MS;
}

interface Hearing {
  readonly now: number;
  readonly askedAt: number | undefined;
}

/** The same object if nothing is new. */
function renew(known: Alert, delivered: DeliveredAlert | undefined, { now, askedAt }: Hearing): Alert {
  if (delivered === undefined || isOutdated(askedAt, Date.parse(known.lastReceivedAt))) return known;
  if (isLate(known, delivered, askedAt)) return known;
  return delivered.status === 'firing' ? fires(known, delivered, now) : ends(known, delivered, now);
}

/**
 * Alertmanagers hear of an end one after the other: one that lists, moments later, what another has said to be over is behind. What does fire is
 * listed the next time, too, or has begun after that end.
 */
const BEHIND_MS = 15_000;

function isLate(known: Alert, { status, startsAt }: DeliveredAlert, askedAt: number | undefined): boolean {
  if (askedAt === undefined || status !== 'firing' || known.status !== 'resolved') return false;
  return startsAt <= Date.parse(known.endsAt ?? known.lastReceivedAt) && askedAt - Date.parse(known.lastReceivedAt) < BEHIND_MS;
}

function fires(known: Alert, { startsAt }: DeliveredAlert, now: number): Alert {
  const lastReceivedAt = iso(now);
  const { endsAt: _end, ...open } = known;
  if (known.status === 'resolved') return { ...open, status: 'firing', startsAt: iso(startsAt), lastReceivedAt };
  return startsAt < Date.parse(known.startsAt) ? { ...known, startsAt: iso(startsAt), lastReceivedAt } : known;
}

function ends(known: Alert, { startsAt, endsAt = startsAt }: DeliveredAlert, now: number): Alert {
  const lastReceivedAt = iso(now);
  if (known.status === 'firing')
    return endsAt < Date.parse(known.startsAt) ? known : { ...known, status: 'resolved', endsAt: iso(endsAt), lastReceivedAt };
  const isLaterOne = known.endsAt === undefined || startsAt > Date.parse(known.endsAt);
  return isLaterOne ? { ...known, startsAt: iso(startsAt), endsAt: iso(endsAt), lastReceivedAt } : known;
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
