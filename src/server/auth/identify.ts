/**
 * Who calls, from what a request shows: a bearer token of anybody whom the API server knows, or the static key, which stands for one
 * ServiceAccount. Who shows nothing is nobody, but where the server is open (on the loopback, or by the configuration): there they act as
 * this process itself, and see no more than it may.
 *
 * What is shown and not true is always refused, also where nothing would have done.
 */
import type { Clock } from '../../clock.ts';
import { Rejection } from '../../intake/rejection.ts';
import { type Subject, whoAmI } from '../../kube/access.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Caller } from '../../tools/caller.ts';
import { Refusal } from '../refusal.ts';
import { createCallers, serviceAccountSubject } from './callers.ts';
import { checkWayIn, type WaysIn } from './origin.ts';
import { metadataUrl, type ProtectedResource } from './protectedResource.ts';
import { isEqual, secretIn } from './secret.ts';
import { createTokenReview } from './tokenReview.ts';

/** Throws a `Refusal`: the exact 401, 403 or 503. */
export type Identify = (request: Request) => Promise<Caller>;

export interface IdentifyOptions {
  readonly client: Pick<KubeClient, 'raw' | 'create'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly logger: Logger;
  /** Whether who shows nothing is let in. */
  readonly isOpen: boolean;
  /** Tokens have to be made for one of them; absent: for the API server. */
  readonly audiences?: readonly string[] | undefined;
  /** A key in a file, and the `namespace/name` of the account that it stands for. */
  readonly apiKey?: { readonly keyFile: string; readonly serviceAccount: string } | undefined;
  readonly waysIn: WaysIn;
  readonly oauth?: ProtectedResource | undefined;
}

/** Anything shorter can be guessed. */
const SHORTEST_KEY = 16;

export function createIdentify(options: IdentifyOptions): Identify {
  const { client, clock, isOpen, waysIn } = options;
  const callers = createCallers(client, clock);
  const review = createTokenReview(options);
  let self: Subject | undefined;
  const itself = async (): Promise<Caller> => callers.itself((self ??= await whoAmI(client)));
  return async (request) => {
    checkWayIn(request, waysIn);
    const shown = credentialOf(request);
    if (shown === undefined && isOpen) return checked(itself);
    if (shown === undefined) throw unauthenticated(request, 'Nothing shows who calls.', options);
    const subject = await checked(async () => (await ofKey(shown, options)) ?? (await review(shown)));
    if (subject === undefined) throw unauthenticated(request, 'The token is not valid here.', options, 'error="invalid_token"');
    return callers.of(subject);
  };
}

/** As `Authorization: Bearer …` or `X-API-Key: …`; empty for anything else that is meant to show who calls. */
function credentialOf({ headers }: Request): string | undefined {
  const authorization = headers.get('authorization');
  if (authorization === null) return headers.get('x-api-key')?.trim() ?? tokenOfBrowser(headers);
  return /^bearer +(\S+)$/iu.exec(authorization.trim())?.[1] ?? '';
}

/** Of a WebSocket, for which a page can set no header: as Kubernetes takes it. */
function tokenOfBrowser(headers: Headers): string | undefined {
  const encoded = /(?:^|[\s,])base64url\.bearer\.authorization\.k8s\.io\.([\w-]+)/u.exec(headers.get('sec-websocket-protocol') ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64url').toString('utf8');
}

async function ofKey(shown: string, { apiKey, logger }: IdentifyOptions): Promise<Subject | undefined> {
  if (apiKey === undefined) return undefined;
  const key = await secretIn(apiKey.keyFile, 'auth.apiKey.keyFile', logger);
  if (key.length < SHORTEST_KEY) {
    logger.error(
      { path: apiKey.keyFile },
      `the key in the file of auth.apiKey.keyFile is shorter than ${SHORTEST_KEY} characters; it is not taken`,
    );
    return undefined;
  }
  return isEqual(shown, key) ? serviceAccountSubject(apiKey.serviceAccount) : undefined;
}

async function checked<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (cause) {
    const headers = cause instanceof Rejection ? cause.headers : { 'retry-after': '10' };
    throw new Refusal(503, 'Who calls cannot be checked just now, as the API server does not answer; try again.', { cause, headers });
  }
}

function unauthenticated(request: Request, what: string, { audiences, apiKey, oauth }: IdentifyOptions, error?: string): Refusal {
  const [audience] = audiences ?? [];
  const command = `kubectl create token NAME --namespace NAMESPACE${audience === undefined ? '' : ` --audience ${audience}`}`;
  const ways = [
    `get a token of a ServiceAccount by: ${command}`,
    ...(oauth === undefined ? [] : [`sign in at ${oauth.issuer}`]),
    ...(apiKey === undefined ? [] : ['use the key of this installation']),
  ];
  const parameters = [
    ...(error === undefined ? [] : [error]),
    ...(oauth === undefined ? [] : [`resource_metadata="${metadataUrl(request, oauth)}"`]),
  ];
  const challenge = ['Bearer realm="agent-sre"', ...parameters].join(', ');
  return new Refusal(401, `${what} Send “Authorization: Bearer TOKEN”; ${ways.join(', or ')}.`, {
    headers: { 'www-authenticate': challenge },
  });
}
