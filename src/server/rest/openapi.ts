/** The OpenAPI 3.1 document of REST, from the table of routes and the schemas of the tools behind it. */
import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import { STATUS_OF } from '../toolStatus.ts';
import type { DocumentDeps } from './documentRoutes.ts';
import { chatRequest } from './question.ts';
import { CHAT_PATHS, type ToolRow } from './table.ts';
import { servedRows } from './toolRoutes.ts';

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

type Responses = RouteConfig['responses'];

const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong and what to do, in a sentence.'),
    errors: z
      .array(z.object({ field: z.string(), problem: z.string() }))
      .optional()
      .describe('Of wrong fields, each.'),
    requestId: z.string().optional().describe('By which the log knows the request.'),
  })
  .openapi('Problem');

const chatReply = z
  .object({
    response: z.string(),
    timestamp: z.string().describe('RFC 3339.'),
    conversationId: z.string().describe('To go on from here.'),
    evidence: z
      .array(z.object({ id: z.string(), tool: z.string(), query: z.string(), at: z.string(), summary: z.string() }))
      .describe('What the answer rests on.'),
  })
  .openapi('ChatReply');

const health = z
  .object({
    status: z.enum(['ok', 'failing']),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), why: z.string().optional() })),
  })
  .openapi('Health');

export function openApiOf({ tools, version, publicUrl }: DocumentDeps): OpenApiDocument {
  const { openAPIRegistry: registry, getOpenAPI31Document: document } = new OpenAPIHono();
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token that the Kubernetes API server knows: `kubectl create token NAME --namespace NAMESPACE`.',
  });
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'apiKey', in: 'header', name: 'X-API-Key' });
  const register = (route: RouteConfig): void => registry.registerPath(createRoute(route));
  for (const route of healthPaths()) register(route);
  for (const path of CHAT_PATHS) register(chatPath(path));
  for (const { row, tool } of servedRows(tools)) {
    const output = z.object({
      response: z.string().describe('For people.'),
      timestamp: z.string().describe('RFC 3339.'),
      ...tool.output.shape,
    });
    for (const path of row.paths) register(toolPath(path, row, tool.input, output));
  }
  return document({
    openapi: '3.1.0',
    info: {
      title: 'Agent-SRE',
      version,
      description: 'What is wrong, why, and what would help: asked on behalf of whoever calls, who sees what they may see.',
    },
    ...(publicUrl === undefined ? {} : { servers: [{ url: publicUrl }] }),
    security: [{ bearer: [] }, { apiKey: [] }, {}],
  });
}

function toolPath(path: string, { summary, example, textField }: ToolRow, input: z.ZodObject, output: z.ZodObject): RouteConfig {
  const asText = textField === undefined ? {} : { 'text/plain': { schema: z.string().describe(`\`${textField}\`, as it is.`) } };
  return {
    method: 'post',
    path,
    tags: [tagOf(path)],
    summary,
    request: { body: { required: true, content: { 'application/json': { schema: input, example }, ...asText } } },
    responses: {
      200: { description: 'The answer for people, and the numbers behind it.', content: { 'application/json': { schema: output } } },
      ...problems(),
    },
  };
}

function chatPath(path: string): RouteConfig {
  const example = { message: 'What is broken?' };
  return {
    method: 'post',
    path,
    tags: [tagOf(path)],
    summary: 'Ask Jamie',
    description:
      'With `Accept: text/event-stream` the answer comes as it is made: events `token` {text}, `tool` {id, tool, query, state}, and at the end `final` (the whole answer) or `error` (a problem). The same over a WebSocket at this path, each as {event, data}.',
    request: { body: { required: true, content: { 'application/json': { schema: chatRequest, example } } } },
    responses: {
      200: {
        description: 'The answer.',
        content: { 'application/json': { schema: chatReply }, 'text/event-stream': { schema: z.string() } },
      },
      ...problems(),
    },
  };
}

function healthPaths(): readonly RouteConfig[] {
  const answers = (path: string, summary: string): RouteConfig => ({
    method: 'get',
    path,
    tags: ['Health'],
    summary,
    security: [],
    responses: {
      200: { description: 'It is.', content: { 'application/json': { schema: health } } },
      503: { description: 'It is not, and why.', content: { 'application/json': { schema: health } } },
    },
  });
  const [alive, ready] = ['Whether the process works', 'Whether it can answer'];
  return [
    answers('/health', alive),
    answers('/ready', ready),
    answers('/api/v1/jamie/health', alive),
    answers('/api/v1/jamie/ready', ready),
  ];
}

function tagOf(path: string): string {
  if (path.startsWith('/api/v1/jamie/')) return 'Web front end';
  return path.startsWith('/api/') ? 'Jamie' : 'Agent';
}

const WHEN: Readonly<Record<number, string>> = {
  [STATUS_OF.Invalid]: 'A field is wrong; `errors` names each.',
  401: 'Nothing true shows who calls; `WWW-Authenticate` and the detail say how.',
  [STATUS_OF.Forbidden]: 'The caller may not see that, or it is for people to do.',
  [STATUS_OF.NotFound]: 'There is no such thing.',
  413: 'The body is too large.',
  415: 'The body is of a type that is not understood.',
  [STATUS_OF.TooLarge]: 'The answer would be too large; ask for less.',
  429: 'Too much was asked; `Retry-After` says when to come back.',
  [STATUS_OF.NotConfigured]: 'This installation has no such source or model.',
  [STATUS_OF.Unavailable]: 'Somebody who has to be asked does not answer.',
  [STATUS_OF.TimedOut]: 'It took too long.',
};

function problems(): Responses {
  const content = { 'application/problem+json': { schema: problem } };
  return Object.fromEntries(Object.entries(WHEN).map(([status, description]) => [status, { description, content }]));
}
