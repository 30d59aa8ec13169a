/**
 * Patterns over the fields of rendered objects: which of them a finding is about, and whether a change touched them.
 *
 * A field is `Kind/namespace/name` and a path such as `spec.template.spec.containers[app].image`; items go by name or by index.
 * A pattern fits the field, everything below it, and everything above it (a change that replaced the whole container).
 */
import type { ObjectRef } from '../crds/common.ts';
import type { FieldChange } from '../sources/changes.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { ContainerSpec, Pod } from '../sources/kubernetes/snapshot.ts';
import { templatePath } from '../sources/kubernetes/workloadView.ts';

export interface FieldPattern {
  readonly object: string;
  /** Paths that name the same field. */
  readonly paths: readonly string[];
}

/** Fields of a container in the template of its workload. */
export function containerFields(owner: ObjectRef, container: ContainerSpec, ...fields: readonly string[]): FieldPattern[] {
  const list = `${podSpecPath(owner)}.${container.role === 'app' ? 'containers' : 'initContainers'}`;
  const items = [`${list}[${container.name}]`, `${list}[${container.index}]`, `${list}.${container.index}`];
  return fields.map((field) => ({ object: objectName(owner), paths: items.map((item) => `${item}.${field}`) }));
}

/** Fields of the pod in the template of its workload. */
export function podFields(owner: ObjectRef, ...fields: readonly string[]): FieldPattern[] {
  return fields.map((field) => ({ object: objectName(owner), paths: [`${podSpecPath(owner)}.${field}`] }));
}

export function objectFields(owner: ObjectRef, ...fields: readonly string[]): FieldPattern[] {
  return fields.map((field) => ({ object: objectName(owner), paths: [field] }));
}

/** What a pod's container reads its configuration from. */
export function configurationOf(pod: Pod, container: ContainerSpec): FieldPattern[] {
  return pod.references
    .filter((reference) => reference.container === undefined || reference.container === container.name)
    .map(({ kind, name }) => ({ object: objectName({ kind, namespace: pod.namespace, name }), paths: [''] }));
}

const podSpecPath = ({ kind }: ObjectRef): string => (kind === 'Pod' ? 'spec' : `${templatePath(kind)}.spec`);

export function matches({ object, paths }: FieldPattern, field: FieldChange): boolean {
  return object === field.object && paths.some((path) => within(field.path, path) || within(path, field.path));
}

/** `path` is `top` or below it. */
function within(path: string, top: string): boolean {
  if (top === '' || path === top) return true;
  return path.startsWith(top) && /[.[]/u.test(path.charAt(top.length));
}

/** The path without the part that every pod template has: what a person wants to read. */
export function shortPath(path: string): string {
  return path.replace(/^spec\.(?:jobTemplate\.spec\.)?template\.(?:spec\.)?/u, '');
}
