/** What the scenes deploy, as files of a folder in Git: a kustomization, and one file for each object. */
import { stringify } from 'yaml';
import type { Applied } from '../../live/objects.ts';

/** Content by path. */
export type Files = Readonly<Record<string, string>>;

/** `web.yaml` for the Deployment, `service.yaml` for the Service, and so on; `more` goes into the kustomization. */
export function folderOf(namespace: string, objects: Readonly<Record<string, Applied>>, more: object = {}): Files {
  const files = Object.fromEntries(Object.entries(objects).map(([file, object]) => [file, yaml(object)]));
  return { 'kustomization.yaml': kustomization(namespace, Object.keys(objects), more), ...files };
}

export const yaml = (object: object): string => stringify(object, { lineWidth: 0 });

export function kustomization(namespace: string, resources: readonly string[], more: object = {}): string {
  return yaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', namespace, resources, ...more });
}

/** Puts another resource into a kustomization. */
export const alsoApplying =
  (file: string) =>
  (content: string): string =>
    content.replace('resources:\n', `resources:\n  - ${file}\n`);
