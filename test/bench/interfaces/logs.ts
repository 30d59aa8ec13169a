/**
 * `analyze_logs` on 150,000 lines: how long it takes, for how long at most nothing else could run, and how much memory it holds.
 *
 *   [FOLDER]     Loghub-2k, also as AGENT_SRE_DATA: the raw logs of all its sets, with other digits in each line; without it, generated lines alone
 *   --lines N    lines of each log (150000)
 *   --drain3     beside Drain3 from PyPI, which gives the templates of the same lines and nothing else
 *
 * The clock is processor time, so that other work on the machine changes little: of the whole process for how long it takes, of its main thread for
 * how long it held the event loop. Prints figures, and judges nothing.
 */
import { parseArgs } from 'node:util';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createLogAnalysis } from '../../../src/tools/logs/analyse.ts';
import { freshDigits } from '../analysis/freshDigits.ts';
import { readLogSets } from '../analysis/loghub.ts';
import { drain3 } from '../analysis/subjects.ts';
import { type Figure, printFigures } from '../loop/table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { lines: { type: 'string', default: '150000' }, drain3: { type: 'boolean', default: false } },
});
const LINES = Number(values.lines);
const data = positionals[0] ?? process.env['AGENT_SRE_DATA'] ?? '';

interface Measured {
  readonly seconds: number;
  /** The longest time in which nothing else could run. */
  readonly longestMs: number;
  readonly heapMiB: number;
}

const milliseconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

async function measure(text: string): Promise<Measured> {
  const { signal } = new AbortController();
  let [last, longestMs, heap] = [milliseconds(process.threadCpuUsage()), 0, 0];
  const before = process.memoryUsage().heapUsed;
  let timer: NodeJS.Immediate;
  const tick = (): void => {
    const now = milliseconds(process.threadCpuUsage());
    longestMs = Math.max(longestMs, now - last);
    last = now;
    timer = setImmediate(tick);
  };
  timer = setImmediate(tick);
  const begun = process.cpuUsage();
  const progress = (): void => {
    heap = Math.max(heap, process.memoryUsage().heapUsed - before);
  };
  await createLogAnalysis(createRedactor()).read({ text }, undefined, Date.now(), { signal, progress });
  const seconds = milliseconds(process.cpuUsage(begun)) / 1000;
  clearImmediate(timer);
  return { seconds, longestMs, heapMiB: heap / 2 ** 20 };
}

/** A service that works, and of which one line in fifty complains. */
function generated(): readonly string[] {
  return Array.from({ length: LINES }, (_, n) => {
    const at = new Date(1_767_225_600_000 + n * 20).toISOString();
    if (n % 50 === 49)
      return `{"level":"error","ts":"${at}","msg":"query failed","err":"dial tcp 10.0.${n % 250}.7:5432: connect: connection refused"}`;
    return `{"level":"info","ts":"${at}","msg":"served","path":"/api/carts/${n * 7919}","status":200,"ms":${n % 97},"trace":"${(n * 2_654_435_761).toString(16)}"}`;
  });
}

const figures: Figure[] = [];
async function add(what: string, lines: readonly string[]): Promise<void> {
  const text = lines.join('\n');
  const of = `${what}, ${lines.length} lines, ${Math.round(text.length / 2 ** 20)} MiB`;
  const { seconds, longestMs, heapMiB } = await measure(text);
  figures.push({ what: `${of}: analysis`, value: seconds, unit: 's', aim: '≤ 3 s' });
  figures.push({ what: `${of}: longest hold of the event loop`, value: longestMs, unit: 'ms', aim: '≤ 50 ms' });
  figures.push({ what: `${of}: heap at most`, value: heapMiB, unit: 'MiB' });
  if (!values.drain3) return;
  const subject = await drain3((line) => console.error(`bench-logs: ${line}`));
  if (subject === undefined) return;
  const { linesPerSecond } = await subject(lines.slice(0, 2000), lines);
  figures.push({ what: `${of}: Drain3, templates alone`, value: lines.length / linesPerSecond, unit: 's' });
}

await add('generated JSON', generated());
if (data === '') console.error('bench-logs: say where Loghub-2k is to measure on it too: FOLDER, or AGENT_SRE_DATA');
else {
  const lines = readLogSets(data).flatMap(({ lines: own }) => own);
  await add('Loghub-2k', freshDigits(lines, Math.ceil(LINES / lines.length)).slice(0, LINES));
}
printFigures(figures);
