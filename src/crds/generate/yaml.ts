/** Generated YAML: one layout for all files, so that a diff shows what changed and nothing else. */
import { stringify } from 'yaml';

export const GENERATED_HEADER = '# Generated from src/crds by `make generate`. Do not edit.\n';

/** One file of `objects`, in their order. Long lines stay whole: a folded line is hard to search for. */
export function yamlFile(objects: readonly unknown[]): string {
  const documents = objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }));
  return GENERATED_HEADER + documents.join('---\n');
}

/** A kustomization that applies `resources`, so that `kubectl apply -k` takes the folder. */
export function kustomizationFile(resources: readonly string[]): string {
  return yamlFile([{ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources }]);
}
