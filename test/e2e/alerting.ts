/** What Alertmanager sends to a webhook, as version 4 of its format has it: one alert, which fires. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Labels } from '../live/faults/fault.ts';
import type { Operator } from '../stage/operator.ts';

const TIMEOUT_MS = 10_000;

/** Resolves when the gateway has stored it. */
export async function fire(
  { webhookUrl, webhookTokenFile }: Pick<Operator, 'webhookUrl' | 'webhookTokenFile'>,
  labels: Labels,
): Promise<void> {
  const { alertname = '', namespace = '' } = labels;
  const annotations = {
    summary: `${alertname} in ${namespace}`,
    runbook_url: `https://runbooks.prometheus-operator.dev/runbooks/kubernetes/${alertname.toLowerCase()}`,
  };
  const message = {
    version: '4',
    groupKey: `{}:{alertname="${alertname}", namespace="${namespace}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'agent-sre',
    groupLabels: { alertname, namespace },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'http://alertmanager.monitoring:9093',
    alerts: [
      {
        status: 'firing',
        labels,
        annotations,
        startsAt: new Date().toISOString(),
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.monitoring:9090/graph',
        fingerprint: createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16),
      },
    ],
  };
  const response = await fetch(webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${readFileSync(webhookTokenFile, 'utf8')}` },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) throw new Error(`the webhook answered ${response.status}: ${await response.text()}`);
}
