/**
 * The program behind `gitServer.ts`: passes each HTTP request to `git http-backend` as CGI (RFC 3875) and its answer back.
 *
 * A process of its own, so that it lives as long as the cluster and not as the test. Run as `node gitHttpBackend.ts <config>`.
 */
import { spawn } from 'node:child_process';
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

const configSchema = z.object({
  host: z.string(),
  port: z.number(),
  root: z.string(),
  git: z.string(),
  users: z.record(z.string(), z.string()),
  tokens: z.record(z.string(), z.string()),
});
type Config = z.infer<typeof configSchema>;

const HEADERS_END = Buffer.from('\r\n\r\n');
const REQUEST_SECONDS = 120;

const config = configSchema.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));

createServer((request, response) => {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/healthz') {
    response.end('ok\n');
    return;
  }
  const user = authenticate(request.headers.authorization, config);
  if (user === undefined) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?\n');
    return;
  }
  serve(request, response, cgiEnvironment(config, request, { pathname, query: search.slice(1), user }));
}).listen(config.port, config.host);

/** The user's name, empty where everyone may come in; undefined for nobody. */
function authenticate(header: string | undefined, { users, tokens }: Config): string | undefined {
  if (Object.keys(users).length + Object.keys(tokens).length === 0) return '';
  const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  const name = credentials.split(':', 1)[0] ?? '';
  const expected = users[name];
  if (expected !== undefined && isSame(credentials, `${name}:${expected}`)) return name;
  return Object.keys(tokens).find((account) => isSame(credentials, `${name}:${tokens[account]}`));
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

interface RequestFacts {
  readonly pathname: string;
  readonly query: string;
  readonly user: string;
}

function cgiEnvironment(
  { root }: Config,
  { method = 'GET', headers }: IncomingMessage,
  { pathname, query, user }: RequestFacts,
): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: method,
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: query,
    CONTENT_TYPE: headers['content-type'] ?? '',
    CONTENT_LENGTH: headers['content-length'],
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    GIT_PROTOCOL: headers['git-protocol']?.toString() ?? '',
    REMOTE_USER: user || 'anonymous',
    REMOTE_ADDR: '127.0.0.1',
    // a push by HTTP leaves a reflog entry under this identity
    GIT_COMMITTER_NAME: user || 'anonymous',
    GIT_COMMITTER_EMAIL: `${user || 'anonymous'}@example.test`,
  };
}

function serve(request: IncomingMessage, response: ServerResponse, env: NodeJS.ProcessEnv): void {
  const child = spawn(config.git, ['http-backend'], { env, stdio: ['pipe', 'pipe', 'inherit'], timeout: REQUEST_SECONDS * 1000 });
  child.stdin.on('error', () => {}); // git may answer before it has read everything
  request.pipe(child.stdin);
  response.on('close', () => child.kill());
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(HEADERS_END);
    if (end === -1) return;
    writeHead(response, head.subarray(0, end).toString('latin1'));
    response.write(head.subarray(end + HEADERS_END.length));
    head = undefined;
  });
  child.on('error', () => response.destroy());
  child.on('close', () => {
    if (head !== undefined) response.writeHead(500);
    response.end();
  });
}

/** A CGI program gives the status as a header of that name; without one it is 200. */
function writeHead(response: ServerResponse, text: string): void {
  const headers = text.split('\r\n').map((line) => /^([^:]+):\s*(.*)$/.exec(line));
  const named = headers.filter((match) => match !== null).map((match) => [match[1] ?? '', match[2] ?? ''] as const);
  const status = named.find(([name]) => name.toLowerCase() === 'status')?.[1];
  const rest = named.filter(([name]) => name.toLowerCase() !== 'status');
  response.writeHead(status === undefined ? 200 : Number.parseInt(status, 10), Object.fromEntries(rest));
}
