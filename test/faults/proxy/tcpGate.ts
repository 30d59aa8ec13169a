/** Passes TCP connections on to a port of this machine, and can harm them as networks do: refuse, cut, or swallow every byte. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface TcpGate {
  readonly port: number;
  /** Nobody listens any more; what is connected stays. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Ends every connection with a reset. */
  cutAll(): void;
  /** Half-open: bytes go nowhere, in both directions, and nobody is told. New connections are taken and left alone. */
  freeze(): void;
  thaw(): void;
  /** What is open now goes dead for good, untold, as after a firewall has forgotten it; new connections work. */
  strand(): void;
  /** Connections that are open now. */
  readonly open: number;
  close(): Promise<void>;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
}

export async function openTcpGate(targetPort: number): Promise<TcpGate> {
  const links = new Set<Link>();
  const stranded = new Set<Link>();
  let frozen = false;

  const join = ({ near, far }: Link): void => {
    near.pipe(far);
    far.pipe(near);
  };
  const part = ({ near, far }: Link): void => {
    near.unpipe(far).pause();
    far.unpipe(near).pause();
  };
  const make = (): Server =>
    createServer((near) => {
      const link: Link = { near, far: connect(targetPort, '127.0.0.1') };
      links.add(link);
      for (const [one, other] of [
        [link.near, link.far],
        [link.far, link.near],
      ] as const) {
        one.on('error', () => undefined);
        one.on('close', () => {
          // A frozen network would not tell the other side either.
          if (!frozen && !stranded.has(link)) other.destroy();
          links.delete(link);
        });
      }
      if (!frozen) join(link);
    });
  let server = make();
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const cutAll = (): void => {
    for (const { near, far } of links) {
      near.resetAndDestroy();
      far.destroy();
    }
  };
  return {
    port,
    refuse: async () => {
      await stopListening(server);
    },
    accept: async () => {
      server = make();
      await listen(server, port);
    },
    cutAll,
    freeze: () => {
      frozen = true;
      for (const link of links) part(link);
    },
    thaw: () => {
      frozen = false;
      for (const link of links) join(link);
    },
    strand: () => {
      for (const link of links) {
        part(link);
        stranded.add(link);
        links.delete(link);
      }
    },
    get open() {
      return links.size;
    },
    close: async () => {
      frozen = false;
      const stopped = stopListening(server);
      cutAll();
      for (const { near, far } of stranded) {
        near.destroy();
        far.destroy();
      }
      await stopped;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

/** Without waiting for what is still connected: `close` stops listening at once, and calls back when the last one is gone. */
function stopListening(server: Server): Promise<void> {
  if (server.listening) server.close();
  return Promise.resolve();
}
