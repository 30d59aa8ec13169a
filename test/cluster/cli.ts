/**
 * The command behind `make cluster-up`, `cluster-down` and `cluster-status`: a cluster to keep and to work with by hand.
 * `prefetch` gets what a cluster will need, beside other work.
 */
import { parseArgs } from 'node:util';
import { type AddonName, addonNames, startAddons } from './addons/addons.ts';
import { startCluster } from './cluster.ts';
import { keptDir, readKept, stopKept } from './kept.ts';
import { LEVEL_COMPONENTS, type Level } from './levels.ts';
import type { Log } from './lib/log.ts';
import { describeError } from './lib/poll.ts';
import { isRunning, residentBytes } from './lib/processes.ts';
import { prefetch, preflight } from './preflight.ts';
import { canRunReal } from './real/capability.ts';
import { probeHealth } from './workspace/health.ts';
import type { RecordedProcess } from './workspace/state.ts';

const USAGE = `usage: cli.ts up [--level real|sim|api] [--with ${addonNames.join(',')}] [--name NAME]\n       cli.ts prefetch [--level …] [--with …]\n       cli.ts down | status [--name NAME]`;

async function main(args: readonly string[]): Promise<number> {
  const options = { level: { type: 'string' }, with: { type: 'string' }, name: { type: 'string', default: 'default' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [command] = positionals;
  if (command === 'up') return up(values.name, chooseLevel(values.level), chooseAddons(values.with));
  if (command === 'prefetch') return getAll(chooseLevel(values.level), chooseAddons(values.with));
  if (command === 'down') return down(values.name);
  if (command === 'status') return status(values.name);
  throw new Error(USAGE);
}

async function up(name: string, level: Level, addons: readonly AddonName[]): Promise<number> {
  if (readKept(name) !== undefined && (await status(name)) === 0) return 0;
  const log = logSinceNow();
  await getAll(level, addons, log);
  log(`starting level ${level}`);
  const cluster = await startCluster({ level, name, log });
  try {
    log(`the API server is at ${cluster.serverUrl}`);
    await startAddons(cluster, addons);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  await cluster.keep();
  log('up\n');
  return status(name);
}

/** Refuses at once when something is missing; else gets all that the cluster will need. */
async function getAll(level: Level, addons: readonly AddonName[], log: Log = logSinceNow()): Promise<number> {
  const problems = await preflight({ level, addons });
  if (problems.length > 0) throw new Error(problems.map((problem) => `\n- ${problem}`).join(''));
  await prefetch({ level, addons }, log);
  return 0;
}

async function down(name: string): Promise<number> {
  const stopped = await stopKept(name);
  console.log(stopped ? `cluster "${name}" is gone, with all it started` : `there is no cluster "${name}"`);
  return 0;
}

/** 0 when everything is healthy, 1 when something is not or there is no cluster. */
async function status(name: string): Promise<number> {
  const state = readKept(name);
  if (state === undefined) {
    console.log(`there is no cluster "${name}"; start one with: make cluster-up`);
    return 1;
  }
  const rows = await Promise.all(state.processes.map(rowOf));
  console.log(`cluster "${name}", level ${state.facts['level'] ?? '(starting)'}, since ${state.startedAt}, in ${keptDir(name)}\n`);
  printTable([['component', 'pid', 'RSS', 'from', 'health', 'URL'], ...rows]);
  console.log(`\nexport KUBECONFIG=${state.facts['kubeconfigPath'] ?? ''}\nkubectl: ${state.facts['kubectl'] ?? ''}`);
  return rows.every(([, , , , health]) => health === 'healthy') ? 0 : 1;
}

async function rowOf(one: RecordedProcess): Promise<readonly string[]> {
  const health = isRunning(one) ? ((await probeHealth(one.health)) ?? 'healthy') : 'not running';
  return [one.name, String(one.pid), `${Math.round(residentBytes(one.pid) / 2 ** 20)} MiB`, one.origin, health, one.url ?? ''];
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

function chooseLevel(asked: string | undefined): Level {
  if (asked === undefined) {
    const { ok, why } = canRunReal();
    if (!ok) console.log(`${why}; nodes will be simulated`);
    return ok ? 'real' : 'sim';
  }
  if (!Object.hasOwn(LEVEL_COMPONENTS, asked)) throw new Error(`there is no level "${asked}"; ${USAGE}`);
  return asked as Level;
}

function chooseAddons(asked: string | undefined): readonly AddonName[] {
  const names = (asked ?? '').split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !(addonNames as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`there is no add-on "${unknown.join(', ')}"; ${USAGE}`);
  return names as AddonName[];
}

function logSinceNow(): Log {
  const startedAt = performance.now();
  return (line) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(1)} s`.padStart(8), ` ${line}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`test cluster: ${describeError(error)}`);
  process.exitCode = 1;
}
