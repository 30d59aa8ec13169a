/**
 * Whether the first judge of Approvals, the API server, still judges as it was installed to.
 *
 * An Approval that was admitted without these policies could name anybody as its approver. So they are read, live, right before
 * an approval counts: one that is missing or was edited stops every effect until an administrator has put it back.
 */
import { admissionDrift, renderValidation } from '../../crds/admission/render.ts';
import { defaultInstallation, type Installation } from '../../crds/installation.ts';
import type { Manifest } from '../../crds/manifest.ts';
import type { KubeClient } from '../../kube/client.ts';
import { defineResource, type KubeObject } from '../../kube/object.ts';

interface AdmissionObject extends KubeObject {
  readonly spec: unknown;
}

const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false } as const;
const RESOURCES = {
  ValidatingAdmissionPolicy: defineResource<AdmissionObject>({
    ...admission,
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
  }),
  ValidatingAdmissionPolicyBinding: defineResource<AdmissionObject>({
    ...admission,
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
  }),
};

/** What is missing or changed, for people; nothing when all is in place. */
export async function judgesMissing(namespace: string, client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const installation: Installation = { ...defaultInstallation, namespace };
  const wanted = renderValidation(installation);
  const live = await Promise.all(wanted.map((manifest) => read(manifest, client, signal)));
  const drift = admissionDrift(wanted, (manifest) => live[wanted.indexOf(manifest)]);
  return drift.length === 0 ? undefined : `approvals can't be trusted at present: ${drift.join('; ')}`;
}

async function read({ kind, metadata }: Manifest, client: KubeClient, signal: AbortSignal): Promise<Pick<Manifest, 'spec'> | undefined> {
  const resource = RESOURCES[kind as keyof typeof RESOURCES];
  if (resource === undefined) throw new Error(`no resource is known for ${kind} ${metadata.name}`);
  return client.get(resource, { name: metadata.name }, { signal });
}
