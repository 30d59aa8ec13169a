/** Everything that is generated from the API's source, as path (from the root of the repository) to content. */
import { renderMutation, renderValidation } from '../admission/render.ts';
import { kindDefinitions } from '../definitions.ts';
import { renderConstrainedImpersonation, renderImpersonationFallback } from '../impersonation.ts';
import { defaultInstallation, PROCESSES } from '../installation.ts';
import { type Manifest, partOf } from '../manifest.ts';
import { renderAllInOne, renderPeople, renderProcess } from '../rbac.ts';
import { sampleBindings, samples } from '../samples.ts';
import { customResourceDefinition } from './crd.ts';
import { apiReference, reasonsReference } from './reference.ts';
import { kustomizationFile, yamlFile } from './yaml.ts';

export type GeneratedFiles = ReadonlyMap<string, string>;

/** Folder to its files; each also gets a kustomization. All of these hold generated files only: whatever else lies there is stale. */
const folders: Readonly<Record<string, () => Readonly<Record<string, readonly unknown[]>>>> = {
  'config/crd': () =>
    Object.fromEntries(kindDefinitions.map((definition) => [definition.resource.plural, [customResourceDefinition(definition)]])),
  'config/rbac': () => ({
    ...Object.fromEntries(PROCESSES.map((process) => [process, renderProcess(process)])),
    people: renderPeople(),
  }),
  'config/rbac/all-in-one': () => ({ 'all-in-one': renderAllInOne() }),
  'config/rbac/chat': () => ({ 'approve-as': renderConstrainedImpersonation([{ user: 'alice@example.com', groups: ['sre-approvers'] }]) }),
  'config/rbac/chat-fallback': () => ({ 'approve-as': renderImpersonationFallback(['alice@example.com']) }),
  'config/admission': () => ({ ...byPolicy(renderValidation()), ...byPolicy(renderMutation()) }),
  'config/admission/without-mutation': () => byPolicy(renderValidation()),
  'config/samples': () => ({
    ...Object.fromEntries(Object.entries(samples).map(([name, sample]) => [name, [sample]])),
    people: sampleBindings,
  }),
};

export const generatedFolders: readonly string[] = [...Object.keys(folders), 'config/default'];

export function generatedFiles(): GeneratedFiles {
  const files = Object.entries(folders).flatMap(([path, contents]) => folder(path, contents()));
  const documents = [['docs/api.md', apiReference()] as const, ['docs/reasons.md', reasonsReference()] as const];
  return new Map([...files, ...defaultFolder(), ...documents]);
}

function folder(path: string, files: Readonly<Record<string, readonly unknown[]>>): readonly (readonly [string, string])[] {
  const written = Object.entries(files).map(([name, objects]) => [`${path}/${name}.yaml`, yamlFile(objects)] as const);
  return [...written, [`${path}/kustomization.yaml`, kustomizationFile(Object.keys(files).map((name) => `${name}.yaml`))]];
}

/** A file a policy, with its binding. */
function byPolicy(manifests: readonly Manifest[]): Readonly<Record<string, readonly Manifest[]>> {
  const fileOf = ({ metadata }: Manifest): string => metadata.name.slice(0, metadata.name.indexOf('.'));
  return Object.groupBy(manifests, fileOf) as Readonly<Record<string, readonly Manifest[]>>;
}

/** `kubectl apply -k config/default`: all that a cluster needs before the processes start. */
function defaultFolder(): readonly (readonly [string, string])[] {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: defaultInstallation.namespace, labels: partOf } };
  return [
    ['config/default/namespace.yaml', yamlFile([namespace])],
    ['config/default/kustomization.yaml', kustomizationFile(['namespace.yaml', '../crd', '../rbac', '../admission'])],
  ];
}
