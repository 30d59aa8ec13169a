/** What Agent-SRE knows of Incidents: the caches and the store of evidence that tools and MCP resources read, and how what they say leaves. */
import type { Clock } from '../../clock.ts';
import { type Incident, type Investigation, incidents, investigations, type RemediationPlan, remediationPlans } from '../../crds/kinds.ts';
import { createEvidenceStore, type EvidenceStore } from '../../evidence/store.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Manager } from '../../kube/manager.ts';
import type { Redactor } from '../../redact/redactor.ts';
import { createKept, type Kept } from './kept.ts';

export interface Records {
  readonly incidents: Kept<Incident>;
  readonly investigations: Kept<Investigation>;
  readonly plans: Kept<RemediationPlan>;
  readonly evidence: Pick<EvidenceStore, 'get'>;
  /** Investigations that cite a digest, whoever may see them. */
  readonly citing: (digest: string) => readonly Investigation[];
  /** The operator's namespace, where most of it lives. */
  readonly home: string;
  readonly redactor: Redactor;
  readonly clock: Clock;
}

export interface RecordsDeps {
  readonly client: KubeClient;
  readonly manager: Pick<Manager, 'cache'>;
  /** The operator's. */
  readonly namespace: string;
  readonly redactor: Redactor;
  readonly clock: Clock;
}

const BY_DIGEST = 'evidence digest';

/** To be called before the manager runs. */
export function createRecords({ client, manager, namespace: home, redactor, clock }: RecordsDeps): Records {
  const investigationStore = manager.cache(investigations, { indices: { [BY_DIGEST]: digestsOf } });
  return {
    incidents: createKept({ resource: incidents, store: manager.cache(incidents), client, home }),
    investigations: createKept({ resource: investigations, store: investigationStore, client, home }),
    plans: createKept({ resource: remediationPlans, store: manager.cache(remediationPlans), client, home }),
    evidence: createEvidenceStore({ client, namespace: home, redactor, clock }),
    citing: (digest) => investigationStore.byIndex(BY_DIGEST, digest),
    home,
    redactor,
    clock,
  };
}

const digestsOf = ({ status }: Investigation): readonly string[] => [
  ...new Set((status?.evidence ?? []).flatMap(({ digest }) => (digest === undefined ? [] : [digest]))),
];
