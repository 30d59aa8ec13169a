/** What an Investigation reads for whoever asks: the pods and their logs in the namespaces of its targets, and the nodes that it names. They have to be allowed to see all of it. */
import type { ObjectRef } from '../crds/common.ts';
import type { ResourceAttributes } from '../kube/access.ts';

/** @param home the namespace of the Investigation, for targets that say none */
export function namespacesOf(targets: readonly ObjectRef[], home: string | undefined): readonly string[] {
  return [...new Set(targets.flatMap((target) => namespaceOf(target, home)))];
}

/** A namespace that is a target itself has no namespace, and stands for all that is in it. */
function namespaceOf({ kind, namespace, name }: ObjectRef, home: string | undefined): readonly string[] {
  if (kind === 'Node') return [];
  const found = kind === 'Namespace' ? name : (namespace ?? home);
  return found === undefined ? [] : [found];
}

export function readsFor(namespaces: readonly string[], targets: readonly ObjectRef[]): readonly ResourceAttributes[] {
  const nodes = targets.filter(({ kind }) => kind === 'Node').map(({ name }) => ({ verb: 'get', group: '', resource: 'nodes', name }));
  return [...namespaces.flatMap(readingPods), ...nodes];
}

const readingPods = (namespace: string): readonly ResourceAttributes[] =>
  ['pods', 'pods/log'].map((resource) => ({ verb: 'get', group: '', resource, namespace }));
