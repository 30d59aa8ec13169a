/**
 * OAuth 2.0 protected resource metadata (RFC 9728): where a client gets a token for this server, for the clients that find out by themselves.
 *
 * The issuer's tokens are checked as all tokens are, by the API server, which has to trust that issuer.
 */
export interface ProtectedResource {
  /** URL of the authorization server. */
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** How this server is called from outside, without a path; absent: as the request has it. */
  readonly publicUrl?: string | undefined;
}

export const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** Of the resource whose path follows the well-known one: `/.well-known/oauth-protected-resource/mcp` is about `/mcp`. */
export function resourceMetadata(request: Request, resource: ProtectedResource): object {
  const { issuer, scopes } = resource;
  const path = new URL(request.url).pathname.slice(METADATA_PATH.length).replace(/\/$/u, '');
  return {
    resource: `${baseOf(request, resource)}${path}`,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    resource_name: 'Agent-SRE',
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
  };
}

/** What a 401 says of it, in `WWW-Authenticate`. */
export function metadataUrl(request: Request, resource: ProtectedResource): string {
  const { pathname } = new URL(request.url);
  return `${baseOf(request, resource)}${METADATA_PATH}${pathname.startsWith('/mcp') ? '/mcp' : ''}`;
}

function baseOf(request: Request, { publicUrl }: ProtectedResource): string {
  return publicUrl?.replace(/\/$/u, '') ?? new URL(request.url).origin;
}
