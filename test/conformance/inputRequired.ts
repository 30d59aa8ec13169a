/** Tools and a prompt that end in a question to the client, which asks again with the answer (protocol 2026-07-28). */
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ElicitRequestFormParams,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

type Codec = RequestStateCodec<string>;

const said = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });

function elicit(message: string, name: string, type: 'string' | 'boolean' = 'string') {
  const requestedSchema = {
    type: 'object',
    properties: { [name]: { type } },
    required: [name],
  } as ElicitRequestFormParams['requestedSchema'];
  return inputRequired.elicit({ message, requestedSchema });
}

const sample = (text: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens });

/** What was answered under a key, of the kind that was asked for; undefined: ask again. */
function answer(context: ServerContext, key: string, kind: 'elicit' | 'sampling' | 'roots'): string | undefined {
  const given = inputResponse(context.mcpReq.inputResponses, key);
  if (given.kind !== kind) return undefined;
  if (given.kind === 'elicit')
    return given.action === 'accept' && given.content !== undefined ? Object.values(given.content).join(' ') : undefined;
  return JSON.stringify(given);
}

export function registerInputRequired(server: McpServer, codec: Codec): void {
  const tool = (
    name: string,
    run: (
      context: ServerContext,
    ) =>
      | CallToolResult
      | Promise<CallToolResult>
      | ReturnType<typeof inputRequired>
      | Promise<CallToolResult | ReturnType<typeof inputRequired>>,
  ): void => {
    server.registerTool(`test_input_required_result_${name}`, { description: name, inputSchema: z.object({}) }, (_input, context) =>
      run(context),
    );
  };
  tool('elicitation', (context) => {
    const name = answer(context, 'user_name', 'elicit');
    return name === undefined
      ? inputRequired({ inputRequests: { user_name: elicit('What is your name?', 'name') } })
      : said(`Hello, ${name}!`);
  });
  tool('sampling', (context) => {
    const capital = answer(context, 'capital_question', 'sampling');
    const question = sample('What is the capital of France?', 100);
    return capital === undefined ? inputRequired({ inputRequests: { capital_question: question } }) : said(capital);
  });
  tool('list_roots', (context) => {
    const roots = answer(context, 'client_roots', 'roots');
    return roots === undefined ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } }) : said(roots);
  });
  for (const name of ['request_state', 'tampered_state'])
    tool(name, async (context) => {
      const isConfirmed = answer(context, 'confirm', 'elicit') !== undefined && context.mcpReq.requestState() === name;
      if (isConfirmed) return said('state-ok');
      return inputRequired({
        inputRequests: { confirm: elicit('Please confirm', 'ok', 'boolean') },
        requestState: await codec.mint(name, context),
      });
    });
  tool('multiple_inputs', async (context) => {
    const given = [
      answer(context, 'user_name', 'elicit'),
      answer(context, 'greeting', 'sampling'),
      answer(context, 'client_roots', 'roots'),
    ];
    if (given.every((each) => each !== undefined)) return said(given.join(' '));
    return inputRequired({
      inputRequests: {
        user_name: elicit('What is your name?', 'name'),
        greeting: sample('Generate a greeting', 50),
        client_roots: inputRequired.listRoots(),
      },
      requestState: await codec.mint('multiple', context),
    });
  });
  tool('multi_round', async (context) => {
    const round = context.mcpReq.requestState();
    if (round === 'two' && answer(context, 'step2', 'elicit') !== undefined) return said('Both steps are done.');
    if (round === 'one' && answer(context, 'step1', 'elicit') !== undefined)
      return inputRequired({
        inputRequests: { step2: elicit('Step 2: What is your favorite color?', 'color') },
        requestState: await codec.mint('two', context),
      });
    return inputRequired({
      inputRequests: { step1: elicit('Step 1: What is your name?', 'name') },
      requestState: await codec.mint('one', context),
    });
  });
  tool('capabilities', (context) => {
    const envelope = (context.mcpReq.envelope ?? {}) as Readonly<Record<string, unknown>>;
    const declared = (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as Readonly<Record<string, unknown>>;
    return inputRequired({
      inputRequests: {
        ...(declared['sampling'] === undefined ? {} : { thought: sample('What do you think?', 50) }),
        ...(declared['elicitation'] === undefined ? {} : { user_name: elicit('What is your name?', 'name') }),
      },
    });
  });
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks for its context.' }, (context) => {
    const given = answer(context, 'user_context', 'elicit');
    if (given === undefined)
      return inputRequired({ inputRequests: { user_context: elicit('What context should the prompt use?', 'context') } });
    return { messages: [{ role: 'user', content: { type: 'text', text: given } }] };
  });
}
