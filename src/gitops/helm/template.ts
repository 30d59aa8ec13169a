/**
 * Renders a chart as the engines do: `helm template` in a folder of its own, without network, cluster, plug-ins, post-renderers or the configuration of
 * whoever runs it.
 *
 * The chart is either in the repository or an archive that was fetched before; what it depends on has to be in it. Charts are programs: a time limit and a
 * bound on what is printed hold them.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import type { Clock } from '../../clock.ts';
import { CommandError, findProgram, runCommand } from '../command.ts';
import { type FileTree, readParts } from '../git/tree.ts';
import { inNamespace, type Manifest, parseManifests } from '../kustomize/manifest.ts';
import { complaintOf, offlineEnvironment } from '../offline.ts';
import type { SetValue, ValuesLayer } from './values.ts';

export interface HelmOptions {
  /** Path of helm, or its name. */
  readonly helm: string;
  readonly tempDir?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly clock: Clock;
}

export type Chart =
  /** A folder of the repository. */
  | {
      readonly kind: 'folder';
      readonly path: string;
      /** What it is packaged as, where that is not what it says itself. */
      readonly version?: string | undefined;
    }
  /** A packaged chart. */
  | { readonly kind: 'archive'; readonly content: Buffer };

export interface ChartInput {
  readonly chart: Chart;
  readonly name: string;
  readonly namespace: string;
  /** Over the values of the chart itself, each over those before it. */
  readonly layers: readonly ValuesLayer[];
  /** Over all layers. */
  readonly sets: readonly SetValue[];
  readonly includeCrds: boolean;
  /** Of the cluster, for `.Capabilities`. */
  readonly kubeVersion?: string | undefined;
  readonly apiVersions?: readonly string[] | undefined;
}

export type ChartObjects = { readonly objects: readonly Manifest[] } | { readonly refused: string };

const TIMEOUT_MS = 30_000;
const MOST_OUTPUT = 64 * 2 ** 20;

export async function helmTemplate(
  options: HelmOptions,
  tree: FileTree,
  input: ChartInput,
  signal: AbortSignal | undefined,
): Promise<ChartObjects> {
  const answer = await inFolder(options, tree, input.chart, async (folder, chart) => {
    const files = await Promise.all(input.layers.map(({ text }, index) => written(join(folder, `values-${index}.yaml`), text)));
    const args = [
      'template',
      input.name,
      chart,
      `--namespace=${input.namespace}`,
      '--skip-tests',
      '--is-upgrade',
      ...(input.includeCrds ? ['--include-crds'] : []),
      ...(input.kubeVersion === undefined ? [] : [`--kube-version=${input.kubeVersion}`]),
      ...(input.apiVersions ?? []).map((version) => `--api-versions=${version}`),
      ...files.map((file) => `--values=${file}`),
      ...input.sets.map(({ name, value, asString }) => `--set${asString ? '-string' : ''}=${name}=${escaped(value)}`),
    ];
    return runHelm(options, folder, args, signal);
  });
  if ('refused' in answer) return answer;
  try {
    return { objects: parseManifests(answer.text).map((object) => inNamespace(object, input.namespace)) };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

/** The values that a packaged chart comes with. */
export async function chartValues(
  options: HelmOptions,
  tree: FileTree,
  chart: Chart,
  signal: AbortSignal | undefined,
): Promise<{ readonly text: string } | { readonly refused: string }> {
  return inFolder(options, tree, chart, (folder, path) => runHelm(options, folder, ['show', 'values', path], signal));
}

/** The file of a chart in the repository that has its own values. */
export function chartValuesFile(tree: FileTree, path: string): string | undefined {
  const file = posix.join(path, 'values.yaml');
  return tree.files.has(file) ? file : undefined;
}

type Answer = { readonly text: string } | { readonly refused: string };

async function inFolder(
  { tempDir }: HelmOptions,
  tree: FileTree,
  chart: Chart,
  use: (folder: string, chart: string) => Promise<Answer>,
): Promise<Answer> {
  const folder = await mkdtemp(join(tempDir ?? tmpdir(), 'agent-sre-chart-'));
  try {
    const problem = await writeChart(tree, chart, join(folder, 'chart'));
    if (problem !== undefined) return { refused: problem };
    return await use(folder, chart.kind === 'folder' ? join(folder, 'chart') : join(folder, 'chart', 'chart.tgz'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeChart(tree: FileTree, chart: Chart, target: string): Promise<string | undefined> {
  await mkdir(target, { mode: 0o700 });
  if (chart.kind === 'archive') {
    await writeFile(join(target, 'chart.tgz'), chart.content, { mode: 0o600 });
    return undefined;
  }
  const below = (path: string): boolean => chart.path === '' || path.startsWith(`${chart.path}/`);
  const link = [...tree.leftOut].find(below);
  if (link !== undefined) return `${link} is a symbolic link or a submodule, which are not followed`;
  const contents = await readParts(tree, [...tree.files.keys()].filter(below));
  if ('refused' in contents) return contents.refused;
  for (const [path, content] of contents) {
    const file = join(target, chart.path === '' ? path : path.slice(chart.path.length + 1));
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, path === posix.join(chart.path, 'Chart.yaml') ? packagedAs(content, chart.version) : content, {
      flag: 'wx',
      mode: 0o600,
    });
  }
  return undefined;
}

function packagedAs(content: Buffer, version: string | undefined): Buffer {
  if (version === undefined || !/^[\w.+-]+$/u.test(version)) return content;
  return Buffer.from(content.toString('utf8').replace(/^version:.*$/mu, `version: ${JSON.stringify(version)}`));
}

async function written(path: string, text: string): Promise<string> {
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

async function runHelm(
  { helm, clock, timeoutMs = TIMEOUT_MS }: HelmOptions,
  folder: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const nowhere = join(folder, 'nothing');
  const program = await findProgram(helm);
  const answer = await runCommand(clock, {
    file: program,
    args,
    cwd: folder,
    env: offlineEnvironment(folder, {
      PATH: nowhere,
      HOME: nowhere,
      HELM_CACHE_HOME: nowhere,
      HELM_CONFIG_HOME: nowhere,
      HELM_DATA_HOME: nowhere,
      HELM_PLUGINS: nowhere,
      HELM_NO_PLUGINS: '1',
    }),
    timeoutMs,
    maxBytes: MOST_OUTPUT,
    signal,
  }).catch((error: unknown) => {
    // A chart is a program: one that does not end, or prints without end, will not do otherwise the next time.
    if (error instanceof CommandError && error.kind !== 'NotStarted') return { refused: error.message };
    throw error;
  });
  if ('refused' in answer) return answer;
  if (answer.exitCode === 0) return { text: answer.stdout.toString('utf8') };
  return { refused: `helm: ${complaintOf(answer.stderr, folder, /^Error: /u)}` };
}

/** A comma would begin the next value. */
function escaped(value: string): string {
  return value.replaceAll(',', '\\,');
}
