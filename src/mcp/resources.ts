/**
 * Records as MCP resources: `incident://<namespace>/<name>` and the like. Each kind is read by the very function that a tool reads it by, for
 * the caller, and watched by who may read it.
 */
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError, type ServerContext } from '@modelcontextprotocol/server';
import { ToolError } from '../tools/errors.ts';
import type { Call } from '../tools/tool.ts';
import { boundedText } from './bounded.ts';

export interface ResourceEntry {
  readonly uri: string;
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** RFC 3339. */
  readonly lastModified?: string | undefined;
  /** From 0 to 1, as MCP has it. */
  readonly priority?: number | undefined;
}

export interface ResourceKind {
  /** As in `incident`. */
  readonly scheme: string;
  /** As in `incident://{namespace}/{name}`. */
  readonly uriTemplate: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** Those that the caller may see, what matters most first. Absent: there are too many, or they are found by others. */
  readonly list?: ((call: Call) => Promise<readonly ResourceEntry[]>) | undefined;
  /** @param path what stands behind `<scheme>://`, decoded. Throws a ToolError `NotFound` for what is not there. */
  readonly read: (path: string, call: Call) => Promise<string>;
  /** Throws for who may not; absent: it never changes. */
  readonly admit?: ((path: string, call: Call) => Promise<void>) | undefined;
  /** What may stand for a variable of the template. */
  readonly complete?: ((variable: string, value: string, call: Call) => Promise<readonly string[]>) | undefined;
}

export interface Resources {
  readonly kinds: readonly ResourceKind[];
  list(call: Call): Promise<readonly ResourceEntry[]>;
  read(uri: string, call: Call): Promise<{ readonly uri: string; readonly mimeType: string; readonly text: string }>;
  /** Lets go on who may watch it; throws an error of the protocol otherwise. */
  admit(uri: string, call: Call): Promise<void>;
}

export function createResources(kinds: readonly ResourceKind[]): Resources {
  return {
    kinds,
    list: async (call) => (await Promise.all(kinds.map(async ({ list }) => list?.(call) ?? []))).flat(),
    read: async (uri, call) => {
      const { kind, path } = find(kinds, uri);
      const text = await asProtocol(uri, () => kind.read(path, call));
      return { uri, mimeType: kind.mimeType, text: boundedText(text) };
    },
    admit: async (uri, call) => {
      const { kind, path } = find(kinds, uri);
      await asProtocol(uri, async () => {
        if (kind.admit === undefined) throw new ToolError('Invalid', `${kind.title} never changes: there is nothing to subscribe to.`);
        await kind.admit(path, call);
      });
    },
  };
}

const URI = /^([a-z]{1,32}):\/\/([^?#\s]{1,1024})$/u;

function find(kinds: readonly ResourceKind[], uri: string): { readonly kind: ResourceKind; readonly path: string } {
  const [, scheme, path = ''] = URI.exec(uri) ?? [];
  const kind = kinds.find((each) => each.scheme === scheme);
  if (kind === undefined) {
    const known = kinds.map(({ uriTemplate }) => uriTemplate).join(', ');
    throw new ResourceNotFoundError(uri, `There are no such resources; there are ${known || 'none at all'}.`);
  }
  try {
    return { kind, path: decodeURIComponent(path) };
  } catch {
    throw new ResourceNotFoundError(uri, 'The URI is not encoded as URIs are.');
  }
}

async function asProtocol<T>(uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.reason === 'NotFound') throw new ResourceNotFoundError(uri, error.message);
    const isAsked = error.reason === 'Invalid' || error.reason === 'Forbidden';
    throw new ProtocolError(isAsked ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, error.message, {
      reason: error.reason,
    });
  }
}

export function callOf({ mcpReq }: Pick<ServerContext, 'mcpReq'>, caller: Call['caller']): Call {
  return { caller, signal: mcpReq.signal };
}
