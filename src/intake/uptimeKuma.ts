/**
 * Webhook messages of Uptime Kuma: one monitor went down or came back, or its certificate is about to expire.
 *
 * A monitor's address says what it is about where it is one inside the cluster; tags named `namespace`, `service`, `deployment` or
 * `severity` say it for others. Maintenance and pending checks are no alerts. Source: `server/notification-providers/webhook.js` and
 * `server/model/monitor.js` of louislam/uptime-kuma.
 */
import { z } from 'zod';
import { type ReadDelivery, readAlert } from './alertmanager.ts';
import { Rejection } from './rejection.ts';
import { readSmallJson } from './smallJson.ts';

const heartbeat = z.object({
  status: z.int(),
  time: z.string().catch(''),
  msg: z.string().catch(''),
});
const monitor = z.object({
  id: z.union([z.int(), z.string()]).optional().catch(undefined),
  name: z.string(),
  url: z.string().nullish().catch(undefined),
  hostname: z.string().nullish().catch(undefined),
  tags: z.array(z.object({ name: z.string(), value: z.string().nullish() })).catch([]),
});
const message = z.object({ heartbeat: heartbeat.nullable(), monitor: monitor.nullable(), msg: z.string() });
type Monitor = z.infer<typeof monitor>;

const DOWN = 0;
const UP = 1;
/** `[frontend][https://…] server certificate example.org will be expired in 7 days` */
const CERTIFICATE = /^\[([^\]]{1,200})\](?:\[([^\]]{1,2000})\])? .{0,200}certificate .{0,300}expire/iu;

const TAGS = new Set(['namespace', 'service', 'deployment', 'statefulset', 'node', 'severity', 'team', 'cluster']);

const UPTIME_KUMA = { source: 'UptimeKuma', isOwnLabel: () => false } as const;

export const readUptimeKuma: ReadDelivery = async (body, reading) => {
  const parsed = message.safeParse(await readSmallJson(body));
  if (!parsed.success) {
    const todo = 'Make a notification of the type Webhook with the preset body application/json.';
    throw new Rejection(422, 'not_alertmanager', `This is no webhook message of Uptime Kuma. ${todo}`);
  }
  const said = alertIn(parsed.data);
  const alert = said === undefined ? undefined : readAlert(said, reading, UPTIME_KUMA);
  if (typeof alert === 'string') throw new Rejection(422, 'invalid_alert', `No alert in the message makes sense: alerts[0]${alert}.`);
  return { alerts: alert === undefined ? [] : [alert], invalid: 0, complaints: [], truncated: 0 };
};

/** Undefined for a test of the notification, maintenance, and a check that has yet to be repeated. */
function alertIn({ heartbeat: beat, monitor: checked, msg }: z.infer<typeof message>): object | undefined {
  if (beat === null || checked === null) return certificateIn(msg);
  if (beat.status !== DOWN && beat.status !== UP) return undefined;
  const at = timeOf(beat.time);
  return {
    status: beat.status === DOWN ? 'firing' : 'resolved',
    labels: { alertname: 'UptimeKumaMonitorDown', monitor: checked.name, severity: 'critical', ...aboutOf(checked) },
    annotations: { summary: `${checked.name} is ${beat.status === DOWN ? 'down' : 'up'}`, description: beat.msg },
    startsAt: at,
    ...(beat.status === UP ? { endsAt: at } : {}),
    ...(checked.url === undefined || checked.url === null ? {} : { generatorURL: checked.url }),
  };
}

function certificateIn(msg: string): object | undefined {
  const [, name, url] = CERTIFICATE.exec(msg) ?? [];
  if (name === undefined) return undefined;
  return {
    status: 'firing',
    labels: { alertname: 'UptimeKumaCertificateExpires', monitor: name, severity: 'warning', ...clusterAddress(url) },
    annotations: { summary: msg },
  };
}

function aboutOf({ url, hostname, tags }: Monitor): Readonly<Record<string, string>> {
  const said = tags.filter(({ name, value }) => TAGS.has(name.toLowerCase()) && (value ?? '') !== '');
  return {
    ...clusterAddress(url ?? hostname ?? undefined),
    ...Object.fromEntries(said.map(({ name, value }) => [name.toLowerCase(), value ?? ''])),
  };
}

/** `http://checkout.shop.svc:8080/healthz` names a Service. */
function clusterAddress(address: string | undefined): Readonly<Record<string, string>> {
  const [, service, namespace] =
    /^(?:[a-z]{2,10}:\/\/)?([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\.([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\.svc(?:[.:/]|$)/u.exec(
      address ?? '',
    ) ?? [];
  return service === undefined || namespace === undefined ? {} : { service, namespace };
}

/** `2026-11-12 14:05:31.123`, in UTC, as the server keeps it. */
function timeOf(time: string): string {
  return /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/u.test(time) ? `${time.replace(' ', 'T')}Z` : time;
}
