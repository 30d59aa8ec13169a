/** A namespace of the cluster as a support bundle, or why it cannot be one. */
import type { Clock } from '../clock.ts';
import { resourceName } from '../kube/object.ts';
import { createCallBudget } from '../sources/budget.ts';
import { collectBundle } from '../sources/collect/collect.ts';
import type { Bundle } from '../sources/frozen/bundle.ts';
import { pods } from '../sources/kubernetes/api.ts';
import { createReader } from '../sources/kubernetes/reader.ts';
import type { Connected } from './connect.ts';
import { CommandError } from './errors.ts';
import { requireNamespace, withinTime } from './reach.ts';
import type { Redaction } from './redaction.ts';

export interface Collecting {
  readonly connected: Connected;
  readonly redaction: Redaction;
  readonly clock: Clock;
}

const MOST_CALLS = 1_000;
const CALLS_AT_ONCE = 8;

export async function collectNamespace({ connected, redaction, clock }: Collecting, namespace: string): Promise<Bundle> {
  const { client, metrics } = connected;
  await requireNamespace(client, namespace);
  const bundle = await withinTime(clock, (signal) => {
    const reader = createReader({ kube: client, budget: createCallBudget(MOST_CALLS, CALLS_AT_ONCE), signal });
    return collectBundle({ reader, metrics, signal, ...redaction }, namespace, clock.now());
  });
  if (bundle.notSeen?.kinds.includes(resourceName(pods)) === true) await failForPods(client, namespace);
  return bundle;
}

/** Once more, for its own words: those of many refusals are told as one. */
async function failForPods(client: Connected['client'], namespace: string): Promise<void> {
  const cause: unknown = await client.list(pods, { namespace, timeoutMs: PATIENCE_MS }).then(
    () => new Error('the API server was too slow, or its answers were; try again'),
    (error: unknown) => error,
  );
  throw new CommandError(`the pods of namespace ${namespace} cannot be read: ${(cause as Error).message}`, { cause });
}

const PATIENCE_MS = 5_000;
