/** What the tools of the cluster are made from. */
import type { Clock } from '../../clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Redactor } from '../../redact/redactor.ts';
import type { Cleaner } from '../../sources/text.ts';
import type { Kinds } from './kinds.ts';

export interface ClusterDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly cleaner: Cleaner;
  readonly redactor: Pick<Redactor, 'value'>;
  readonly kinds: Kinds;
}

export const CALL_TIMEOUT_MS = 15_000;
