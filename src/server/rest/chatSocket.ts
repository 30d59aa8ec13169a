/**
 * Chat over a WebSocket, a JSON object a message: `{"message": "…"}` in, and out the events that Server-Sent Events have, as
 * `{"event": "…", "data": {…}}`. The conversation goes on from question to question. One question at a time; `{"type": "cancel"}` ends it.
 *
 * Who asks is looked at again for each question, as a connection outlives tokens. A browser, which can send no header, shows its token as
 * Kubernetes takes it: by the subprotocol `base64url.bearer.authorization.k8s.io.<token in base64url>` beside `agent-sre.chat`.
 */
import { type WebSocket, WebSocketServer } from 'ws';
import { ToolError } from '../../tools/errors.ts';
import type { Identify } from '../auth/identify.ts';
import type { ApiCall } from '../edge.ts';
import { keepAlive } from '../keepAlive.ts';
import { problemBody } from '../problem.ts';
import type { UpgradeRoute } from '../upgrades.ts';
import { ask, type ChatDeps, eventOf, problemAlong } from './chatRoutes.ts';
import type { Fields } from './fields.ts';
import { questionOf } from './question.ts';
import { CHAT_PATHS } from './table.ts';

const CHAT_PROTOCOL = 'agent-sre.chat';
const MAX_MESSAGE = 64 * 1024;
const MAX_UNREAD = 256 * 1024;
const TOO_SLOW = 1013;
const GOING_AWAY = 1001;

export interface ChatSockets {
  readonly upgrades: readonly UpgradeRoute[];
  readonly close: () => void;
}

export interface ChatSocketDeps extends ChatDeps {
  readonly identify: Identify;
}

export function chatSockets(deps: ChatSocketDeps): ChatSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    handleProtocols: (offered) => (offered.has(CHAT_PROTOCOL) ? CHAT_PROTOCOL : false),
  });
  return {
    upgrades: CHAT_PATHS.map((path) => ({
      path,
      policy: deps.policy,
      accept: ({ request, socket, head }, call) => server.handleUpgrade(request, socket, head, (webSocket) => serve(deps, webSocket, call)),
    })),
    close: () => {
      for (const webSocket of server.clients) webSocket.close(GOING_AWAY, 'this server stops');
    },
  };
}

function serve(deps: ChatSocketDeps, webSocket: WebSocket, call: ApiCall): void {
  const gone = new AbortController();
  let underWay: AbortController | undefined;
  let conversationId: string | undefined;
  const send = (event: string, data: object): void => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    webSocket.send(JSON.stringify({ event, data }));
    if (webSocket.bufferedAmount > MAX_UNREAD) webSocket.close(TOO_SLOW, 'what was sent is not being read');
    if (webSocket.bufferedAmount > 2 * MAX_UNREAD) webSocket.terminate();
  };
  const fail = (error: unknown): void => {
    if (gone.signal.aborted) return;
    const { requestId } = call;
    send('error', problemBody({ ...problemAlong(error, requestId, deps.logger), requestId }));
  };
  const answer = async (fields: Fields): Promise<void> => {
    if (underWay !== undefined) throw new ToolError('TooLarge', 'One question at a time; wait for the answer, or send {"type": "cancel"}.');
    const question = questionOf(fields);
    const controller = new AbortController();
    underWay = controller;
    try {
      const caller = await deps.identify(call.request);
      call.takeAnother();
      using open = deps.streams.open(AbortSignal.any([gone.signal, controller.signal]));
      const onward = { ...question, conversationId: question.conversationId ?? conversationId };
      const reply = await ask(deps, onward, caller, open.signal, (event) => send(...eventOf(event)));
      ({ conversationId } = reply);
      send('final', reply);
    } finally {
      underWay = undefined;
    }
  };
  webSocket.on('message', (data, isBinary) => {
    const fields = isBinary ? undefined : objectIn((data as Buffer).toString('utf8'));
    if (fields === undefined)
      return fail(new ToolError('Invalid', 'That is no JSON object; send one such as {"message": "what is broken?"}.'));
    if (fields['type'] === 'cancel') return underWay?.abort(new ToolError('Unavailable', 'The question was taken back.'));
    return void answer(fields).catch(fail);
  });
  webSocket.on('error', (error) => deps.logger.debug({ error }, 'a chat connection failed'));
  const stopPings = keepAlive(webSocket, deps.clock);
  webSocket.on('close', () => {
    stopPings();
    gone.abort(new Error('the client has gone'));
  });
}

function objectIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
