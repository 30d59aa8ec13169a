/** The parts of intake put together: what comes in at a webhook ends in Incidents of the operator's namespace, or is kept there. */
import { type ReadDelivery, readDelivery } from './alertmanager.ts';
import { createChangeWebhook } from './change/changeWebhook.ts';
import { readGrafana } from './grafana.ts';
import { createIncidentBook, type IncidentBookOptions } from './incidentBook.ts';
import { createRecorder, type RecorderOptions } from './recording.ts';
import { readUptimeKuma } from './uptimeKuma.ts';
import { createAlertWebhook, type WebhookDeps } from './webhook.ts';

export interface IntakeOptions extends Omit<IncidentBookOptions, 'recorder'>, RecorderOptions, Omit<WebhookDeps, 'book' | 'read'> {}

/** Takes one request, and gives what is answered to it; throws a `Rejection` for one that is not taken. */
export type Take = (request: Request) => Promise<object>;
/** By path. */
export type Webhooks = Readonly<Record<`/webhook/${string}`, Take>>;

export function createIntake(options: IntakeOptions): Webhooks {
  const book = createIncidentBook({ ...options, recorder: createRecorder(options) });
  const alerts = (read: ReadDelivery): Take => createAlertWebhook({ ...options, book, read });
  return {
    '/webhook/alert': alerts(readDelivery),
    '/webhook/grafana': alerts(readGrafana),
    '/webhook/uptime-kuma': alerts(readUptimeKuma),
    '/webhook/change': createChangeWebhook(options),
  };
}
