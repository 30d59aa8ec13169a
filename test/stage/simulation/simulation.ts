/**
 * The shop where this machine can't run containers: KWOK plays them, and crashes them as they would crash, by the stages beside
 * this file. All else is real: Flux, alerts, commits, and everything that Agent-SRE does.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeApi } from '../../cluster/api/kubeApi.ts';
import type { Simulation } from '../../cluster/levels.ts';
import { podsOf } from '../expectations.ts';
import type { Traffic } from '../traffic.ts';
import type { WorldWatch } from '../world.ts';

const SERVICES = ['checkout', 'recommender'];
const CUSTOMERS = 'shop.example/customers';
const LOOK_AGAIN_MS = 500;

/** Starts something that reads the files of the simulation while it starts. */
export async function withSimulation<T>(namespace: string, start: (simulation: Simulation) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'simulation-'));
  const logs = join(folder, 'logs.json');
  writeFileSync(logs, JSON.stringify(clusterLogs(namespace)));
  try {
    const stages = SERVICES.map((service) => join(import.meta.dirname, `${service}.yaml`));
    return await start({ nodes: 1, stages: [...stages, logs] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** KWOK wants absolute paths. */
function clusterLogs(namespace: string): object {
  const logs = SERVICES.map((service) => {
    const file = join(import.meta.dirname, `${service}.log.txt`);
    return { containers: [service], logsFile: file, previousLogsFile: file };
  });
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: { name: namespace },
    spec: { selector: { matchNamespaces: [namespace] }, logs },
  };
}

/** An annotation stands for the customers of a pod; pods that are new get theirs soon. */
export function simulateTraffic(api: KubeApi, world: WorldWatch, service: string): Traffic {
  const annotate = (value: string | undefined): Promise<unknown> => {
    const pods = podsOf(world.now().pods, service).filter(({ metadata }) => metadata.annotations?.[CUSTOMERS] !== value);
    return Promise.allSettled(pods.map(({ metadata }) => api.apply(pathOf(metadata), podWith(metadata, value))));
  };
  const timer = setInterval(() => void annotate('many'), LOOK_AGAIN_MS);
  return {
    async stop() {
      clearInterval(timer);
      await annotate(undefined);
    },
  };
}

interface PodName {
  readonly name: string;
  readonly namespace?: string;
}

const pathOf = ({ name, namespace }: PodName): string => `/api/v1/namespaces/${namespace}/pods/${name}`;

function podWith({ name, namespace }: PodName, customers: string | undefined): object {
  const annotations = customers === undefined ? {} : { [CUSTOMERS]: customers };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, annotations } };
}
