/**
 * What intake takes: a burst, a steady stream, and hostile bodies; the burst beside the raw limit, a loop that only creates the same objects on the
 * same API server by a client of the same kind.
 *
 *     node test/bench/intake/main.ts [--minutes 10] [--only burst|steady|hostile]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { incidents } from '../../../src/crds/kinds.ts';
import { hostileBodies } from '../../support/hostileBodies.ts';
import { until } from '../../support/until.ts';
import { printTable, ratio, round } from '../runtime/table.ts';
import { alertOf, bodyOf, PODS } from './alerts.ts';
import { type Answered, type Subject, startSubject } from './subject.ts';

const WORKLOADS = 1000;
const A_SECOND = 50;
const CREATES_AT_ONCE = 32;
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' }, only: { type: 'string' } } });
const seconds = Number(values.minutes) * 60;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const quantile = (all: readonly number[], part: number): number =>
  all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))] ?? Number.NaN;

async function empty({ client, namespace }: Subject): Promise<void> {
  await client.raw('DELETE', `/apis/agentsre.io/v1alpha1/namespaces/${namespace}/incidents`);
  await until('all are gone', async () => ((await client.list(incidents, { namespace })).items.length === 0 ? true : undefined), 60_000);
}

/** Creates a second of a loop that does nothing else, with the Incidents that the burst has made. */
async function rawRate(subject: Subject): Promise<number> {
  const { client, namespace } = subject;
  const made = (await client.list(incidents, { namespace })).items;
  // Where only the operator's namespace may hold Incidents about others, the loop creates them there, too.
  await empty(subject);
  const left = made.map(({ metadata: { name, labels }, spec }) => ({ metadata: { namespace, name, labels }, spec }));
  const begun = performance.now();
  await Promise.all(
    range(CREATES_AT_ONCE).map(async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await client.create(incidents, next);
    }),
  );
  return made.length / ((performance.now() - begun) / 1000);
}

async function burst(subject: Subject, name: string, bodies: readonly string[]): Promise<readonly string[]> {
  await empty(subject);
  const begun = performance.now();
  const answers = await Promise.all(bodies.map((body) => acknowledged(subject, body)));
  const took = (performance.now() - begun) / 1000;
  const stored = (await subject.client.list(incidents, { namespace: subject.namespace })).items.length;
  const rate = stored / took;
  const raw = await rawRate(subject);
  const tries = answers.reduce((sum, count) => sum + count, 0);
  await until('memory is given back', () => (subject.memory().now < 200 ? true : undefined), 60_000).catch(() => undefined);
  const { now, peak } = subject.memory();
  return [name, `${stored}`, `${tries}`, round(took, 2), round(rate), round(raw), ratio(rate, raw), round(peak), round(now)];
}

/** As Alertmanager does: again after 503. Gives how often. */
async function acknowledged(subject: Subject, body: string): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const { status } = await subject.send(body);
    if (status === 200) return tries;
    if (status !== 503) throw new Error(`a burst was answered with ${status}`);
    await delay(500);
  }
}

async function steady(subject: Subject): Promise<readonly (readonly string[])[]> {
  await empty(subject);
  const [answers, open]: [Answered[], number[]] = [[], []];
  let waiting = 0;
  const one = async (body: string): Promise<void> => {
    waiting += 1;
    open.push(waiting);
    answers.push(await subject.send(body));
    waiting -= 1;
  };
  const sent: Promise<void>[] = [];
  const begun = performance.now();
  for (let count = 0; count < seconds * A_SECOND; count += 1) {
    await delay(Math.max(0, begun + (count * 1000) / A_SECOND - performance.now()));
    // Four of five are of trouble that is known.
    sent.push(one(bodyOf([count % 5 === 0 ? alertOf(count, 0) : alertOf(count % 100, count % PODS)])));
  }
  await Promise.all(sent);
  const times = answers.map(({ ms }) => ms);
  const third = Math.floor(open.length / 3);
  const most = (part: readonly number[]): string => round(Math.max(...part));
  const refused = answers.filter(({ status }) => status !== 200).length;
  return [
    ['p50, p99, longest (ms)', [0.5, 0.99, 1].map((part) => round(quantile(times, part), 1)).join(', ')],
    ['under way at most, in each third', [open.slice(0, third), open.slice(third, 2 * third), open.slice(2 * third)].map(most).join(', ')],
    ['not answered with 200', `${refused} of ${answers.length}`],
    ['resident memory at the end (MiB)', round(subject.memory().now)],
  ];
}

/** Each by itself, while good alerts come in: what it does to the event loop and to the memory. */
async function hostile(subject: Subject): Promise<readonly (readonly string[])[]> {
  await empty(subject);
  const results: { readonly name: string; readonly hold: number; readonly grown: number; readonly isRight: boolean }[] = [];
  for (const { name, body, headers, want } of hostileBodies()) {
    const bytes = body();
    await subject.longestHold();
    const before = subject.memory().now;
    const [{ status }, beside] = await Promise.all([subject.send(bytes, headers, true), subject.send(bodyOf([alertOf(0, 0)]))]);
    const hold = await subject.longestHold();
    const isRight = want.startsWith(`${status}`) && beside.status === 200;
    results.push({ name, hold, grown: subject.memory().now - before - bytes.length / 2 ** 20, isRight });
  }
  const worst = results.toSorted((a, b) => b.hold - a.hold).slice(0, 5);
  const hungriest = results.toSorted((a, b) => b.grown - a.grown).slice(0, 3);
  return [
    ['bodies with their exact status', `${results.filter(({ isRight }) => isRight).length} of ${results.length}`],
    ...results.filter(({ isRight }) => !isRight).map(({ name }) => [`  not: ${name}`, '']),
    ...worst.map(({ name, hold }) => [`held the event loop: ${name}`, `${round(hold)} ms`]),
    ...hungriest.map(({ name, grown }) => [`memory beyond its size: ${name}`, `${round(grown)} MiB`]),
  ];
}

const isWanted = (part: string): boolean => values.only === undefined || values.only === part;

const subject = await startSubject();
try {
  if (isWanted('burst')) {
    const alerts = range(WORKLOADS).map((workload) => range(PODS).map((pod) => alertOf(workload, pod)));
    const bursts: readonly (readonly [string, () => readonly string[]])[] = [
      ['one message of 10,000', () => [bodyOf(alerts.flat())]],
      ['1,000 messages of 10', () => alerts.map(bodyOf)],
      ['10,000 messages of 1', () => alerts.flat().map((alert) => bodyOf([alert]))],
    ];
    const rows: (readonly string[])[] = [];
    for (const [name, bodies] of bursts) {
      rows.push(await burst(subject, name, bodies()));
      process.stderr.write(`${rows.at(-1)?.join('  ')}\n`);
    }
    const head = ['10,000 alerts of 1,000 identities', 'stored', 'sent', 's', 'a second', 'raw', 'ratio', 'peak MiB', 'after'];
    printTable('A burst: until all is acknowledged (aims: 5 s, ratio 0.5, peak 512 MiB, after 200 MiB)', head, rows);
  }
  if (isWanted('steady'))
    printTable(`${A_SECOND} alerts a second for ${seconds} s (aims: p99 100 ms, no growth)`, ['', ''], await steady(subject));
  if (isWanted('hostile')) printTable('Hostile bodies (aims: 50 ms, 64 MiB)', ['', ''], await hostile(subject));
} finally {
  await subject.stop();
}
