/** Everything that is generated from the API's source, as path (from the root of the repository) to content. */
import { kindDefinitions } from '../definitions.ts';
import { customResourceDefinition } from './crd.ts';
import { kustomizationFile, yamlFile } from './yaml.ts';

export type GeneratedFiles = ReadonlyMap<string, string>;

/** Folders that hold generated files only: whatever else lies there is stale. */
export const generatedFolders: readonly string[] = ['config/crd'];

export function generatedFiles(): GeneratedFiles {
  return new Map(folder('config/crd', crdFiles()));
}

function folder(path: string, files: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  const kustomization = kustomizationFile(Object.keys(files));
  return Object.entries({ ...files, 'kustomization.yaml': kustomization }).map(([name, content]) => [`${path}/${name}`, content] as const);
}

function crdFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    kindDefinitions.map((definition) => [`${definition.resource.plural}.yaml`, yamlFile([customResourceDefinition(definition)])]),
  );
}
