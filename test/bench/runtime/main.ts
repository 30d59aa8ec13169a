/**
 * `make bench-runtime`: our controller runtime, `@dot-i/k8s-operator` and Go's controller-runtime under the same load and the same faults, on a real API
 * server of its own. Prints tables, and judges nothing.
 *
 *   --rounds N         rounds of the load, of which the median counts (3)
 *   --objects N        objects of the load (2000)
 *   --concurrency N    reconciles at once (10)
 *   --changes N        changes after idle stretches (15)
 *   --watch-seconds N  to which a proxy shortens all watches for these (3)
 *   --idle-minutes N   (1)
 *   --patience N       seconds until what is missing after a fault counts as lost (120)
 *   --only LIST        of load, latency, idle, faults
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { buildSubjects, type Subject } from './build.ts';
import { type IdleFigures, measureIdle } from './idle.ts';
import { inParallel } from './items.ts';
import { type LatencyFigures, measureLatency } from './latency.ts';
import { type LoadFigures, measureLoad } from './load.ts';
import { benchFaults, type LossFigures, measureLosses } from './losses.ts';
import { setStage } from './stage.ts';
import { median, printTable, ratio, round } from './table.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    objects: { type: 'string', default: '2000' },
    concurrency: { type: 'string', default: '10' },
    changes: { type: 'string', default: '15' },
    'watch-seconds': { type: 'string', default: '3' },
    'idle-minutes': { type: 'string', default: '1' },
    patience: { type: 'string', default: '120' },
    only: { type: 'string', default: 'load,latency,idle,faults' },
  },
});
/** They wait more than they work. */
const FAULTS_AT_ONCE = 5;
const parts = values.only.split(',');
const say = (line: string): void => console.error(`bench-runtime: ${line}`);

say('starting an API server and building the subjects');
const bench = await setStage();
try {
  const subjects = await buildSubjects(bench.folder, say);
  if (parts.includes('load')) await load(subjects);
  if (parts.includes('latency')) await latency(subjects);
  if (parts.includes('idle')) await idle(subjects);
  if (parts.includes('faults')) await faults(subjects);
} finally {
  await bench.stop();
}

async function load(subjects: readonly Subject[]): Promise<void> {
  const [rounds, objects, concurrency] = [Number(values.rounds), Number(values.objects), Number(values.concurrency)];
  const results = new Map<Subject, LoadFigures[]>(subjects.map((subject) => [subject, []]));
  for (let n = 1; n <= rounds; n++) {
    for (const subject of subjects) {
      say(`load, round ${n} of ${rounds}: ${subject.name} (machine load ${round(loadavg()[0] ?? 0, 1)})`);
      results.get(subject)?.push(await measureLoad(bench, subject, objects, concurrency));
    }
  }
  const of = (subject: Subject, figure: keyof LoadFigures): number =>
    median((results.get(subject) ?? []).map((figures) => figures[figure]));
  compare(`${objects} objects, one status write each, ${concurrency} at once (median of ${rounds})`, subjects, [
    ['reconciles a second', '≥ 0.7 of Go', (subject) => of(subject, 'reconcilesPerSecond'), 0],
    ['processor ms a reconcile', '', (subject) => (of(subject, 'cpuSeconds') / objects) * 1000, 2],
    ['start to first status, ms', '', (subject) => of(subject, 'startMs'), 0],
    ['RSS at its peak, MiB', '≤ 128', (subject) => of(subject, 'peakMebibytes'), 0],
    ['sockets', '≤ 4', (subject) => of(subject, 'mostSockets'), 0],
  ]);
}

async function latency(subjects: readonly Subject[]): Promise<void> {
  const [changes, seconds] = [Number(values.changes), Number(values['watch-seconds'])];
  say(`latency: ${changes} changes, each after watches of ${seconds} s have ended`);
  const results = await together<LatencyFigures>(subjects, (subject) => measureLatency(bench, subject, changes, seconds));
  compare(
    `a change to its status, ms, after an idle stretch longer than a watch (watches shortened to ${seconds} s, ${changes} changes)`,
    subjects,
    [
      ['p50', '', (subject) => results.get(subject)?.p50Ms, 0],
      ['p99', '≤ 500', (subject) => results.get(subject)?.p99Ms, 0],
    ],
  );
}

async function idle(subjects: readonly Subject[]): Promise<void> {
  const [objects, minutes] = [Number(values.objects), Number(values['idle-minutes'])];
  say(`idle: ${minutes} min with ${objects} objects`);
  const results = await together<IdleFigures>(subjects, (subject) => measureIdle(bench, subject, objects, minutes));
  compare(`${minutes} idle min with ${objects} objects in the cache`, subjects, [
    ['reads and watches', '', (subject) => results.get(subject)?.reads, 0],
    ['Lease calls', '', (subject) => results.get(subject)?.leaseCalls, 0],
    ['other writes', '0', (subject) => results.get(subject)?.otherWrites, 0],
    ['RSS, MiB', '≤ 128', (subject) => results.get(subject)?.residentMebibytes, 0],
    ['sockets', '≤ 4', (subject) => results.get(subject)?.sockets, 0],
  ]);
}

async function faults(subjects: readonly Subject[]): Promise<void> {
  const patience = Number(values.patience) * 1000;
  const rows = new Map<string, string[]>();
  await inParallel(benchFaults, FAULTS_AT_ONCE, async (fault) => {
    say(`fault: ${fault.name}`);
    const results = await together<LossFigures>(subjects, (subject) => measureLosses(bench, subject, fault, patience));
    rows.set(fault.name, [fault.name, ...subjects.map((subject) => describe(results.get(subject)))]);
  });
  const title = `events lost ${values.patience} s after a fault (of objects that came, changed or went; in brackets the seconds until all was well)`;
  printTable(
    title,
    ['fault', ...subjects.map(({ name }) => name)],
    benchFaults.map(({ name }) => rows.get(name) ?? [name]),
  );
}

function describe(figures: LossFigures | undefined): string {
  if (figures === undefined) return '–';
  const { lost, of, exits, recoveredMs } = figures;
  const exited = exits === 0 ? '' : `, ${exits} exit${exits === 1 ? '' : 's'}`;
  return `${lost} of ${of}${recoveredMs === undefined ? '' : ` (${round(recoveredMs / 1000, 1)})`}${exited}`;
}

/** All at the same time: they wait more than they work. */
async function together<F>(subjects: readonly Subject[], measure: (subject: Subject) => Promise<F>): Promise<ReadonlyMap<Subject, F>> {
  return new Map(await Promise.all(subjects.map(async (subject) => [subject, await measure(subject)] as const)));
}

type Row = readonly [what: string, aim: string, value: (subject: Subject) => number | undefined, digits: number];

/** The last columns are ours divided by each other. */
function compare(title: string, subjects: readonly Subject[], rows: readonly Row[]): void {
  const [ours, ...others] = subjects;
  if (ours === undefined) return;
  const head = ['', ...subjects.map(({ name }) => name), ...others.map(({ name }) => `ours / ${name.split(' ')[0]}`), 'aim'];
  const body = rows.map(([what, aim, value, digits]) => [
    what,
    ...subjects.map((subject) => round(value(subject) ?? Number.NaN, digits)),
    ...others.map((other) => ratio(value(ours), value(other))),
    aim,
  ]);
  printTable(title, head, body);
}
