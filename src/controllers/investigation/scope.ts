/** What the steps of an Investigation share. */
import type { Audit } from '../../audit/chain.ts';
import type { InvestigationStatus } from '../../crds/investigation.ts';
import type { Incident, Investigation } from '../../crds/kinds.ts';
import type { Investigator } from '../../investigate/investigate.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Logger } from '../../kube/logger.ts';
import type { Store } from '../../kube/store.ts';
import type { ReconcilerDeps } from '../reconcileStatus.ts';

export interface InvestigationDeps extends ReconcilerDeps {
  /** The operator's own namespace: what lives here may look anywhere. */
  readonly namespace: string;
  readonly investigator: Investigator;
  readonly audit: Audit;
}

export interface InvestigationScope extends InvestigationDeps {
  readonly investigation: Investigation;
  readonly status: InvestigationStatus;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly incidents: Store<Incident>;
  /** Where it may look; absent: anywhere. Set by the step that asks what the requester may see. */
  namespaces?: readonly string[] | undefined;
}
