/** Every place into which a secret could have leaked: objects as they are, evidence in the clear, commits. */
import { gunzipSync } from 'node:zlib';
import type { Stage } from '../stage/stage.ts';

interface Listed {
  readonly items: readonly { readonly metadata: { readonly name: string }; readonly binaryData?: Readonly<Record<string, string>> }[];
}

/** Secrets are left out: they are where secrets belong. */
const PATHS = [
  '/apis/agentsre.io/v1alpha1/incidents',
  '/apis/agentsre.io/v1alpha1/investigations',
  '/apis/agentsre.io/v1alpha1/remediationplans',
  '/apis/agentsre.io/v1alpha1/approvals',
  '/apis/agentsre.io/v1alpha1/remediationpolicies',
  '/apis/events.k8s.io/v1/events',
  '/apis/coordination.k8s.io/v1/leases',
  '/api/v1/configmaps',
];

/** Texts by where they were found. */
export async function everything({ cluster, repository }: Stage): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const path of PATHS) {
    const { items } = (await cluster.api.request('GET', path)) as Listed;
    for (const item of items) {
      texts.set(`${path} ${item.metadata.name}`, JSON.stringify(item));
      for (const [key, value] of Object.entries(item.binaryData ?? {})) texts.set(`${path} ${item.metadata.name} ${key}`, clear(value));
    }
  }
  texts.set('git log', await repository.git('log', '--patch', '--all'));
  return texts;
}

function clear(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
}

export interface EvidenceObject {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** Digests of all evidence that is stored. */
export async function storedEvidence({ cluster }: Stage, namespace: string): Promise<ReadonlySet<string | undefined>> {
  const selector = encodeURIComponent('app.kubernetes.io/component=evidence');
  const { items } = (await cluster.api.request('GET', `/api/v1/namespaces/${namespace}/configmaps?labelSelector=${selector}`)) as {
    items: readonly EvidenceObject[];
  };
  return new Set(items.map(({ metadata }) => metadata.annotations?.['agentsre.io/evidence-sha256']));
}
