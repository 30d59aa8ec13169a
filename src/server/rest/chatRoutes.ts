/** Chat over HTTP: one JSON answer, or as it comes about by Server-Sent Events for those who accept them. */
import type { Chat, ChatEvent, ChatQuestion, ChatReply } from '../../chat/port.ts';
import type { Clock } from '../../clock.ts';
import type { Buffered } from '../../intake/buffered.ts';
import { withDeadline } from '../../kube/deadline.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Caller } from '../../tools/caller.ts';
import { ToolError } from '../../tools/errors.ts';
import { type ApiCall, type GuardedRoute, problemOf } from '../edge.ts';
import { problemBody } from '../problem.ts';
import type { RatePolicy } from '../rateLimits.ts';
import { json } from '../route.ts';
import type { Streams } from '../streams.ts';
import { fieldsOf } from './fields.ts';
import { questionOf } from './question.ts';
import { openEvents } from './sse.ts';
import { CHAT_PATHS } from './table.ts';

export interface ChatDeps {
  readonly chat: Chat;
  readonly policy: RatePolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly streams: Streams;
  readonly buffer: Buffered;
}

const MAX_BYTES = 256 * 1024;
/** A model that thinks and asks tools takes its time; nobody waits longer. */
const DEADLINE_MS = 600_000;

export function chatRoutes(deps: ChatDeps): readonly GuardedRoute[] {
  const { policy } = deps;
  return CHAT_PATHS.map((path) => ({ methods: ['POST'], path, policy, answer: (call) => answered(deps, call) }));
}

async function answered(deps: ChatDeps, call: ApiCall): Promise<Response> {
  const { request, caller } = call;
  const question = questionOf(await fieldsOf(request, { maxBytes: MAX_BYTES, buffer: deps.buffer }));
  if ((request.headers.get('accept') ?? '').includes('text/event-stream')) return streamed(deps, question, call);
  using open = deps.streams.open(request.signal);
  return json(200, await ask(deps, question, caller, open.signal));
}

/** @param onEvent is told of what happens on the way */
export function ask(
  { chat, clock }: Pick<ChatDeps, 'chat' | 'clock'>,
  question: ChatQuestion,
  caller: Caller,
  signal: AbortSignal,
  onEvent?: (event: ChatEvent) => void,
): Promise<ChatReply> {
  const late = (): ToolError => new ToolError('TimedOut', `There is no answer after ${DEADLINE_MS / 60_000} minutes; ask for less.`);
  return withDeadline(clock, DEADLINE_MS, signal, late, (within) => chat.ask(question, { caller, signal: within }, onEvent));
}

function streamed(deps: ChatDeps, question: ChatQuestion, { request, connection, caller, requestId }: ApiCall): Response {
  const { streams, clock, logger } = deps;
  const open = streams.open(request.signal);
  const events = openEvents({ clock, hangUp: connection.hangUp, onGone: open.abort });
  const run = async (): Promise<void> => {
    try {
      const reply = await ask(deps, question, caller, open.signal, (event) => events.send(...eventOf(event)));
      events.send('final', reply);
    } catch (error) {
      if (!request.signal.aborted) events.send('error', problemBody({ ...problemAlong(error, requestId, logger), requestId }));
    } finally {
      events.end();
      open[Symbol.dispose]();
    }
  };
  void run();
  return events.response;
}

/** A problem that is told after the status has been sent. */
export function problemAlong(error: unknown, requestId: string, logger: Logger) {
  const problem = problemOf(error);
  if (problem.status >= 500) logger.error({ error, requestId }, 'a chat could not be answered');
  return problem;
}

/** As callers are sent it: pieces of the answer are tokens. */
export function eventOf(event: ChatEvent): ['token' | 'tool', object] {
  if (event.type === 'text') return ['token', { text: event.text }];
  const { id, tool, query, state } = event;
  return ['tool', { id, tool, query, state }];
}
