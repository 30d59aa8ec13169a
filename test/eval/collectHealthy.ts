/**
 * `make eval-healthy`: thirty healthy namespaces on a real node, each collected by `agent-sre collect` and diagnosed from its bundle. Says how
 * many alarm, and of what; ends with 1 when one could not be collected.
 *
 * OUT=folder keeps the bundles. Needs a machine that can run containers.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/clock.ts';
import { runCommand } from '../../src/commands/run.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { pods, workloadResources } from '../../src/sources/kubernetes/api.ts';
import { startCluster } from '../cluster/cluster.ts';
import { applyTo, createNamespace } from '../live/apply.ts';
import { isSettled } from '../live/settled.ts';
import { SHAPES, type Shape } from '../live/shapes.ts';
import { createCapturedTerminal } from '../support/capturedTerminal.ts';
import { testClient } from '../support/testClient.ts';
import { untilTrue } from '../support/until.ts';
import { predictAll } from './pool.ts';

const PATIENCE_MS = 300_000;

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const isKept = values.out !== undefined && values.out !== '';
const folder = isKept ? String(values.out) : await mkdtemp(join(tmpdir(), 'agent-sre-collected-'));
await mkdir(folder, { recursive: true });
const cluster = await startCluster({ level: 'real', log: (line) => console.error(line) });
const client = testClient(cluster.kubeconfigPath);
try {
  await Promise.all(SHAPES.map((shape) => prepare(client, shape)));
  const paths: string[] = [];
  for (const { name } of SHAPES) paths.push(await collected(name));
  const answers = await predictAll(paths);
  const alarms = SHAPES.flatMap(({ name }, index) => (answers[index]?.alarm === true ? [{ name, says: answers[index].ranked[0] }] : []));
  console.log(`${alarms.length} of ${answers.length} healthy namespaces alarm`);
  for (const { name, says } of alarms) console.log(`  ${name}: ${JSON.stringify(says ?? 'no label for it')}`);
  for (const [index, { error }] of answers.entries()) if (error !== undefined) throw new Error(`${SHAPES[index]?.name}: ${error}`);
} finally {
  await client.close();
  await cluster.stop();
  if (!isKept) await rm(folder, { recursive: true, force: true });
}

async function prepare(kube: KubeClient, { name, objects, patches = [], deletesPod = false }: Shape): Promise<void> {
  await createNamespace(kube, name);
  await applyTo(kube, name, objects);
  await untilTrue(`${name} to be well`, () => isSettled(kube, name), PATIENCE_MS);
  const web = { namespace: name, name: 'web' };
  for (const [index, patch] of patches.entries()) {
    await kube.patch(workloadResources.Deployment, web, patch, { type: 'strategic' });
    const isLast = index === patches.length - 1;
    await untilTrue(`${name} to roll out`, async () => (isLast ? isSettled(kube, name) : hasSecondRevision(kube, name)), PATIENCE_MS);
  }
  if (!deletesPod) return;
  const [first] = (await kube.list(pods, { namespace: name })).items;
  await kube.delete(pods, { namespace: name, name: first?.metadata.name ?? '' });
  await untilTrue(`${name} to be well again`, () => isSettled(kube, name), PATIENCE_MS);
}

async function hasSecondRevision(kube: KubeClient, namespace: string): Promise<boolean> {
  const { items } = await kube.list(pods, { namespace });
  return items.some(
    ({ status }) => status?.containerStatuses?.some(({ state }) => state?.waiting?.reason?.includes('Image') === true) === true,
  );
}

async function collected(name: string): Promise<string> {
  const path = join(folder, `${name}.json.gz`);
  const terminal = createCapturedTerminal();
  const args = ['--namespace', name, '--output', path, '--kubeconfig', cluster.kubeconfigPath];
  if ((await runCommand({ name: 'collect', args, terminal, clock: systemClock })) !== 0) throw new Error(terminal.complained());
  return path;
}
