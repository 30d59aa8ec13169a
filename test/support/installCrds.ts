/**
 * Puts our API into a cluster and waits until it behaves: what `kubectl apply -k config/default` does, for any namespace and accounts.
 *
 * What is applied is what `config/` is generated from. Readiness is seen by trying: a kind is listed, a mutation shows in a dry run, a refusal comes.
 * Admission policies hold for the whole cluster: install them only in a cluster that the test has for itself. Applying twice is harmless.
 */
import { renderMutation, renderValidation } from '../../src/crds/admission/render.ts';
import { kindDefinitions } from '../../src/crds/definitions.ts';
import { customResourceDefinition } from '../../src/crds/generate/crd.ts';
import { defaultInstallation, type Installation } from '../../src/crds/installation.ts';
import type { Manifest } from '../../src/crds/manifest.ts';
import { renderAllInOne, renderRbac } from '../../src/crds/rbac.ts';
import { sampleBindings, samples } from '../../src/crds/samples.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { defineResource, type KubeObject, type ResourceType } from '../../src/kube/object.ts';
import { describeError, until } from '../cluster/lib/poll.ts';

const FIELD_MANAGER = 'agent-sre-install';
const DEADLINE_SECONDS = 60;

export interface InstallOptions {
  readonly installation?: Installation;
  /** Without it, the fallback set for servers that lack MutatingAdmissionPolicy. */
  readonly mutation?: boolean;
  /** Also the account of `agent-sre all`. */
  readonly allInOne?: boolean;
}

/** The CustomResourceDefinitions alone: all that a controller needs, and harmless in a shared cluster. */
export async function installCrds(client: KubeClient): Promise<void> {
  for (const definition of kindDefinitions) await applyManifest(client, customResourceDefinition(definition));
  for (const { resource } of kindDefinitions) {
    await until(`${resource.kind} is served`, { deadlineSeconds: DEADLINE_SECONDS }, () => failureOf(client.list(resource)));
  }
}

/** CRDs, namespace, accounts, roles (the test users' groups bound to them) and admission policies in effect. */
export async function installApi(client: KubeClient, options: InstallOptions = {}): Promise<void> {
  const { installation = defaultInstallation, mutation = true, allInOne = true } = options;
  await installCrds(client);
  const manifests: readonly Manifest[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: installation.namespace } },
    ...renderRbac(installation),
    ...(allInOne ? renderAllInOne(installation) : []),
    ...sampleBindings,
    ...renderValidation(installation),
    ...(mutation ? renderMutation(installation) : []),
  ];
  for (const manifest of manifests) await applyManifest(client, manifest);
  await admissionInEffect(client, installation.namespace, mutation);
}

export async function applyManifest(client: KubeClient, manifest: Manifest): Promise<void> {
  await client.apply(resourceOf(manifest), manifest, { fieldManager: FIELD_MANAGER, force: true });
}

/**
 * The API server reads policies in the order in which they were made, so the last of each sort is in effect after all others. A kind with a mutating
 * policy is answered 503 until its schema has reached the policies, about six seconds after the CRD was made: each is tried.
 */
async function admissionInEffect(client: KubeClient, namespace: string, mutation: boolean): Promise<void> {
  const trying = { deadlineSeconds: DEADLINE_SECONDS, intervalMs: 200 };
  if (mutation) {
    for (const sample of [samples.incident, samples.investigation, samples.remediationplan, samples.approval]) {
      await until(`${sample.kind} is mutated at admission`, trying, () => failureOf(seesItself(client, namespace, sample)));
    }
  }
  const forged = { ...samples.approval, spec: { ...samples.approval.spec, approver: 'nobody', approverGroups: [] } };
  await until('a forged Approval is refused at admission', trying, async () => {
    const failure = await failureOf(dryRun(client, namespace, forged));
    return failure?.includes('approvals-are-given-in-person') === true ? undefined : (failure ?? 'it was admitted');
  });
}

/** Whoever creates the object stands in it, though they did not write that. */
async function seesItself(client: KubeClient, namespace: string, sample: Manifest): Promise<void> {
  const { spec } = (await dryRun(client, namespace, sample)) as KubeObject & { spec: { requestedBy?: unknown; approver?: unknown } };
  if (spec.requestedBy === undefined && spec.approver === undefined) throw new Error('nobody was stamped');
}

function dryRun(client: KubeClient, namespace: string, sample: Manifest): Promise<KubeObject> {
  const { name } = sample.metadata;
  return client.create(resourceOf(sample), { ...sample, metadata: { generateName: `${name}-`, namespace } }, { dryRun: true });
}

async function failureOf(attempt: Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

const NAMESPACED = new Set(['ServiceAccount', 'Role', 'RoleBinding', 'Incident', 'Investigation', 'RemediationPlan', 'Approval']);

function resourceOf({ apiVersion, kind }: Manifest): ResourceType {
  const [version, group = ''] = apiVersion.split('/').toReversed();
  const plural = kind.toLowerCase().replace(/y$/, 'ie');
  return defineResource({ group, version: version ?? '', kind, plural: `${plural}s`, namespaced: NAMESPACED.has(kind) });
}
