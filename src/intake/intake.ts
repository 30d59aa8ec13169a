/** The parts of intake put together: what comes in at the webhook ends in Incidents of the operator's namespace. */
import { createIncidentBook, type IncidentBookOptions } from './incidentBook.ts';
import { createRecorder, type RecorderOptions } from './recording.ts';
import { createAlertWebhook, type TakeDelivery, type WebhookDeps } from './webhook.ts';

export interface IntakeOptions extends Omit<IncidentBookOptions, 'recorder'>, RecorderOptions, Omit<WebhookDeps, 'book'> {}

export function createIntake(options: IntakeOptions): TakeDelivery {
  const book = createIncidentBook({ ...options, recorder: createRecorder(options) });
  return createAlertWebhook({ ...options, book });
}
