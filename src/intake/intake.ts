/** The parts of intake put together: what comes in ends in Incidents of the operator's namespace, or is kept there. */
import { readDelivery } from './alertmanager.ts';
import { createChangeWebhook } from './change/changeWebhook.ts';
import { readGrafana } from './grafana.ts';
import { createIncidentBook, type IncidentBookOptions } from './incidentBook.ts';
import { createRecordAlerts, RECORD_LIMITS, type RecordAlerts, type RecordLimits } from './recordAll.ts';
import { createRecorder, type RecorderOptions } from './recording.ts';
import { readUptimeKuma } from './uptimeKuma.ts';
import { createAlertWebhooks, WEBHOOK_LIMITS, type WebhookDeps, type WebhookLimits } from './webhook.ts';

export interface IntakeOptions
  extends Omit<IncidentBookOptions, 'recorder'>,
    RecorderOptions,
    Omit<WebhookDeps, 'record' | 'limits' | 'onTaken'> {
  readonly limits?: Partial<WebhookLimits & RecordLimits> | undefined;
  readonly onTaken?: WebhookDeps['onTaken'] | undefined;
}

/** Takes one request, and gives what is answered to it; throws a `Rejection` for one that is not taken. */
export type Take = (request: Request) => Promise<object>;
/** By path. */
export type Webhooks = Readonly<Record<`/webhook/${string}`, Take>>;

export interface Intake {
  readonly webhooks: Webhooks;
  /** For alerts that were found, not delivered. */
  readonly record: RecordAlerts;
}

export function createIntake(options: IntakeOptions): Intake {
  const book = createIncidentBook({ ...options, recorder: createRecorder(options) });
  const record = createRecordAlerts(book, options.clock, { ...RECORD_LIMITS, ...options.limits });
  const onTaken = options.onTaken ?? (() => undefined);
  const limits = { ...WEBHOOK_LIMITS, ...options.limits };
  const alerts = createAlertWebhooks({ ...options, record, onTaken, limits });
  const webhooks = {
    '/webhook/alert': alerts(readDelivery),
    '/webhook/grafana': alerts(readGrafana),
    '/webhook/uptime-kuma': alerts(readUptimeKuma),
    '/webhook/change': createChangeWebhook(options),
  };
  return { record, webhooks };
}
