/**
 * What this server answers, for programs (`/openapi.json`) and for people (`/docs`). Made when it is first asked for, as what makes it takes
 * memory; told by an ETag from what a client has already.
 */
import { createHash } from 'node:crypto';
import type { Tools } from '../../tools/registry.ts';
import type { Route } from '../route.ts';
import type { OpenApiDocument } from './openapi.ts';

export interface DocumentDeps {
  readonly tools: Tools;
  readonly version: string;
  readonly publicUrl: string | undefined;
}

export function documentRoutes(deps: DocumentDeps): readonly Route[] {
  let document: Promise<OpenApiDocument> | undefined;
  const described = (): Promise<OpenApiDocument> => (document ??= import('./openapi.ts').then(({ openApiOf }) => openApiOf(deps)));
  const json = once(async () => `${JSON.stringify(await described())}\n`);
  const page = once(async () => (await import('./page.ts')).pageOf(await described()));
  const isolated = { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'" };
  return [
    {
      methods: ['GET'],
      path: '/openapi.json',
      answer: async (request) => tagged(request, await json(), { 'content-type': 'application/json' }),
    },
    {
      methods: ['GET'],
      path: '/docs',
      answer: async (request) => tagged(request, await page(), { 'content-type': 'text/html; charset=utf-8', ...isolated }),
    },
  ];
}

function once(make: () => Promise<string>): () => Promise<Tagged> {
  let made: Promise<Tagged> | undefined;
  return () =>
    (made ??= make().then((body) => ({ body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` })));
}

interface Tagged {
  readonly body: string;
  readonly etag: string;
}

function tagged(request: Request, { body, etag }: Tagged, fields: Readonly<Record<string, string>>): Response {
  const headers = { etag, 'cache-control': 'no-cache', 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff', ...fields };
  const known = new Set((request.headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//u, '')));
  return known.has(etag) || known.has('*') ? new Response(null, { status: 304, headers }) : new Response(body, { headers });
}
