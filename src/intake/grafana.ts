/**
 * Webhook messages of Grafana Alerting: Alertmanager's, under a version of its own, with the labels that Grafana adds for itself.
 *
 * Those are left out, so that a rule that Prometheus and Grafana both know is one alert. Source: Grafana's documentation, "Configure
 * the webhook notifier for Alerting".
 */
import { type MessageFormat, type ReadDelivery, readMessage } from './alertmanager.ts';

const GRAFANA: MessageFormat = {
  source: 'Grafana',
  version: '1',
  // the folder that a rule lies in, and what stands between double underscores
  isOwnLabel: (name) => name === 'grafana_folder' || /^__.*__$/u.test(name),
  expected: 'webhook message of Grafana Alerting',
  todo: 'Point a contact point of the type Webhook here, without a custom payload; the legacy alerting of before Grafana 11 is not read.',
};

export const readGrafana: ReadDelivery = (body, reading) => readMessage(GRAFANA, body, reading);
