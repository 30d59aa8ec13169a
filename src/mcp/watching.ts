/** `subscriptions/listen` of the current protocol revision: whether somebody may listen to what they ask for, which the SDK leaves to us. */
import { isJSONRPCRequest, type JSONRPCErrorResponse, type JSONRPCMessage, ProtocolError } from '@modelcontextprotocol/server';
import type { Call } from '../tools/tool.ts';
import { errorResponse } from './jsonRpc.ts';
import type { Resources } from './resources.ts';

export interface Watching {
  /** What to answer to who may not listen to what they ask for; undefined: let them. */
  refuse(message: JSONRPCMessage, call: Call): Promise<JSONRPCErrorResponse | undefined>;
}

const MAX_URIS = 200;
const INVALID_PARAMS = -32_602;

export function createWatching(resources: Pick<Resources, 'admit'>): Watching {
  return {
    refuse: async (message, call) => {
      if (!isJSONRPCRequest(message) || message.method !== 'subscriptions/listen') return undefined;
      const uris = urisIn(message.params);
      if (uris.length > MAX_URIS) return errorResponse(message.id, INVALID_PARAMS, `No more than ${MAX_URIS} resources at once.`);
      try {
        await Promise.all(uris.map((uri) => resources.admit(uri, call)));
        return undefined;
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return errorResponse(message.id, error.code, error.message);
      }
    },
  };
}

/** What is of another shape is refused by the SDK. */
function urisIn(params: unknown): readonly string[] {
  const { notifications } = (params ?? {}) as { readonly notifications?: { readonly resourceSubscriptions?: unknown } };
  const uris = notifications?.resourceSubscriptions;
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [];
}
