/** Jamie on a stage: conversations and names on an API server in memory, and small tools that say what a test lets them. */
import { z } from 'zod';
import { createJamie, type JamieDeps } from '../../../src/chat/jamie.ts';
import type { Entity } from '../../../src/chat/memory/conversation.ts';
import { createConversationStore } from '../../../src/chat/memory/store.ts';
import type { ChatEvent } from '../../../src/chat/port.ts';
import { createTools } from '../../../src/tools/registry.ts';
import { type Answer, type Call, defineTool, type Tool } from '../../../src/tools/tool.ts';
import { createFakeClock } from '../../support/fakeClock.ts';
import { silentLogger } from '../../support/logger.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

export interface ToolCallSeen {
  readonly tool: string;
  readonly input: unknown;
}

type Says = string | Partial<Answer> | Error | ((input: Readonly<Record<string, unknown>>, call: Call) => Answer | Promise<Answer>);

/** A tool with these fields, all optional, that says this. */
export function smallTool(name: string, fields: string, says: Says, seen: ToolCallSeen[] = [], effect: Tool['effect'] = 'reads'): Tool {
  const shape = Object.fromEntries(
    fields
      .split(' ')
      .filter((field) => field !== '')
      .map((field) => [field, z.unknown().optional().describe(`the ${field}`)]),
  );
  return defineTool({
    name,
    title: name,
    description: `${name} of the stage. It says what a test lets it.`,
    effect,
    core: true,
    input: z.object(shape),
    output: z.looseObject({}),
    run: async (input, call) => {
      seen.push({ tool: name, input });
      if (says instanceof Error) throw says;
      if (typeof says === 'function') return says(input, call);
      return typeof says === 'string' ? { text: says, data: {} } : { text: '', data: {}, ...says };
    },
  });
}

const entity = (kind: Entity['kind'], key: string): Entity => {
  const [namespace, name] = key.split('/');
  return name === undefined ? { kind, name: key } : { kind, namespace, name };
};
const SHOP: readonly Entity[] = [
  entity('Namespace', 'shop'),
  entity('Namespace', 'staging'),
  entity('Deployment', 'shop/cart'),
  entity('Deployment', 'shop/checkout'),
  entity('Deployment', 'shop/api'),
  entity('Deployment', 'staging/api'),
  entity('Incident', 'agent-sre/inc-4f2a-1'),
  entity('RemediationPlan', 'agent-sre/rp-4f2a-1'),
];

export interface Stage {
  readonly seen: ToolCallSeen[];
  readonly clock: ReturnType<typeof createFakeClock>;
  readonly kube: ReturnType<typeof createMemoryKube>;
  /** Asks in the conversation of the last answer. */
  ask(
    message: string,
    options?: { readonly as?: string; readonly context?: string; readonly anew?: boolean; readonly signal?: AbortSignal },
  ): Promise<string>;
  readonly events: ChatEvent[];
  readonly last: () => Awaited<ReturnType<ReturnType<typeof createJamie>['ask']>>;
  /** Another replica goes on. */
  restart(): void;
}

const callerNamed = (username: string): Call['caller'] => ({ username, may: async () => true });

export interface StageOptions extends Partial<Omit<JamieDeps, 'tools'>> {
  readonly tools?: (seen: ToolCallSeen[]) => readonly Tool[];
  readonly names?: readonly Entity[];
}

export function createStage({ tools = usualTools, names = SHOP, ...deps }: StageOptions = {}): Stage {
  const seen: ToolCallSeen[] = [];
  const events: ChatEvent[] = [];
  const clock = createFakeClock();
  const kube = createMemoryKube();
  const registry = createTools(tools(seen));
  const build = () =>
    createJamie({
      tools: () => registry,
      conversations: createConversationStore({ client: kube, namespace: 'agent-sre', clock }),
      directory: { namesFor: async () => names },
      clock,
      logger: silentLogger,
      redact: (text) => text.replaceAll('hunter2', '[redacted]'),
      ...deps,
    });
  let jamie = build();
  let reply: ReturnType<Stage['last']> | undefined;
  return {
    seen,
    clock,
    kube,
    events,
    last: () => {
      if (reply === undefined) throw new Error('nothing was asked');
      return reply;
    },
    restart: () => {
      jamie = build();
    },
    ask: async (message, { as = 'alice', context, anew = false, signal = new AbortController().signal } = {}) => {
      events.length = 0;
      const conversationId = anew ? undefined : reply?.conversationId;
      reply = await jamie.ask({ message, context, conversationId }, { caller: callerNamed(as), signal }, (event) => events.push(event));
      return reply.response;
    },
  };
}

const OPEN_INCIDENT = {
  name: 'inc-4f2a-1',
  namespace: 'agent-sre',
  acknowledgedBy: 'bob',
  waitingOn: { who: 'Person', detail: 'approve rp-4f2a-1' },
};

export function usualTools(seen: ToolCallSeen[]): readonly Tool[] {
  return [
    smallTool(
      'list_incidents',
      'state severity namespace service since',
      { text: '1 Incident is open.', data: { incidents: [OPEN_INCIDENT] } },
      seen,
    ),
    smallTool('get_incident', 'name namespace', { text: 'inc-4f2a-1: cart runs out of memory.', data: OPEN_INCIDENT }, seen),
    smallTool('list_plans', 'state namespace incident', '1 plan waits for approval.', seen),
    smallTool('get_plan', 'name namespace', 'rp-4f2a-1 raises the memory limit of cart.', seen),
    smallTool('check_golden_signals', 'service_name namespace', 'latency 45ms (p95), traffic 150 req/min, errors 0.1%', seen),
    smallTool('get_service_health', 'service_name namespace', '2 of 3 pods are ready.', seen),
    smallTool('get_pod_logs', 'pod namespace limit previous since', 'java.lang.OutOfMemoryError: Java heap space', seen),
    smallTool('query_prometheus', 'query', 'up is 1 for 3 series.', seen),
    smallTool('query_logs', 'query', '2 lines match.', seen),
    smallTool('flux_status', 'namespace', 'All Kustomizations are ready.', seen),
    smallTool('create_incident', 'title', 'made', seen, 'proposes'),
  ];
}
