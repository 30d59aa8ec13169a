/** The memory of the gateway with many streams open at once, each waiting for a model that says nothing. */
import { readFileSync } from 'node:fs';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ShopWorld } from '../../support/shopWorld.ts';
import { printTable, round } from '../runtime/table.ts';

const AT_ONCE = 25;
const SETTLE_MS = 5000;

export async function measureStreams(world: ShopWorld, count: number): Promise<void> {
  const rows: (readonly string[])[] = [];
  const open: ClientRequest[] = [];
  let ended = 0;
  const look = async (when: string): Promise<void> => {
    const { resident, heap, external } = await memoryOf(world);
    rows.push([when, String(open.length - ended), round(resident), round(heap), round(external)]);
  };
  await look('idle');
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    const many = Array.from({ length: Math.min(AT_ONCE, count - begun) }, () => opened(world.url, () => (ended += 1)));
    open.push(...(await Promise.all(many)));
  }
  await delay(SETTLE_MS);
  await look(`with ${count} streams, just opened`);
  await delay(3 * SETTLE_MS);
  await look('a quarter of a minute later');
  for (const one of open) one.destroy();
  await delay(SETTLE_MS);
  await look('when all have left');
  await delay(6 * SETTLE_MS);
  await look('half a minute later');
  printTable('Open streams of POST /chat, MiB', ['', 'open', 'resident', 'heap', 'external'], rows);
}

async function memoryOf({ url, pid }: ShopWorld): Promise<{ readonly resident: number; readonly heap: number; readonly external: number }> {
  const resident = Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid()}/status`, 'utf8'))?.[1]) / 1024;
  const figures = await (await fetch(`${url}/metrics`)).text();
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'mu').exec(figures)?.[1]) / 2 ** 20;
  return { resident, heap: figure('nodejs_heap_size_used_bytes'), external: figure('nodejs_external_memory_bytes') };
}

/** Resolves once the head of the answer is there. */
function opened(url: string, onEnd: () => void): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
    const asking = httpRequest(`${url}/chat`, { method: 'POST', headers, agent: false }, (answer) => {
      answer
        .on('data', () => undefined)
        .on('end', onEnd)
        .on('error', () => undefined);
      if (answer.statusCode === 200) resolve(asking);
      else reject(new Error(`a stream was answered with ${answer.statusCode}`));
    });
    asking.on('error', reject).end(JSON.stringify({ message: 'Why do the pods of checkout in shop wait for one another?' }));
  });
}
