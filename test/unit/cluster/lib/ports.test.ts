import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { freePorts } from '../../../cluster/lib/ports.ts';

describe('freePorts', () => {
  test('gives as many different ports as are asked for, and each can be bound', async () => {
    const ports = await freePorts('127.0.0.1', 20);
    expect(new Set(ports).size).toBe(20);
    const servers = await Promise.all(ports.map(listen));
    for (const server of servers) server.close();
  });

  test('stays below the ports that kernels give to outgoing connections', async () => {
    for (const port of await freePorts('127.0.0.1', 50)) {
      expect(port).toBeGreaterThanOrEqual(20_000);
      expect(port).toBeLessThan(30_000);
    }
  });

  test('says so when an address is not of this machine', async () => {
    await expect(freePorts('192.0.2.254', 1)).rejects.toThrow(/listen on 192\.0\.2\.254/);
  });
});

function listen(port: number) {
  return new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
