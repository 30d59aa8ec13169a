/**
 * `POST /webhook/change`: keeps what somebody reports to have changed, as evidence, and answers once it is durable.
 *
 * The same report twice is one change. Texts are redacted before they are kept; whatever they say, they are only ever quoted.
 */

import type { Clock } from '../../clock.ts';
import { configMaps } from '../../crds/configMaps.ts';
import { changeMap, type ReportedChange } from '../../domain/reportedChange.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isAlreadyExists } from '../../kube/errors.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Redactor } from '../../redact/redactor.ts';
import type { IntakeMetrics } from '../../telemetry/intakeMetrics.ts';
import { bodyOf } from '../body.ts';
import { isPassing } from '../passing.ts';
import { Rejection } from '../rejection.ts';
import { MOST_BYTES, readSmallJson } from '../smallJson.ts';
import type { Authenticate } from '../webhook.ts';
import { readChange } from './readChange.ts';

export interface ChangeWebhookDeps {
  readonly authenticate: Authenticate;
  readonly client: KubeClient;
  /** The operator's. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<IntakeMetrics, 'rejected'>;
  readonly redactor: Pick<Redactor, 'text'>;
}

export type TakenChange = { readonly status: 'recorded' | 'known' | 'ignored' };

export function createChangeWebhook(deps: ChangeWebhookDeps): (request: Request) => Promise<TakenChange> {
  return async (request) => {
    try {
      return await take(await deps.authenticate(request), deps);
    } catch (error) {
      if (error instanceof Rejection) {
        deps.metrics.rejected(error.reason);
        deps.logger.warn({ status: error.status, cause: error.reason, error }, 'a reported change was not taken');
      }
      throw error;
    }
  };
}

async function take(request: Request, deps: ChangeWebhookDeps): Promise<TakenChange> {
  const { client, namespace, clock } = deps;
  const body = await readSmallJson(bodyOf(request, { maxBytes: MOST_BYTES }, () => undefined));
  const change = readChange(body, request.headers, clock.now());
  if (change === undefined) return { status: 'ignored' };
  try {
    await client.create(configMaps, changeMap(namespace, redacted(change, deps)), { timeoutMs: 5_000 });
    return { status: 'recorded' };
  } catch (error) {
    if (isAlreadyExists(error)) return { status: 'known' };
    const reason = isPassing(error) ? 'api_server_unavailable' : 'api_server_refused';
    throw new Rejection(503, reason, 'The change could not be stored; send it again.', { cause: error, retryAfterSeconds: 5 });
  }
}

function redacted(change: ReportedChange, { redactor }: ChangeWebhookDeps): ReportedChange {
  const { author, url } = change;
  return {
    ...change,
    summary: redactor.text(change.summary),
    ...(author === undefined ? {} : { author: redactor.text(author) }),
    ...(url === undefined ? {} : { url: redactor.text(url) }),
  };
}
