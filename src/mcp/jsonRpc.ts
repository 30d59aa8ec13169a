/** JSON-RPC as it comes in, whichever way: one message, a batch of them, or nothing that could be read. */
import { type JSONRPCErrorResponse, type JSONRPCMessage, ProtocolErrorCode, parseJSONRPCMessage } from '@modelcontextprotocol/server';

export type Incoming =
  | { readonly kind: 'one'; readonly message: JSONRPCMessage }
  /** Each, or why it is none. */
  | { readonly kind: 'batch'; readonly items: readonly (JSONRPCMessage | JSONRPCErrorResponse)[] }
  | { readonly kind: 'malformed'; readonly error: JSONRPCErrorResponse };

const MAX_BATCH = 50;

export function incoming(text: string): Incoming {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'malformed', error: errorResponse(null, ProtocolErrorCode.ParseError, 'That is not JSON.') };
  }
  if (!Array.isArray(value)) {
    const message = messageIn(value);
    return isError(message) ? { kind: 'malformed', error: message } : { kind: 'one', message };
  }
  if (value.length === 0 || value.length > MAX_BATCH) {
    const error = errorResponse(
      null,
      ProtocolErrorCode.InvalidRequest,
      `A batch has from 1 to ${MAX_BATCH} messages; this one has ${value.length}.`,
    );
    return { kind: 'malformed', error };
  }
  return { kind: 'batch', items: value.map(messageIn) };
}

/** With the mark of an answer of ours: a client's own error response is a message like any other. */
const MALFORMED = Symbol('malformed');

function messageIn(value: unknown): JSONRPCMessage | JSONRPCErrorResponse {
  try {
    return parseJSONRPCMessage(value);
  } catch {
    const message =
      'That is no JSON-RPC 2.0 message; it needs "jsonrpc": "2.0", a "method", an "id" unless it is a notification, and "params" that are an object.';
    return Object.assign(errorResponse(idOf(value), ProtocolErrorCode.InvalidRequest, message), { [MALFORMED]: true });
  }
}

/** Whether it is what is answered to something that is no message. */
export function isError(message: JSONRPCMessage): message is JSONRPCErrorResponse {
  return MALFORMED in message;
}

function idOf(value: unknown): string | number | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'string' || Number.isSafeInteger(value.id) ? (value.id as string | number) : null;
}

/** JSON-RPC says null where it cannot tell whose error it is; the SDK's type has no word for that. */
export function errorResponse(id: string | number | null | undefined, code: number, message: string): JSONRPCErrorResponse {
  return { jsonrpc: '2.0', id: (id ?? null) as string | number, error: { code, message } };
}
