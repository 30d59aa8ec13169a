/**
 * Headers and TLS material for the API server, out of client-node's KubeConfig: client certificates, tokens, token files that
 * rotate, exec plugins, OIDC.
 *
 * Read again every few seconds, so that a rotated file is noticed; `material` changes when a connection made with the old
 * one must not be used any more.
 */
import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import type { KubeConfig, RequestContext } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.ts';
import { ConnectionError } from '../errors.ts';

export interface TlsMaterial {
  readonly ca?: Buffer | string;
  readonly cert?: Buffer | string;
  readonly key?: Buffer | string;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  /** Fingerprint of `tls`. */
  readonly material: string;
}

export interface CredentialSource {
  current(): Promise<Credentials>;
  /** The API server refused the last ones: read them again at the next call. */
  invalidate(): void;
}

const REREAD_MS = 10_000;

export function credentialSource(kubeConfig: KubeConfig, clock: Clock): CredentialSource {
  let held: { readonly at: number; readonly credentials: Promise<Credentials> } | undefined;
  return {
    current: () => {
      if (held === undefined || clock.monotonic() - held.at > REREAD_MS) {
        const fresh = { at: clock.monotonic(), credentials: readCredentials(kubeConfig) };
        held = fresh;
        fresh.credentials.catch(() => {
          if (held === fresh) held = undefined;
        });
      }
      return held.credentials;
    },
    invalidate: () => {
      held = undefined;
    },
  };
}

async function readCredentials(kubeConfig: KubeConfig): Promise<Credentials> {
  const options: RequestOptions & { auth?: string | null; servername?: string } = {};
  try {
    await kubeConfig.applyToHTTPSOptions(options);
  } catch (cause) {
    const user = kubeConfig.getCurrentUser()?.name ?? '(none)';
    const why = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new ConnectionError(`read the credentials of user "${user}" of the kubeconfig: ${why}`, 'credentials', { cause });
  }
  const tls = tlsOf(options);
  return { headers: headersOf(options), tls, material: fingerprint(tls) };
}

function tlsOf({ ca, cert, key, passphrase, servername, rejectUnauthorized }: RequestOptions): TlsMaterial {
  const given = { ca, cert, key, passphrase, servername, rejectUnauthorized };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)) as TlsMaterial;
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const result: Record<string, string> = {};
  // A token read from a file ends with a newline, which no header may hold.
  for (const [name, value] of Object.entries(headers ?? {})) result[name.toLowerCase()] = String(value).trim();
  if (typeof auth === 'string') result['authorization'] = `Basic ${Buffer.from(auth).toString('base64')}`;
  return result;
}

function fingerprint(tls: TlsMaterial): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(tls)) hash.update(`${name}=`).update(String(value)).update('\n');
  return hash.digest('hex');
}

/** client-node's own dispatcher for a cluster behind a proxy (`proxy-url`, HTTP or SOCKS); undefined where there is none. */
export async function proxyDispatcher(kubeConfig: KubeConfig): Promise<Dispatcher | undefined> {
  const proxy = kubeConfig.getCurrentCluster()?.proxyUrl;
  if (proxy === undefined || proxy === '') return undefined;
  let dispatcher: Dispatcher | undefined;
  const context: Pick<RequestContext, 'setHeaderParam' | 'setDispatcher'> = {
    setHeaderParam: () => undefined,
    setDispatcher: (made) => {
      dispatcher = made;
    },
  };
  await kubeConfig.applySecurityAuthentication(context as RequestContext);
  return dispatcher;
}
