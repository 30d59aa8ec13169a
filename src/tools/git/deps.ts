/** What the git tools read with. There is no repository and no credential among it. */
import type { KubeClient } from '../../kube/client.ts';
import type { Cleaner } from '../../sources/text.ts';
import type { ProposalDeps } from '../incidents/proposal.ts';
import type { WorkloadFinder } from '../signals/findWorkload.ts';

export interface GitDeps extends ProposalDeps {
  readonly client: KubeClient;
  readonly cleaner: Cleaner;
  readonly workloads: WorkloadFinder;
}
