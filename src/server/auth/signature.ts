/**
 * A body that is signed with a shared secret: HMAC-SHA256 of its bytes as they are sent, in hex, `sha256=` before it or not (as GitHub and
 * Grafana write it).
 *
 * It can be judged only at the end of the body, which then breaks off instead of ending; nothing is stored before a body has ended. With
 * a header for the time, that is signed in front of the body (`<time>:<body>`, as Grafana does), and an old message is refused.
 */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { Rejection } from '../../intake/rejection.ts';
import type { Logger } from '../../kube/logger.ts';
import { isEqual, secretIn } from './secret.ts';

export interface Signing {
  readonly secretFile: string;
  readonly header: string;
  /** Header with the seconds since the epoch at which it was signed. */
  readonly timestampHeader?: string | undefined;
}

/** Clocks differ, and a message may have been on its way for a while. */
const MAX_AGE_MS = 5 * 60_000;

export async function signedBody(
  request: Request,
  signature: string,
  { secretFile, timestampHeader }: Signing,
  { clock, logger }: { readonly clock: Pick<Clock, 'now'>; readonly logger: Logger },
): Promise<Request> {
  const hmac = createHmac('sha256', await secretIn(secretFile, 'auth.hmac.secretFile', logger));
  if (timestampHeader !== undefined) {
    const time = request.headers.get(timestampHeader) ?? '';
    if (!/^[0-9]{1,12}$/u.test(time)) throw unsigned(`The header ${timestampHeader} does not say when the body was signed.`);
    if (Math.abs(clock.now() - Number(time) * 1000) > MAX_AGE_MS)
      throw unsigned('The signature is older than five minutes, or of the future.');
    hmac.update(`${time}:`);
  }
  const check = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      hmac.update(chunk);
      controller.enqueue(chunk);
    },
    flush: () => {
      if (
        !isEqual(
          signature
            .trim()
            .toLowerCase()
            .replace(/^sha256=/u, ''),
          hmac.digest('hex'),
        )
      )
        throw unsigned('The signature is not that of the body.');
    },
  });
  const body = (request.body ?? new Blob([]).stream()).pipeThrough(check);
  return new Request(request.url, { method: request.method, headers: request.headers, body, duplex: 'half' });
}

function unsigned(what: string): Rejection {
  return new Rejection(401, 'unauthenticated', `${what} Sign the bytes that are sent with the secret of auth.hmac.secretFile.`);
}
