/**
 * Vitest's global setup for tests that need a Kubernetes: one `api` cluster for the whole run.
 *
 * A test file takes it by `inject('cluster')` and works in a namespace of its own; what is cluster-scoped it names so that it
 * meets nobody else's. Tests that stop the API server start a cluster for themselves.
 */
import type { TestProject } from 'vitest/node';
import { addonNames } from './addons/addons.ts';
import { type Person, personNames } from './api/users.ts';
import { startCluster } from './cluster.ts';
import type { Log } from './lib/log.ts';
import { prefetch, preflight } from './preflight.ts';
import { canRunReal } from './real/capability.ts';

/** What of a cluster can be handed to test workers: plain data. */
export interface SharedCluster {
  readonly serverUrl: string;
  readonly caData: string;
  readonly kubeconfigPath: string;
  readonly kubeconfigs: Readonly<Record<Person, string>>;
  readonly tokens: Readonly<Record<Person | 'admin', string>>;
  readonly auditLogPath: string;
  readonly kubectl: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly cluster: SharedCluster;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string): void => void process.stderr.write(`test cluster: ${line}\n`);
  await getAll(log);
  const cluster = await startCluster({ level: 'api', log });
  const ofPersons = <T>(value: (person: Person) => T): Record<Person, T> =>
    Object.fromEntries(personNames.map((person) => [person, value(person)])) as Record<Person, T>;
  project.provide('cluster', {
    serverUrl: cluster.serverUrl,
    caData: cluster.caData,
    kubeconfigPath: cluster.kubeconfigPath,
    kubeconfigs: ofPersons((person) => cluster.kubeconfigFor(person)),
    tokens: { ...ofPersons((person) => cluster.tokenFor(person)), admin: cluster.tokenFor('admin') },
    auditLogPath: cluster.auditLogPath,
    kubectl: cluster.binaries.kubectl,
  });
  return () => cluster.stop();
}

/** What tests start by themselves is here before the first of them runs, as a build takes longer than any test may. */
async function getAll(log: Log): Promise<void> {
  const wanted = { level: canRunReal().ok ? 'real' : 'api', addons: addonNames } as const;
  const problems = await preflight(wanted);
  if (problems.length > 0) throw new Error(`the tests cannot run here:${problems.map((problem) => `\n- ${problem}`).join('')}`);
  await prefetch(wanted, log);
}
