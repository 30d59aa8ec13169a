/** Where a source is, and what it wants to see before it answers. As the configuration has it; secrets are named by file. */

export interface Endpoint {
  /** As configured; told in messages. */
  readonly name: string;
  /** With or without a path of its own, as in https://mimir.example/prometheus. */
  readonly url: string;
  readonly bearerTokenFile?: string | undefined;
  /** The token itself, where the environment gave it. */
  readonly bearerToken?: string | undefined;
  readonly basic?: { readonly username: string; readonly passwordFile: string } | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Sent as X-Scope-OrgID, as Mimir, Loki and Tempo want it. */
  readonly tenant?: string | undefined;
  readonly headers?: readonly Header[] | undefined;
}

export interface TlsOptions {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly serverName?: string | undefined;
  readonly insecureSkipVerify?: boolean | undefined;
}

export interface Header {
  readonly name: string;
  readonly value?: string | undefined;
  readonly valueFile?: string | undefined;
}

/** @param path from the endpoint's own path, without a leading slash */
export function addressOf({ url }: Endpoint, path: string, query: URLSearchParams): URL {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/(?<!\/)\/+$/u, '')}/${path}`;
  address.search = query.toString();
  address.hash = '';
  return address;
}
