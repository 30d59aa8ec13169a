/** One investigation of a Deployment on a real API server, as the operator makes it, and what the process grows to meanwhile. */
import { systemClock } from '../../../src/clock.ts';
import type { Incident, Investigation } from '../../../src/crds/kinds.ts';
import { createInvestigator, type InvestigatorDeps } from '../../../src/investigate/investigate.ts';
import type { InvestigationResult } from '../../../src/investigate/result.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { silentLogger } from '../../support/logger.ts';
import { newIncident } from '../../support/sreObjects.ts';

/** Of the Deployment `cart`, for which the alert `CartDown` fires. */
export function investigateOn(
  kube: KubeClient,
  namespace: string,
  deps: Partial<InvestigatorDeps>,
  seconds = 60,
): Promise<InvestigationResult> {
  const at = new Date().toISOString();
  const metadata = { namespace, name: 'inv', uid: 'inv', resourceVersion: '1', creationTimestamp: at };
  const alert = { fingerprint: 'a', status: 'firing' as const, labels: { alertname: 'CartDown' }, startsAt: at, lastReceivedAt: at };
  const { spec } = newIncident({ namespace, name: 'inc' }, { alerts: [alert] });
  const incident = { apiVersion: 'agentsre.io/v1alpha1', kind: 'Incident', metadata: { ...metadata, name: 'inc' }, spec } as Incident;
  const investigation: Investigation = {
    apiVersion: 'agentsre.io/v1alpha1',
    kind: 'Investigation',
    metadata,
    spec: {
      purpose: 'Diagnosis',
      targets: [{ kind: 'Deployment', namespace, name: 'cart' }],
      budget: { seconds, tokens: 1_000, toolCalls: 300 },
    },
  };
  const stored = { outcome: 'stored' as const, digest: `sha256:${'0'.repeat(64)}`, uri: 'evidence://none' };
  const evidence = { put: () => Promise.resolve(stored) };
  const common = { kube, clock: systemClock, logger: silentLogger, redact: createRedactor().text, evidence };
  return createInvestigator({ ...common, ...deps }).run({ investigation, incident, signal: AbortSignal.timeout(100_000) });
}

/** With the most that the process grew to meanwhile, in bytes. */
export async function watchingMemory<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly grown: number }> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 10);
  try {
    return { value: await work(), grown: most - before };
  } finally {
    clearInterval(timer);
  }
}
