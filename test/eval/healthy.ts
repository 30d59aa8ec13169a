/**
 * Snapshots without a fault, made from those of a folder by taking the fault out: what is ill in one is replaced by the same part of another
 * snapshot of the system, in which it is well, with its times moved along.
 *
 * A part is everything about one app: its objects, events, logs, checks and figures. Claims, quotas and policies come only from snapshots whose
 * fault lies elsewhere; nodes from those whose nodes are well. Which donors are taken follows from a seed, so that a run can be repeated.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/kube/object.ts';
import { type Bundle, packBundle, readBundle, timeOf } from '../../src/sources/frozen/bundle.ts';
import { callArguments } from '../../src/sources/frozen/calls.ts';
import type { Truth } from './types.ts';

export interface Healthy {
  readonly paths: readonly string[];
  remove(): Promise<void>;
}

interface Donor {
  readonly truth: Truth;
  readonly bundle: Bundle;
}

export async function makeHealthy(folder: string, truths: readonly Truth[], count: number): Promise<Healthy> {
  const to = await mkdtemp(join(tmpdir(), 'agent-sre-healthy-'));
  const random = generator(20_260_101);
  const systems = [...new Set(truths.map(({ system }) => system))];
  const paths: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const system = systems[index % systems.length];
    const own = truths.filter((truth) => truth.system === system);
    const picked = await Promise.all(
      shuffled(own, random)
        .slice(0, 12)
        .map(async (truth) => ({ truth, bundle: await readBundle(join(folder, truth.file)) })),
    );
    const path = join(to, `${system}-${index}.json.gz`);
    await writeFile(path, await packBundle(healthyFrom(picked)));
    paths.push(path);
  }
  return { paths, remove: () => rm(to, { recursive: true, force: true }) };
}

/** Faults that show in objects of the namespace or the cluster, and not in one app alone. */
const isOfApp = ({ truth }: Donor): boolean =>
  truth.object.startsWith('app/') && !/^(?:pvc_|pv_|gateway_|.*cordon|.*taint)/u.test(truth.rootCause);

function healthyFrom(donors: readonly Donor[]): Bundle {
  const base = donors.find(isOfApp) ?? donors[0];
  if (base === undefined) throw new Error('eval: no snapshots to take faults out of');
  const apps = new Set(
    base.bundle.objects.items.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet').map(({ metadata }) => metadata.name),
  );
  const objects: KubeObject[] = base.bundle.objects.items.filter((object) => appOf(object, apps) === undefined && !isCondition(object));
  const evidence: Record<string, Record<string, unknown>> = {};
  for (const app of apps) {
    const donor = donors.find((one) => isWell(one, app, apps)) ?? base;
    const shift = timeOf(base.bundle) - timeOf(donor.bundle);
    objects.push(...donor.bundle.objects.items.filter((object) => appOf(object, apps) === app).map((object) => moved(object, shift)));
    for (const part of ['errorLogs', 'recentLogs', 'connectivity', 'dependencies'] as const) {
      const calls = Object.entries(donor.bundle.evidence[part] ?? {}).filter(([call]) => callArguments(call)['service_name'] === app);
      evidence[part] = { ...evidence[part], ...Object.fromEntries(calls) };
    }
  }
  const nodeServices = donors.find(isOfApp)?.bundle.evidence.nodeServices ?? {};
  return {
    ...base.bundle,
    objects: { items: objects },
    evidence: { alerts: {}, ...evidence, nodeServices, metricsCsv: undefined },
  };
}

const isCondition = ({ kind }: KubeObject): boolean => kind === 'ResourceQuota' || kind === 'NetworkPolicy';

/** The app that an object belongs to, by its name or by what an event is about. */
function appOf(object: KubeObject, apps: ReadonlySet<string>): string | undefined {
  const { involvedObject } = object as KubeObject & { readonly involvedObject?: { readonly name?: string } };
  if (
    object.kind === 'Node' ||
    object.kind === 'PersistentVolume' ||
    object.kind === 'PersistentVolumeClaim' ||
    object.kind === 'ConfigMap'
  )
    return undefined;
  const name = involvedObject?.name ?? object.metadata.name;
  return [...apps].filter((app) => name === app || name.startsWith(`${app}-`)).toSorted((a, b) => b.length - a.length)[0];
}

/** Another app is ill there, nothing that this one calls or is called by, and its pods are ready. */
function isWell({ truth, bundle }: Donor, app: string, apps: ReadonlySet<string>): boolean {
  if (
    truth.object === `app/${app}` ||
    truth.taxonomy === 'Infrastructure_Fault' ||
    truth.taxonomy === 'Admission_Fault' ||
    truth.taxonomy === 'Performance_Fault'
  )
    return false;
  const ill = truth.object.replace(/^app\//u, '');
  const logs = JSON.stringify(
    Object.entries(bundle.evidence.errorLogs ?? {}).filter(([call]) => callArguments(call)['service_name'] === app),
  );
  if (logs.includes(ill) || /refused|no such host|unavailable|5\d\d (?:Internal )?Server Error|read-only|Too many/iu.test(logs))
    return false;
  const pods = bundle.objects.items.filter((object) => object.kind === 'Pod' && appOf(object, apps) === app);
  return pods.length > 0 && pods.every((pod) => JSON.stringify(pod).includes('"type":"Ready","status":"True"'));
}

/** With every time that it holds moved by so many milliseconds. */
function moved(object: KubeObject, shift: number): KubeObject {
  const text = JSON.stringify(object).replace(/"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"/gu, (_, time: string) =>
    JSON.stringify(new Date(Date.parse(time) + shift).toISOString().replace(/\.\d{3}Z$/u, 'Z')),
  );
  return JSON.parse(text) as KubeObject;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Mulberry32: small, seeded, and good enough to pick donors. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
