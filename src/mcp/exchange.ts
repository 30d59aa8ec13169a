/** Messages to a server of their own, and its answers: for callers who hold no session and take no stream, such as a line of curl. */
import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type McpServer,
  type Server,
  type Transport,
} from '@modelcontextprotocol/server';
import { isError } from './jsonRpc.ts';

/** In the order in which they end; none for notifications. Rejects when `signal` aborts. */
export async function exchange(
  server: Server | McpServer,
  messages: readonly JSONRPCMessage[],
  signal: AbortSignal,
): Promise<readonly JSONRPCMessage[]> {
  const answers: JSONRPCMessage[] = messages.filter(isError);
  const rest = messages.filter((message) => !isError(message));
  const expected = new Set(rest.filter(isJSONRPCRequest).map(({ id }) => id));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const transport: Transport = {
    start: async () => undefined,
    send: async (message) => {
      if (!isJSONRPCResultResponse(message) && !isJSONRPCErrorResponse(message)) return;
      answers.push(message);
      if (message.id !== undefined) expected.delete(message.id);
      if (expected.size === 0) resolve();
    },
    close: async () => transport.onclose?.(),
  };
  const onAbort = (): void => reject(new Error('nobody waits for the answer any more', { cause: signal.reason }));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await server.connect(transport);
    for (const message of rest) transport.onmessage?.(message);
    if (expected.size > 0) await promise;
    return answers;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await server.close();
  }
}
