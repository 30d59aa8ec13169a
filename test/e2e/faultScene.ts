/**
 * A real cluster with the operator's gateway and investigator, each under its own account, and faults that are brought about in it side by side:
 * applied, waited for until they show, told by an alert, and followed to their diagnosis.
 */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { defaultInstallation } from '../../src/crds/installation.ts';
import type { Incident, Investigation } from '../../src/crds/kinds.ts';
import { createEvidenceStore, type EvidenceStore } from '../../src/evidence/store.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { applyTo, createNamespace } from '../live/apply.ts';
import type { Fault, Labels } from '../live/faults/fault.ts';
import { keepLookout } from '../live/look.ts';
import { serveMetrics } from '../live/podMetrics.ts';
import type { Seen, Sign } from '../live/seen.ts';
import { command, type Printed } from '../stage/command.ts';
import { type Operator, startOperator } from '../stage/operator.ts';
import { type WorldWatch, watchWorld } from '../stage/world.ts';
import { installApi } from '../support/installCrds.ts';
import { testClient } from '../support/testClient.ts';
import { fire } from './alerting.ts';

export interface Diagnosed {
  readonly investigation: Investigation;
  /** From when the Incident was seen to when its diagnosis was. */
  readonly tookMs: number;
}

export interface FaultScene {
  readonly kube: KubeClient;
  readonly cluster: Cluster;
  readonly operator: Operator<'gateway' | 'investigator'>;
  readonly world: WorldWatch;
  readonly evidence: EvidenceStore;
  /** Applies its objects. */
  apply(fault: Pick<Fault, 'name' | 'objects' | 'labels'>): Promise<void>;
  /** Brings it about, waits until it shows, raises the alert, and waits for what is found. */
  diagnose(fault: Pick<Fault, 'name' | 'breaks' | 'shows' | 'alert'>): Promise<Diagnosed>;
  /** Raises an alert, and waits for what is found. */
  alert(namespace: string, labels: Labels): Promise<Diagnosed>;
  /** Waits until it is so in a namespace. */
  until(namespace: string, sign: Sign): Promise<Seen>;
  /** Runs our kubectl plugin as an administrator. */
  sre(...args: readonly string[]): Promise<Printed>;
  stop(): Promise<void>;
}

export interface FaultSceneOptions {
  /** Sections of the operator's configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

const PLUGIN = join(import.meta.dirname, '..', '..', 'bin', 'kubectl-sre');
/** Some faults take five minutes to be told from what passes. */
const SHOWS_SECONDS = 420;
const STANDS_SECONDS = 10;
const DIAGNOSIS_SECONDS = 150;

export async function raiseFaultScene({ settings = {} }: FaultSceneOptions = {}): Promise<FaultScene> {
  const cluster = await startCluster({ level: 'real', log: (line) => process.stderr.write(`${line}\n`) });
  const kube = testClient(cluster.kubeconfigPath);
  try {
    await Promise.all([installApi(kube, { allInOne: false }), serveMetrics(kube)]);
    const operator = await startOperator(cluster, {
      processes: ['gateway', 'investigator'],
      // there is no DNS and no network of Services here that a check could try
      settings: { checks: { enabled: false }, ...settings },
    });
    return sceneOn(cluster, kube, operator);
  } catch (error) {
    process.stderr.write(`the logs of all that ran are in ${keepLogs(cluster)}\n`);
    await kube.close();
    await cluster.stop();
    throw error;
  }
}

function sceneOn(cluster: Cluster, kube: KubeClient, operator: FaultScene['operator']): FaultScene {
  const { namespace } = defaultInstallation;
  const world = watchWorld({ ...cluster, token: cluster.tokenFor('admin') }, 'none');
  const times = timesOf(world);
  const lookout = keepLookout(kube, SHOWS_SECONDS);
  /** As the rules of kube-prometheus have it with `for`, only shorter: an alert fires when what it is about has stood for a while. */
  const untilItStands: FaultScene['until'] = async (where, sign) => {
    let seen = await lookout.until(where, sign);
    for (let since = performance.now(); performance.now() - since < STANDS_SECONDS * 1000; ) {
      seen = await lookout.look(where);
      if (!sign(seen)) [seen, since] = [await lookout.until(where, sign), performance.now()];
    }
    return seen;
  };
  const alert: FaultScene['alert'] = async (where, labels) => {
    await fire(operator, labels);
    const incident = await world.until({
      what: `an Incident about ${where}`,
      deadlineSeconds: 30,
      look: ({ incidents }) => incidents.find((one) => isAbout(one, where)),
    });
    const { uid } = incident.metadata;
    const investigation = await world.until({
      what: `the diagnosis of ${where}`,
      deadlineSeconds: DIAGNOSIS_SECONDS,
      look: ({ investigations }) => investigations.find((one) => one.spec.incidentRef?.uid === uid && hasEnded(one)),
    });
    return { investigation, tookMs: times.took(uid) };
  };
  return {
    kube,
    cluster,
    operator,
    world,
    evidence: createEvidenceStore({ client: kube, namespace, redactor: createRedactor(), clock: systemClock }),
    until: lookout.until,
    alert,
    async apply({ name, objects, labels }) {
      await createNamespace(kube, name, labels);
      await applyTo(kube, name, objects);
    },
    async diagnose({ name, breaks, shows, alert: labelsOf }) {
      if (breaks !== undefined) {
        await lookout.until(name, breaks.when);
        await breaks.act(kube, name);
      }
      const seen = await untilItStands(name, shows);
      return alert(name, labelsOf(seen));
    },
    sre: (...args) => command(PLUGIN, args, { KUBECONFIG: cluster.kubeconfigPath }),
    async stop() {
      world.close();
      lookout.stop();
      await kube.close();
      await cluster.stop();
    },
  };
}

const isAbout = ({ spec }: Incident, namespace: string): boolean =>
  (spec.alerts ?? []).some(({ labels }) => labels['namespace'] === namespace);
const hasEnded = ({ status }: Investigation): boolean =>
  status?.conditions?.some(({ type, status: holds }) => type === 'Succeeded' && holds !== 'Unknown') === true;

/** When each Incident, and the end of its investigation, was first seen: the API server's own times are whole seconds. */
function timesOf(world: WorldWatch): { took(incidentUid: string): number } {
  const begun = new Map<string, number>();
  const ended = new Map<string, number>();
  const once = (times: Map<string, number>, uid: string): void => void (times.has(uid) || times.set(uid, performance.now()));
  world.onChange((kind, object) => {
    if (kind === 'incidents') once(begun, object.metadata.uid);
    if (kind !== 'investigations') return;
    const investigation = object as Investigation;
    if (hasEnded(investigation)) once(ended, investigation.spec.incidentRef?.uid ?? '');
  });
  return { took: (uid) => (ended.get(uid) ?? Number.NaN) - (begun.get(uid) ?? Number.NaN) };
}

/** The cluster goes, and its folder with it. */
export function keepLogs({ dir }: Pick<Cluster, 'dir'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-logs-'));
  cpSync(join(dir, 'logs'), folder, { recursive: true });
  return folder;
}
