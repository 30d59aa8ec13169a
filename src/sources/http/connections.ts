/**
 * Connections to sources: a few to each, shared by all calls to it, and made anew when its certificates have been rotated.
 *
 * Instances with the same certificates share a pool. Calls that are under way on old certificates may end.
 */
import { Agent, type Dispatcher } from 'undici';
import { readMaterial } from './credentials.ts';
import type { Endpoint, TlsOptions } from './endpoint.ts';

export interface Connections {
  to(endpoint: Endpoint): Promise<Dispatcher>;
  close(): Promise<void>;
}

/** As many as an investigation asks at once: who waits for a connection loses time of its call. */
const AN_ORIGIN = 8;
const HANDSHAKE_MS = 10_000;
/** Node's HTTP/2 writes without end once a body has been cut off under way, as one is when nobody waits any more. */
const OPTIONS = { connections: AN_ORIGIN, pipelining: 1, allowH2: false } as const;

interface Pool {
  /** What the files held when it was made. */
  readonly material: string;
  readonly agent: Agent;
}

export function createConnections(): Connections {
  const plain = new Agent(OPTIONS);
  const pools = new Map<string, Pool>();

  return {
    async to({ tls }) {
      if (tls === undefined) return plain;
      const key = JSON.stringify(tls);
      const options = await connectOptions(tls);
      const material = JSON.stringify(options);
      const held = pools.get(key);
      if (held?.material === material) return held.agent;
      const agent = new Agent({ ...OPTIONS, connect: { ...options, timeout: HANDSHAKE_MS } });
      pools.set(key, { material, agent });
      held?.agent.close().catch(() => undefined);
      return agent;
    },
    async close() {
      await Promise.all([plain, ...[...pools.values()].map(({ agent }) => agent)].map((agent) => agent.destroy()));
    },
  };
}

interface ConnectOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

async function connectOptions({ caFile, certFile, keyFile, serverName, insecureSkipVerify }: TlsOptions): Promise<ConnectOptions> {
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map(materialAt));
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
    rejectUnauthorized: insecureSkipVerify !== true,
  };
}

const materialAt = async (path: string | undefined): Promise<string | undefined> => (path === undefined ? undefined : readMaterial(path));
