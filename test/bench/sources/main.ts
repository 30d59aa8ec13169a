/**
 * `make bench-sources`: what each source's adapter takes over the raw HTTP calls that it makes.
 *
 * Both are made by turns against the same server: the raw calls read the whole answer as bytes, the adapter also checks, parses,
 * cleans and redacts it. Prints the 95th percentile beside what is aimed at; it judges nothing.
 */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { Agent, request } from 'undici';
import { systemClock } from '../../../src/clock.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createAlertmanager } from '../../../src/sources/alertmanager.ts';
import { createGrafana } from '../../../src/sources/grafana.ts';
import { createHttpSource } from '../../../src/sources/http.ts';
import { createLoki } from '../../../src/sources/loki.ts';
import { createPrometheus } from '../../../src/sources/prometheus.ts';
import { createSignoz } from '../../../src/sources/signoz.ts';
import { createTempo } from '../../../src/sources/tempo.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { type Figure, printFigures } from '../loop/table.ts';
import { ANSWERS } from './answers.ts';

const ROUNDS = 100;
const WARM_UP = 10;
const AIM = '≤ 50 ms';

const server = new Worker(new URL('./server.ts', import.meta.url));
const [port] = (await once(server, 'message')) as [number];
const base = `http://127.0.0.1:${port}`;
const http = createHttpSource({ clock: systemClock });
const agent = new Agent({ connections: 4 });

const cleaner = createCleaner(createRedactor().text);
const at = (name: string) => ({ name, url: `${base}/${name}` });
const window = { start: 1_767_225_600_000, end: 1_767_232_800_000 };
const inShop = { namespace: 'shop', window };
const prometheus = createPrometheus(http, at('prometheus'));
const alertmanager = createAlertmanager(http, at('alertmanager'));
const loki = createLoki(http, at('loki'), cleaner);
const tempo = createTempo(http, at('tempo'), cleaner);
const grafana = createGrafana(http, at('grafana'), cleaner);
const signoz = createSignoz({ http, cleaner, clock: systemClock }, at('signoz'));
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

interface Subject {
  readonly what: string;
  /** The calls that it makes, one after another. */
  readonly paths: readonly string[];
  readonly ask: () => Promise<unknown>;
}

const subjects: readonly Subject[] = [
  { what: 'Prometheus, 500 samples', paths: ['/prometheus/api/v1/query'], ask: () => prometheus.instant('up') },
  { what: 'Prometheus, 50 series of 240 points', paths: ['/prometheus/api/v1/query_range'], ask: () => prometheus.range('up', window) },
  { what: 'Alertmanager, 300 alerts', paths: ['/alertmanager/api/v2/alerts'], ask: () => alertmanager.alerts('Down') },
  { what: 'Loki, 1,000 lines', paths: ['/loki/loki/api/v1/labels', '/loki/loki/api/v1/query_range'], ask: () => loki.lines(inShop) },
  { what: 'Tempo, search of 20 traces', paths: ['/tempo/api/search'], ask: () => tempo.search(inShop) },
  { what: 'Tempo, a trace of 500 spans', paths: [`/tempo/api/v2/traces/${TRACE}`], ask: () => tempo.trace(TRACE, window) },
  { what: 'Grafana, a dashboard of 60 panels', paths: ['/grafana/api/dashboards/uid/cart'], ask: () => grafana.dashboard('cart') },
  { what: 'SigNoz, 1,000 lines', paths: ['/signoz/api/v5/query_range'], ask: () => signoz.logs.lines(inShop) },
];

async function rawCalls(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { body } = await request(`${base}${path}`, { dispatcher: agent });
    await body.arrayBuffer();
  }
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const p95 = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;

async function measure({ what, paths, ask }: Subject): Promise<readonly Figure[]> {
  const raw: number[] = [];
  const over: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const alone = await millisecondsOf(() => rawCalls(paths));
    const whole = await millisecondsOf(ask);
    if (round < WARM_UP) continue;
    raw.push(alone);
    over.push(whole - alone);
  }
  const kilobytes = Math.round(paths.reduce((sum, path) => sum + JSON.stringify(ANSWERS[path]).length, 0) / 1000);
  return [
    { what: `${what} (${kilobytes} kB): raw calls, p95`, value: p95(raw), unit: 'ms' },
    { what: `${what}: over them, p95`, value: p95(over), unit: 'ms', aim: AIM },
  ];
}

try {
  const figures: Figure[] = [];
  for (const subject of subjects) figures.push(...(await measure(subject)));
  printFigures(figures);
} finally {
  await Promise.all([http.close(), agent.destroy(), server.terminate()]);
}
