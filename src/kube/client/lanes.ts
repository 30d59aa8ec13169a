/**
 * Keeps the lanes to one API server open, and opens new ones when the TLS material or the server's protocol changes.
 *
 * Streams on the old ones may end first: a watch resumes on the new ones after its next time-out, and nothing is interrupted
 * because a certificate was renewed.
 */
import type { Dispatcher } from 'undici';
import type { ClientOptions } from '../clientOptions.ts';
import { type Credentials, proxyDispatcher } from './credentials.ts';
import { type Lane, openLane } from './lane.ts';
import { negotiateProtocol } from './negotiate.ts';

/** `repeated` is for calls with a header that is there more than once: undici joins those into one over HTTP/2. */
export type LaneName = 'call' | 'repeated' | 'watch';

export interface Lanes {
  of(lane: LaneName): Dispatcher;
  retire(): Promise<unknown>;
  destroy(reason: Error): Promise<unknown>;
}

export interface LaneKeeper {
  with(credentials: Credentials): Promise<Lanes>;
  destroy(reason: Error): Promise<void>;
}

/** Calls over HTTP/1.1 at once; more wait. Watches are not limited. */
const HTTP1_CALL_SOCKETS = 2;

export function keepLanes(options: ClientOptions, server: URL): LaneKeeper {
  let current: { readonly material: string; readonly lanes: Promise<Lanes> } | undefined;
  const retiring = new Set<Lanes>();
  let closed: Error | undefined;

  const forget = (): void => {
    const old = current?.lanes;
    current = undefined;
    if (old !== undefined) void retire(old, retiring);
  };
  return {
    with: (credentials) => {
      if (closed !== undefined) return Promise.reject(closed);
      if (current?.material !== credentials.material) forget();
      if (current === undefined) {
        const fresh = { material: credentials.material, lanes: open(options, server, credentials, forget) };
        current = fresh;
        fresh.lanes.catch(() => {
          if (current === fresh) current = undefined;
        });
      }
      return current.lanes;
    },
    destroy: async (reason) => {
      closed = reason;
      const last = await current?.lanes.catch(() => undefined);
      const all = last === undefined ? [...retiring] : [...retiring, last];
      await Promise.all(all.map((lanes) => lanes.destroy(reason)));
    },
  };
}

async function retire(old: Promise<Lanes>, retiring: Set<Lanes>): Promise<void> {
  const lanes = await old.catch(() => undefined);
  if (lanes === undefined) return;
  retiring.add(lanes);
  try {
    await lanes.retire();
  } catch {
    // Destroyed meanwhile, together with the client.
  } finally {
    retiring.delete(lanes);
  }
}

async function open(options: ClientOptions, server: URL, credentials: Credentials, onDowngrade: () => void): Promise<Lanes> {
  const proxy = await proxyDispatcher(options.kubeConfig);
  if (proxy !== undefined) return { of: () => proxy, retire: () => proxy.close(), destroy: (reason) => proxy.destroy(reason) };

  const protocol = await negotiateProtocol(server, credentials.tls);
  const common = { server, tls: credentials.tls, protocol, clock: options.clock, onDowngrade };
  const lanes: Record<LaneName, Lane> = {
    call: openLane({ ...common, http1Sockets: HTTP1_CALL_SOCKETS }),
    repeated: openLane({ ...common, protocol: 'http/1.1', http1Sockets: 1 }),
    watch: openLane(common),
  };
  const all = Object.values(lanes);
  return {
    of: (name) => lanes[name].dispatcher,
    retire: () => Promise.all(all.map((lane) => lane.retire())),
    destroy: (reason) => Promise.all(all.map((lane) => lane.destroy(reason))),
  };
}
