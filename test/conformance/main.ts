/**
 * The conformance suite of MCP, as published, against our endpoint with the suite's fixtures: one line a scenario, and how many of those that
 * count pass. Ends with 1 unless all do. The suite is fetched into the cache of test binaries, never into this checkout.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheRoot } from '../cluster/components/cache.ts';

interface Suite {
  readonly revision: string;
  readonly version: string;
  readonly args: readonly string[];
}

/** The last release of the suite counts for the revision before; of the current one it is published as a preview. */
const SUITES: readonly Suite[] = [
  { revision: '2025-11-25', version: '0.1.16', args: ['--suite', 'active'] },
  { revision: '2026-07-28', version: '0.2.0-alpha.12', args: ['--requirements', '2026-07-28'] },
];

interface Score {
  readonly scenario: string;
  readonly passed: number;
  readonly failed: number;
  readonly counts: boolean;
}

const server = spawn(process.execPath, [join(import.meta.dirname, 'server.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
const url = await firstLine(server.stdout);
let isWell = true;
for (const suite of SUITES) {
  const scores = scoresIn(await runSuite(suite, url));
  const counted = scores.filter(({ counts }) => counts);
  const passing = counted.filter(({ failed }) => failed === 0);
  isWell &&= counted.length > 0 && passing.length === counted.length;
  console.log(`\n${suite.revision} (@modelcontextprotocol/conformance ${suite.version})\n`);
  for (const { scenario, passed, failed, counts } of scores)
    console.log(`  ${markOf(failed, counts)}  ${scenario.padEnd(48)} ${passed} of ${passed + failed}${counts ? '' : '   not scored'}`);
  console.log(`\n  ${passing.length} of ${counted.length} scored scenarios pass`);
}
server.stdin.end();
process.exitCode = isWell ? 0 : 1;

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('the server has ended before it said where it listens');
}

async function runSuite({ version, args }: Suite, at: string): Promise<string> {
  const folder = join(cacheRoot(), `mcp-conformance-${version}`);
  const program = join(folder, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const install = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'];
    await output('npm', [...install, `@modelcontextprotocol/conformance@${version}`], folder);
  }
  return output(process.execPath, [program, 'server', '--url', at, '--output-dir', join(folder, 'results'), ...args], folder);
}

/** A suite that finds failures ends with 1: what it printed says which. */
async function output(command: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [text, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  if (code === 0 || text.includes('=== SUMMARY ===')) return text;
  throw new Error(`${command} ${args.join(' ')}: ended with ${code}: ${(errors || text).trim().slice(-500)}`);
}

function scoresIn(text: string): readonly Score[] {
  const summary = text.slice(text.indexOf('=== SUMMARY ==='));
  const [all = '', unscored = ''] = summary.split(/^Not scored/mu);
  return [...all.matchAll(/^[✓✗] ([\w-]+): (\d+) passed, (\d+) failed/gmu)].map(([, scenario = '', passed, failed]) => ({
    scenario,
    passed: Number(passed),
    failed: Number(failed),
    counts: !new RegExp(`[✓✗] ${scenario} \\(`, 'u').test(unscored),
  }));
}

/** What is not scored is an extension that a server need not offer, or not settled yet. */
function markOf(failed: number, counts: boolean): string {
  if (failed === 0) return 'ok  ';
  return counts ? 'FAIL' : '-   ';
}
