/** Each route of REST at a steady rate, whatever its answers take, beside what it asks asked directly at the same rate. */
import { Agent, request } from 'undici';
import { TOOL_ROWS } from '../../../src/server/rest/table.ts';
import { SHOP_POD, type ShopWorld } from '../../support/shopWorld.ts';
import { printTable, round } from '../runtime/table.ts';

export const A_SECOND = 50;
const dispatcher = new Agent({ connections: 200, headersTimeout: 60_000 });

interface Measured {
  readonly failed: number;
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

type Ask = () => Promise<number>;

/** Begins a request every 20 ms, and waits for all. */
export async function steadily(ask: Ask, seconds: number): Promise<Measured> {
  const begun = performance.now();
  const asked: Promise<{ readonly status: number; readonly ms: number }>[] = [];
  for (let index = 0; index < seconds * A_SECOND; index += 1) {
    const due = begun + index * (1000 / A_SECOND);
    await new Promise((resolve) => {
      setTimeout(resolve, Math.max(0, due - performance.now()));
    });
    const at = performance.now();
    asked.push(ask().then((status) => ({ status, ms: performance.now() - at })));
  }
  const answers = await Promise.all(asked);
  const times = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const quantile = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return { failed: answers.filter(({ status }) => status !== 200).length, p50: quantile(0.5), p95: quantile(0.95), most: quantile(1) };
}

/** The pod of the table is nobody's; that of the shop is there. Nobody makes a diagnosis here that could be waited for. */
function exampleOf(path: string, example: object): object {
  if (path === '/kubernetes/logs') return { ...example, pod: SHOP_POD };
  return path === '/incident-response' ? { ...example, wait: 0 } : example;
}

export async function measureRoutes(world: ShopWorld, seconds: number): Promise<void> {
  const post =
    (path: string, body: object): Ask =>
    async () => {
      const headers = { 'content-type': 'application/json' };
      const answer = await request(`${world.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), dispatcher });
      await answer.body.dump();
      return answer.statusCode;
    };
  const get =
    (url: string): Ask =>
    async () => {
      const answer = await request(url, { dispatcher });
      await answer.body.dump();
      return answer.statusCode;
    };
  const asks = [
    { name: 'GET /health', ask: get(`${world.url}/health`) },
    ...TOOL_ROWS.map(({ paths: [path = ''], example }) => ({ name: `POST ${path}`, ask: post(path, exampleOf(path, example)) })),
    { name: 'POST /chat, without a model', ask: post('/chat', { message: 'What is broken?' }) },
    { name: 'Prometheus itself', ask: get(`${world.prometheusUrl}/api/v1/query?query=up`) },
    { name: 'the API server itself', ask: async () => world.client.raw('GET', '/api/v1/namespaces/shop/pods').then(() => 200) },
  ];
  const rows: (readonly string[])[] = [];
  for (const { name, ask } of asks) {
    await steadily(ask, 1);
    const { failed, p50, p95, most } = await steadily(ask, seconds);
    rows.push([name, round(p50, 1), round(p95, 1), round(most, 1), String(failed)]);
  }
  printTable(`Routes, ${A_SECOND} requests a second for ${seconds} s, milliseconds`, ['', 'p50', 'p95', 'most', 'failed'], rows);
}
