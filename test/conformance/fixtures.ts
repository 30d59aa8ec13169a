/** What the conformance suite of MCP asks a server to have: tools, resources and prompts by the names that its scenarios call. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallToolResult,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  McpServer,
  ResourceTemplate,
  type ServerContext,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { registerInputRequired } from './inputRequired.ts';

const IMAGE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const AUDIO = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';
const STEP_MS = 50;

const state = createRequestStateCodec<string>({ key: randomBytes(32) });
const said = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });
const embedded = (uri: string, mimeType: string, text: string) => ({ type: 'resource' as const, resource: { uri, mimeType, text } });
const image = { type: 'image' as const, data: IMAGE, mimeType: 'image/png' };

export function fixtures(changes: ServerEventBus): McpServer {
  const server = new McpServer(
    { name: 'agent-sre-conformance', version: '1' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: (sealed, context) => state.verify(sealed, context) },
    },
  );
  registerContents(server);
  registerNotifying(server, changes);
  registerAsking(server);
  registerSchemas(server);
  registerInputRequired(server, state);
  registerResources(server);
  registerPrompts(server);
  return server;
}

function registerContents(server: McpServer): void {
  const tool = (name: string, content: CallToolResult['content']): void => {
    server.registerTool(name, { description: name }, () => ({ content }));
  };
  tool('test_simple_text', [{ type: 'text', text: 'This is a simple text response for testing.' }]);
  tool('test_image_content', [image]);
  tool('test_audio_content', [{ type: 'audio', data: AUDIO, mimeType: 'audio/wav' }]);
  tool('test_embedded_resource', [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')]);
  tool('test_multiple_content_types', [
    { type: 'text', text: 'Multiple content types test:' },
    image,
    embedded('test://mixed-content-resource', 'application/json', JSON.stringify({ test: 'data', value: 123 })),
  ]);
  server.registerTool('test_error_handling', { description: 'Fails.' }, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
}

function registerNotifying(server: McpServer, changes: ServerEventBus): void {
  const logging = async (context: ServerContext): Promise<CallToolResult> => {
    await context.mcpReq.log('info', 'Tool execution started');
    await sleep(STEP_MS);
    await context.mcpReq.log('info', 'Tool processing data');
    await sleep(STEP_MS);
    await context.mcpReq.log('info', 'Tool execution completed');
    return said('Tool with logging executed successfully');
  };
  for (const name of ['test_tool_with_logging', 'test_logging_tool'])
    server.registerTool(name, { description: 'Logs.', inputSchema: z.object({}) }, (_input, context) => logging(context));
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Reports progress.', inputSchema: z.object({}) },
    async (_input, context) => {
      const { _meta: meta } = context.mcpReq;
      for (const progress of [0, 50, 100]) {
        const progressToken = meta?.progressToken;
        if (progressToken !== undefined)
          await context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
        if (progress < 100) await sleep(STEP_MS);
      }
      return said('done');
    },
  );
  server.registerTool('test_reconnection', { description: 'Closes its stream.', inputSchema: z.object({}) }, async (_input, context) => {
    context.http?.closeSSE?.();
    await sleep(2 * STEP_MS);
    return said('Reconnection test completed successfully.');
  });
  server.registerTool('test_trigger_tool_change', { description: 'Changes the tools.' }, () => {
    changes.publish({ kind: 'tools_list_changed' });
    return said('changed');
  });
  server.registerTool('test_trigger_prompt_change', { description: 'Changes the prompts.' }, () => {
    changes.publish({ kind: 'prompts_list_changed' });
    return said('changed');
  });
}

const response = { type: 'object' as const, properties: { response: { type: 'string' as const } }, required: ['response'] };

/** Each asks its client for something, in the way of the protocol revision that it speaks. */
function registerAsking(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks for a completion.', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, context) => {
      const answer = await context.mcpReq.requestSampling({
        messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
        maxTokens: 100,
      });
      const [content] = [answer.content].flat();
      return said(`LLM response: ${content?.type === 'text' ? content.text : 'No response'}`);
    },
  );
  const eliciting = (name: string, properties: Readonly<Record<string, unknown>>): void => {
    server.registerTool(
      name,
      { description: 'Asks the user.', inputSchema: z.object({ message: z.string().optional() }) },
      async ({ message = 'Please fill in' }, context) => {
        const requestedSchema = { type: 'object', properties, required: [] } as unknown as typeof response;
        const { action, content = {} } = await context.mcpReq.elicitInput({ message, requestedSchema });
        return said(`User response: action=${action}, content=${JSON.stringify(content)}`);
      },
    );
  };
  eliciting('test_elicitation', response.properties);
  eliciting('test_elicitation_sep1034_defaults', {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  });
  const options = ['option1', 'option2', 'option3'];
  const titled = [1, 2, 3].map((index) => ({ const: `value${index}`, title: `Choice ${index}` }));
  eliciting('test_elicitation_sep1330_enums', {
    untitledSingle: { type: 'string', enum: options },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
    titledMulti: { type: 'array', items: { anyOf: titled } },
  });
  server.registerTool('test_missing_capability', { description: 'Needs sampling.' }, () =>
    inputRequired({ inputRequests: { question: sampling('Is anybody there?') } }),
  );
  server.registerTool(
    'test_streaming_elicitation',
    { description: 'Asks in its result.', inputSchema: z.object({}) },
    (_input, context) => {
      if (inputResponse(context.mcpReq.inputResponses, 'who').kind === 'elicit') return said('done');
      return inputRequired({ inputRequests: { who: inputRequired.elicit({ message: 'Who?', requestedSchema: response }) } });
    },
  );
}

const sampling = (text: string) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens: 100 });

/** An extension of JSON Schema that MCP makes. */
const inHeader: object = { 'x-mcp-header': 'Region' };

function registerSchemas(server: McpServer): void {
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'Has what JSON Schema 2020-12 has.',
      inputSchema: fromJsonSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
        properties: {
          name: { type: 'string' },
          address: { $ref: '#/$defs/address' },
          contactMethod: { type: 'string', enum: ['phone', 'email'] },
          phone: { type: 'string' },
          email: { type: 'string' },
        },
        allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
        if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { required: ['phone'] },
        else: { required: ['email'] },
        additionalProperties: false,
      }),
    },
    () => said('ok'),
  );
  server.registerTool(
    'test_headers',
    {
      description: 'Has a parameter that is also a header.',
      inputSchema: fromJsonSchema({ type: 'object', properties: { region: { type: 'string', ...inHeader } } }),
    },
    () => said('ok'),
  );
}

function registerResources(server: McpServer): void {
  const text = (uri: string, words: string) => ({ contents: [{ uri, mimeType: 'text/plain', text: words }] });
  server.registerResource('static-text', 'test://static-text', { mimeType: 'text/plain' }, ({ href }) =>
    text(href, 'This is the content of the static text resource.'),
  );
  server.registerResource('static-binary', 'test://static-binary', { mimeType: 'image/png' }, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'image/png', blob: IMAGE }],
  }));
  server.registerResource('watched-resource', 'test://watched-resource', { mimeType: 'text/plain' }, ({ href }) => text(href, 'Watched'));
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json' },
    ({ href }, { id }) => ({
      contents: [
        { uri: href, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }) },
      ],
    }),
  );
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
  server.server.setRequestHandler('completion/complete', () => ({ completion: { values: [], total: 0, hasMore: false } }));
}

function registerPrompts(server: McpServer): void {
  const user = (content: ReturnType<typeof embedded> | typeof image | { readonly type: 'text'; readonly text: string }) => ({
    role: 'user' as const,
    content,
  });
  server.registerPrompt('test_simple_prompt', { description: 'Has no arguments.' }, () => ({
    messages: [user({ type: 'text', text: 'This is a simple prompt for testing.' })],
  }));
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'Has arguments.', argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    ({ arg1, arg2 }) => ({
      messages: [user({ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` })],
    }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'Has a resource.', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        user(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
        user({ type: 'text', text: 'Please process it.' }),
      ],
    }),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'Has an image.' }, () => ({
    messages: [user(image), user({ type: 'text', text: 'Please analyze it.' })],
  }));
}
