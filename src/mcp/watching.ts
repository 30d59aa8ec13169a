/** `subscriptions/listen` of the current protocol revision: whether somebody may, which the SDK leaves to us, and what there is to hear. */
import {
  isJSONRPCRequest,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  ProtocolError,
  type ServerEvent,
} from '@modelcontextprotocol/server';
import type { Call } from '../tools/tool.ts';
import type { Change } from './changes.ts';
import { errorResponse } from './jsonRpc.ts';
import type { Resources } from './resources.ts';

export interface Watching {
  /** What to answer to who may not listen to what they ask for; undefined: let them. */
  refuse(message: JSONRPCMessage, call: Call): Promise<JSONRPCErrorResponse | undefined>;
  events(change: Change): readonly ServerEvent[];
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
    events: ({ uri, isListChange }) => [
      { kind: 'resource_updated', uri },
      ...(isListChange ? [{ kind: 'resources_list_changed' } as const] : []),
    ],
  };
}

/** What is of another shape is refused by the SDK. */
function urisIn(params: unknown): readonly string[] {
  const { notifications } = (params ?? {}) as { readonly notifications?: { readonly resourceSubscriptions?: unknown } };
  const uris = notifications?.resourceSubscriptions;
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [];
}
