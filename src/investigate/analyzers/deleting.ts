/**
 * Objects and namespaces that are being deleted and do not go away.
 *
 * Right when the deletion was asked for minutes ago, beyond any grace, and a finalizer, the node, or what is left in the namespace is known to
 * hold it. Disproved by its going away. Which controller owes the finalizer is said by its name; whether that controller runs is for others
 * to see.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import type { DeletingObject, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { spokenTime } from '../times.ts';

export const deleting: Analyzer = {
  name: 'deleting',
  *find(snapshot) {
    for (const object of snapshot.deleting) {
      if (snapshot.at - object.since > PATIENCE_MS)
        yield object.ref.kind === 'Namespace' ? ofNamespace(object) : ofObject(snapshot, object);
    }
  },
};

/** The API server dates the deletion of a pod at the end of its grace. */
const PATIENCE_MS = 5 * 60_000;

function ofNamespace(object: DeletingObject): Finding {
  const holding = object.conditions.filter(({ status, message }) => status === 'True' && message !== '');
  const says = holding.length === 0 ? '' : `: ${holding.map(({ message }) => quote(message)).join(', ')}`;
  return finding(
    object,
    'NamespaceStuckTerminating',
    `Namespace ${object.ref.name} is being deleted since ${spokenTime(object.since)} and does not go away${says}.`,
  );
}

function ofObject(snapshot: Snapshot, object: DeletingObject): Finding {
  const { ref, finalizers, since } = object;
  const why =
    finalizers.length === 0
      ? nodeOf(snapshot, object)
      : `, as nobody removes ${finalizers.slice(0, 3).join(', ')}${usersOf(snapshot, object)}`;
  const message = `${objectName(ref)} is being deleted since ${spokenTime(since)} and does not go away${why}.`;
  return { ...finding(object, 'StuckTerminating', message), pods: ref.kind === 'Pod' ? [ref.name] : [] };
}

/** A pod without a finalizer waits for its kubelet. */
function nodeOf({ pods, nodes }: Snapshot, { ref }: DeletingObject): string {
  const pod = ref.kind === 'Pod' ? pods.find(({ namespace, name }) => namespace === ref.namespace && name === ref.name) : undefined;
  if (pod?.node === undefined) return '';
  const node = nodes.find(({ name }) => name === pod.node);
  return node?.ready === false ? `; its node ${pod.node} is not ready` : `; its node ${pod.node} has to confirm it`;
}

const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';

function usersOf({ pods }: Snapshot, { ref, finalizers }: DeletingObject): string {
  if (!finalizers.includes(CLAIM_PROTECTION)) return '';
  const users = pods.filter(({ namespace, claims }) => namespace === ref.namespace && claims.includes(ref.name)).map(({ name }) => name);
  return users.length === 0 ? '' : `; it is in use by ${users.slice(0, 3).join(', ')}`;
}

function finding(
  { ref, since, evidence }: DeletingObject,
  reason: 'StuckTerminating' | 'NamespaceStuckTerminating',
  message: string,
): Finding {
  return {
    analyzer: deleting.name,
    reason,
    object: ref,
    message,
    cures: [],
    evidence: [evidence],
    pods: [],
    since,
    touchedBy: { direct: objectFields(ref, 'metadata.finalizers'), plausible: [] },
  };
}
