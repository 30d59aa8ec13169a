/**
 * Whether a delivery may be taken, by what its sender shows: a bearer token, a user name and password, the token of a ServiceAccount, or a
 * signature of the body. Any one of the ways that are configured will do; with none configured nobody is let in, unless the configuration
 * lets everybody in by name.
 *
 * Files with secrets are read for each call, so that a rotated one counts at once. What cannot be checked just now is answered with 503,
 * as the sender has done nothing wrong.
 */
import type { Clock } from '../../clock.ts';
import { Rejection } from '../../intake/rejection.ts';
import type { Authenticate } from '../../intake/webhook.ts';
import type { Logger } from '../../kube/logger.ts';
import { isEqual, secretIn } from './secret.ts';
import { type Signing, signedBody } from './signature.ts';
import type { TokenReviewer } from './tokenReview.ts';

export interface AuthOptions {
  /** Lets everybody in. */
  readonly isOpen: boolean;
  readonly tokenFile?: string | undefined;
  readonly basic?: { readonly username: string; readonly passwordFile: string } | undefined;
  readonly signing?: Signing | undefined;
  readonly reviewer?: TokenReviewer | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Gives the request to go on with: its body may prove to be wrong only when it has been read to its end. */
export function createAuthenticate(options: AuthOptions): Authenticate {
  const { isOpen, signing } = options;
  return async (request) => {
    if (isOpen) return request;
    const signature = signing === undefined ? null : request.headers.get(signing.header);
    if (signing !== undefined && signature !== null) return signedBody(request, signature, signing, options);
    const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+)$/iu.exec(request.headers.get('authorization') ?? '') ?? [];
    if (scheme === '') throw refused('Nothing shows who sends this.', options);
    const isTrue = scheme.toLowerCase() === 'bearer' ? await isToken(credentials, options) : await isLogin(credentials, options);
    if (!isTrue) throw refused(`What is sent along as ${scheme.toLowerCase()} is not what is expected.`, options);
    return request;
  };
}

async function isToken(given: string, { tokenFile, reviewer, logger }: AuthOptions): Promise<boolean> {
  if (tokenFile !== undefined) {
    const token = await secretIn(tokenFile, 'auth.webhookTokenFile', logger);
    if (isEqual(given, token)) return true;
  }
  return reviewer === undefined ? false : await reviewer(given);
}

async function isLogin(given: string, { basic, logger }: AuthOptions): Promise<boolean> {
  if (basic === undefined) return false;
  const password = await secretIn(basic.passwordFile, 'auth.basic.passwordFile', logger);
  return isEqual(Buffer.from(given, 'base64').toString('utf8'), `${basic.username}:${password}`);
}

function refused(what: string, { tokenFile, basic, signing, reviewer }: AuthOptions): Rejection {
  const ways = [
    ...(tokenFile === undefined
      ? []
      : ['the token in the file that auth.webhookTokenFile names, as http_config.authorization.credentials_file']),
    ...(basic === undefined ? [] : ['the login of auth.basic, as http_config.basic_auth']),
    ...(reviewer === undefined
      ? []
      : ['the token of a ServiceAccount of auth.serviceAccounts, as http_config.authorization.credentials_file']),
    ...(signing === undefined ? [] : [`a signature of the body in the header ${signing.header}`]),
  ];
  const how =
    ways.length === 0
      ? 'No way to show it is configured: set auth.webhookTokenFile of this service, or auth.mode to none.'
      : `Have the receiver of Alertmanager send ${ways.join('; or ')}.`;
  const challenge = [
    ...((tokenFile ?? reviewer) === undefined ? [] : ['Bearer']),
    ...(basic === undefined ? [] : ['Basic realm="agent-sre"']),
  ];
  return new Rejection(401, 'unauthenticated', `${what} ${how}`, { headers: { 'www-authenticate': challenge.join(', ') || 'Bearer' } });
}
