/**
 * Webhook messages of Alertmanager, version 4 of the format (0.25 to 0.34 and later: unknown fields are ignored).
 *
 * One alert that makes no sense does not cost the others: it is left out and counted. A message without a single alert that makes
 * sense is refused, as it is of something else.
 */
import { z } from 'zod';
import type { IncidentSpec } from '../crds/incident.ts';
import { fingerprintOf, type IdentityRules, identityOf } from '../domain/identity.ts';
import { createMessageScanner, type ScannerLimits } from './messageScanner.ts';
import { Rejection } from './rejection.ts';

/** One alert as its sender says it, checked and not yet bounded or redacted. */
export interface DeliveredAlert {
  /** The way in. */
  readonly source: IncidentSpec['source'];
  /** Digest of all its labels. */
  readonly fingerprint: string;
  /** Digest of what makes it the same trouble as another one. */
  readonly identity: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  /** Only of a resolved alert. */
  readonly endsAt: number | undefined;
  readonly generatorURL: string | undefined;
}

export interface Delivery {
  readonly alerts: readonly DeliveredAlert[];
  /** How many were left out, as they make no sense. */
  readonly invalid: number;
  /** What was wrong with the first of them, one sentence each. */
  readonly complaints: readonly string[];
  /** Alerts that Alertmanager says it left out. */
  readonly truncated: number;
}

export interface MessageLimits extends ScannerLimits {
  /** In one message, the senseless ones included. */
  readonly maxAlerts: number;
}

const texts = z.record(z.string(), z.string());
const envelopeOf = (version: string) =>
  z.object({ version: z.literal(version), alerts: z.array(z.never()), truncatedAlerts: z.int().min(0).catch(0) });
const alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts.refine((labels) => Object.values(labels).some((value) => value !== ''), 'no label says anything'),
  annotations: texts.catch({}),
  startsAt: z.string().catch(''),
  endsAt: z.string().catch(''),
  generatorURL: z.string().optional().catch(undefined),
});

/** What is read of a message beside its alerts; `alerts` itself where it is no list. */
const ENVELOPE: ReadonlySet<string> = new Set(['version', 'alerts', 'truncatedAlerts']);

/** Alerts whose firing says that all is well, or that mute others: they never are trouble. */
const NEVER_TROUBLE: ReadonlySet<string> = new Set(['Watchdog', 'InfoInhibitor']);

export const isTrouble = ({ labels }: Pick<DeliveredAlert, 'labels'>): boolean => !NEVER_TROUBLE.has(labels['alertname'] ?? '');

/** Between two turns of the event loop: some hundred of the smallest alerts. */
const BYTES_A_TURN = 8 * 1024;
const MAX_COMPLAINTS = 10;

/** What alerts of one sender differ in. */
interface AlertFormat {
  readonly source: IncidentSpec['source'];
  /** Labels that the sender adds for itself, and that say nothing of what is wrong. */
  readonly isOwnLabel: (name: string) => boolean;
}

/** What messages of one sender differ in. */
export interface MessageFormat extends AlertFormat {
  readonly version: string;
  /** What a message should be, and what to do where it is none. */
  readonly expected: string;
  readonly todo: string;
}

/** What was found in the history of Prometheus, by no message of anybody's. */
export const FROM_HISTORY: AlertFormat = { source: 'Prometheus', isOwnLabel: () => false };

const ALERTMANAGER: MessageFormat = {
  source: 'Alertmanager',
  version: '4',
  isOwnLabel: () => false,
  expected: 'webhook message of Alertmanager, version 4',
  todo: 'Point a webhook_configs receiver of Alertmanager here.',
};

export interface Reading {
  readonly limits: MessageLimits;
  readonly identity: IdentityRules;
  /** Milliseconds since the epoch: when it was delivered. */
  readonly now: number;
}

/** Reads a body as it comes in. Throws a `Rejection` for one that holds no alert message. */
export type ReadDelivery = (body: AsyncIterable<Uint8Array>, reading: Reading) => Promise<Delivery>;

export const readDelivery: ReadDelivery = (body, reading) => readMessage(ALERTMANAGER, body, reading);

export async function readMessage(format: MessageFormat, body: AsyncIterable<Uint8Array>, reading: Reading): Promise<Delivery> {
  const envelope: Record<string, unknown> = {};
  let list = startList(format, reading);
  const scanner = createMessageScanner('alerts', reading.limits, {
    listBegins: () => {
      list = startList(format, reading);
      envelope['alerts'] = [];
    },
    item: (item) => list.take(item),
    itemTooLarge: () => list.leaveOut(' is larger than an alert may be'),
    member: (name, value) => {
      if (ENVELOPE.has(name)) envelope[name] = value;
    },
  });
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; at += BYTES_A_TURN) {
      scanner.write(chunk.subarray(at, at + BYTES_A_TURN));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
  const other = scanner.end();
  const parsed = envelopeOf(format.version).safeParse(other === undefined ? envelope : other.foreign);
  if (!parsed.success) throw foreign(format, describe(parsed.error));
  const { alerts, invalid, complaints } = list.taken();
  if (alerts.length === 0 && invalid > 0)
    throw new Rejection(422, 'invalid_alert', `No alert in the message makes sense: ${complaints[0]}.`);
  return { alerts, invalid, complaints, truncated: parsed.data.truncatedAlerts };
}

interface ListReader {
  readonly take: (item: unknown) => void;
  /** @param why continues `alerts[3]` */
  readonly leaveOut: (why: string) => void;
  readonly taken: () => Omit<Delivery, 'truncated'>;
}

function startList(format: MessageFormat, { limits: { maxAlerts }, ...reading }: Reading): ListReader {
  const alerts: DeliveredAlert[] = [];
  const complaints: string[] = [];
  let invalid = 0;
  const count = (): number => {
    const index = alerts.length + invalid;
    if (index < maxAlerts) return index;
    throw new Rejection(413, 'too_many_alerts', `The message holds more than ${maxAlerts} alerts; set max_alerts in the receiver.`);
  };
  const leaveOut = (why: string): void => {
    const index = count();
    invalid += 1;
    if (complaints.length < MAX_COMPLAINTS) complaints.push(`alerts[${index}]${why}`);
  };
  return {
    leaveOut,
    take: (item) => {
      count();
      const read = readAlert(item, reading, format);
      if (typeof read === 'string') leaveOut(read);
      else alerts.push(read);
    },
    taken: () => ({ alerts, invalid, complaints }),
  };
}

/** One alert by itself; a text says what is wrong with it. */
export function readAlert(
  item: unknown,
  reading: Pick<Reading, 'now' | 'identity'>,
  format: AlertFormat = ALERTMANAGER,
): DeliveredAlert | string {
  const parsed = alert.safeParse(item);
  return parsed.success ? deliveredFrom(format, parsed.data, reading) : describe(parsed.error);
}

function deliveredFrom(
  { source, isOwnLabel }: AlertFormat,
  { status, labels: raw, annotations, startsAt, endsAt, generatorURL }: z.infer<typeof alert>,
  { now, identity }: Pick<Reading, 'now' | 'identity'>,
): DeliveredAlert {
  const labels = wellFormed(Object.fromEntries(Object.entries(raw).filter(([name]) => !isOwnLabel(name))));
  const start = timeOf(startsAt, now) ?? now;
  return {
    source,
    fingerprint: fingerprintOf(labels),
    identity: identityOf(labels, identity),
    status,
    labels,
    annotations: wellFormed(annotations),
    startsAt: start,
    endsAt: status === 'resolved' ? Math.max(start, timeOf(endsAt, now) ?? now) : undefined,
    generatorURL: generatorURL?.toWellFormed(),
  };
}

/** Half a surrogate pair comes back from the API server as another character: it would look changed at each delivery. */
function wellFormed(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]));
}

const DAY_MS = 86_400_000;

/** Undefined for what is no time, for Go's zero time, and for what lies further ahead than clocks differ. */
function timeOf(text: string, now: number): number | undefined {
  const time = /^\d{4}-\d{2}-\d{2}T/u.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(time) && time > 0 && time <= now + DAY_MS ? time : undefined;
}

/** The first thing that is wrong, without what stands there. */
function describe({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return '';
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const shown = path.length <= 100 ? path : `${path.slice(0, 100)}…`;
  if (issue.code === 'invalid_type') return `${shown} is not of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `${shown} is not ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  return `${shown}: ${issue.message}`;
}

function foreign({ expected, todo }: MessageFormat, what: string): Rejection {
  const where = what.startsWith('.') ? what.slice(1) : `the body${what}`;
  return new Rejection(422, 'not_alertmanager', `This is no ${expected}: ${where}. ${todo}`);
}
