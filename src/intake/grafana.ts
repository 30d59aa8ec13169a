/**
 * Webhook messages of Grafana Alerting: Alertmanager's, under a version of its own, with the labels that Grafana adds for itself.
 *
 * Those are left out, so that a rule that Prometheus and Grafana both know is one alert. Source: Grafana's documentation, "Configure
 * the webhook notifier for Alerting".
 */
import { z } from 'zod';
import { type Delivery, readDelivery } from './alertmanager.ts';
import { Rejection } from './rejection.ts';

const message = z.looseObject({
  version: z.literal('1'),
  alerts: z.array(z.unknown()),
  truncatedAlerts: z.int().min(0).catch(0),
});
const labelled = z.looseObject({ labels: z.record(z.string(), z.unknown()) });

/** @param now milliseconds since the epoch: when it was delivered */
export async function readGrafana(value: unknown, now: number): Promise<Delivery> {
  const envelope = message.safeParse(value);
  if (!envelope.success) {
    throw new Rejection(
      422,
      'not_alertmanager',
      'This is no webhook message of Grafana Alerting. Point a contact point of the type Webhook here, without a custom payload; the legacy alerting of Grafana before 11 is not read.',
    );
  }
  const { alerts, truncatedAlerts } = envelope.data;
  return readDelivery({ version: '4', alerts: alerts.map(withoutOwnLabels), truncatedAlerts }, now);
}

/** The folder that a rule lies in, and what stands between double underscores. */
const isOwnLabel = (name: string): boolean => name === 'grafana_folder' || /^__.*__$/u.test(name);

function withoutOwnLabels(alert: unknown): unknown {
  const parsed = labelled.safeParse(alert);
  if (!parsed.success) return alert;
  const { labels, ...rest } = parsed.data;
  return { ...rest, labels: Object.fromEntries(Object.entries(labels).filter(([name]) => !isOwnLabel(name))) };
}
