/**
 * Free TCP ports.
 *
 * Taken at random from a range below those that kernels hand to outgoing connections (and below Kubernetes' node ports), so
 * that a port that was free when we looked is very likely free when the daemon binds it. Very likely is not certain:
 * daemons are started through `startOnFreePorts`, which tries again with other ports after a clash.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 29_999;
const TRIES = 200;

export async function freePorts(host: string, count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries === TRIES) throw new Error(`find ${count} free ports on ${host} between ${LOWEST} and ${HIGHEST}`);
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (!found.has(port) && (await isFree(host, port))) found.add(port);
  }
  return [...found];
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(new Error(`listen on ${host}:${port}`, { cause: error }));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
