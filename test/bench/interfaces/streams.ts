/** The memory of the gateway with many streams open at once, each waiting for a model that says nothing. */
import { readFileSync } from 'node:fs';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ShopWorld } from '../../support/shopWorld.ts';
import { printTable, round } from '../runtime/table.ts';

const AT_ONCE = 25;

export async function measureStreams(world: ShopWorld, count: number): Promise<void> {
  const memory = (): number => Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${world.pid()}/status`, 'utf8'))?.[1]) / 1024;
  const idle = memory();
  const open: ClientRequest[] = [];
  let ended = 0;
  let peak = idle;
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    const many = Array.from({ length: Math.min(AT_ONCE, count - begun) }, () => opened(world.url, () => (ended += 1)));
    open.push(...(await Promise.all(many)));
    peak = Math.max(peak, memory());
  }
  await delay(5000);
  const [held, stillOpen] = [memory(), open.length - ended];
  for (const one of open) one.destroy();
  await delay(5000);
  const rows = [[`${count} streams`, String(stillOpen), round(idle), round(held), round(Math.max(peak, held)), round(memory())]];
  printTable('Open streams of POST /chat, MiB of resident memory', ['', 'open', 'idle', 'open', 'peak', 'after'], rows);
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
