/**
 * How an MCP server is reached: Streamable HTTP, or a program of ours that speaks over its standard streams. Both are bounded in size.
 *
 * Over HTTP no redirect is followed and no login is begun: a token comes from a file, or there is none. A program gets only the environment
 * that is configured for it and a few variables of the machine that the SDK holds harmless; what it writes to standard error is dropped.
 */
import { readFile } from 'node:fs/promises';
import { StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { SourceError } from '../gap.ts';

export type McpAddress =
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly bearerTokenFile?: string | undefined;
    }
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args?: readonly string[] | undefined;
      readonly environment?: Readonly<Record<string, string>> | undefined;
      /** Variables whose values are the contents of files. */
      readonly environmentFiles?: Readonly<Record<string, string>> | undefined;
    };

export interface BoundedTransport {
  readonly transport: Transport;
  /** Aborts when an answer is too large; its reason is a SourceError. */
  readonly overflow: AbortSignal;
  /** Makes an end of a program that is still there after it was asked to go. */
  readonly end: () => void;
}

export async function openTransport(address: McpAddress, maxBytes: number): Promise<BoundedTransport> {
  const overflow = new AbortController();
  const tooLarge = (): SourceError => {
    const error = new SourceError('TooLarge', `its answer is larger than ${maxBytes} bytes`);
    overflow.abort(error);
    return error;
  };
  const opened =
    address.kind === 'http'
      ? { transport: await overHttp(address, maxBytes, tooLarge), end: () => undefined }
      : await overStdio(address, maxBytes, tooLarge);
  return { ...opened, overflow: overflow.signal };
}

async function overHttp(
  address: McpAddress & { readonly kind: 'http' },
  maxBytes: number,
  tooLarge: () => SourceError,
): Promise<Transport> {
  const token = address.bearerTokenFile === undefined ? undefined : await contentOf(address.bearerTokenFile);
  const headers = { ...address.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  return new StreamableHTTPClientTransport(new URL(address.url), {
    requestInit: { headers, redirect: 'error' },
    fetch: async (url, init) => bounded(await fetch(url, init), maxBytes, tooLarge),
    reconnectionOptions: { maxRetries: 0, initialReconnectionDelay: 1_000, maxReconnectionDelay: 1_000, reconnectionDelayGrowFactor: 1 },
    onInsufficientScope: 'throw',
  });
}

/** The response with a body that fails once it is too large. */
function bounded(response: Response, maxBytes: number, tooLarge: () => SourceError): Response {
  if (response.body === null) return response;
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) controller.error(tooLarge());
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counter), { status, statusText, headers });
}

async function overStdio(
  address: McpAddress & { readonly kind: 'stdio' },
  maxBytes: number,
  tooLarge: () => SourceError,
): Promise<Omit<BoundedTransport, 'overflow'>> {
  const { command, args = [], environment = {}, environmentFiles = {} } = address;
  const files = await Promise.all(Object.entries(environmentFiles).map(async ([name, file]) => [name, await contentOf(file)] as const));
  const env = { ...environment, ...Object.fromEntries(files) };
  const transport = new StdioClientTransport({ command, args: [...args], env, stderr: 'ignore', maxBufferSize: maxBytes });
  const start = transport.start.bind(transport);
  let pid: number | null = null;
  return {
    transport: Object.assign(transport, {
      start: async () => {
        await start();
        pid = transport.pid;
      },
      onclose: () => {
        pid = null;
      },
      onerror: (error: Error) => {
        if (/exceeded maximum size/u.test(error.message)) tooLarge(); // the SDK has no code for it
      },
    }),
    end: () => {
      if (pid !== null) process.kill(pid, 'SIGKILL');
      pid = null;
    },
  };
}

async function contentOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new SourceError('Forbidden', `the file ${file} cannot be read`, { cause });
  }
}
