/** Which nodes a pod's own selector and required node affinity allow, judged as the scheduler judges them. */

import type { FindingReason } from '../crds/reasons.ts';
import { ownMember } from '../domain/ownMember.ts';
import { fitsExpression } from '../sources/kubernetes/selection.ts';
import type { Node, Pod, Requirement, Toleration } from '../sources/kubernetes/snapshot.ts';

type Placement = Pick<Pod, 'nodeSelector' | 'affinity'>;

export const choosesNodes = ({ nodeSelector, affinity }: Placement): boolean =>
  Object.keys(nodeSelector).length > 0 || affinity.node.length > 0;

export const isAllowed = (pod: Placement, node: Node): boolean => fitsSelector(pod, node) && fitsAffinity(pod, node);

const fitsSelector = ({ nodeSelector }: Placement, { labels }: Node): boolean =>
  Object.entries(nodeSelector).every(([key, value]) => labels[key] === value);

const fitsAffinity = ({ affinity }: Placement, { labels }: Node): boolean =>
  affinity.node.length === 0 ||
  affinity.node.some((term) => term.every(({ key, operator, values }) => fitsExpression(ownMember(labels, key), operator, values)));

/** Which of the two no node satisfies: the selector first, as it is the blunter one. */
export function selectionBlame(nodes: readonly Node[], pod: Placement): FindingReason {
  if (pod.affinity.node.length === 0) return 'NodeSelectorUnsatisfied';
  const hasSelector = Object.keys(pod.nodeSelector).length > 0;
  return hasSelector && !nodes.some((node) => fitsSelector(pod, node)) ? 'NodeSelectorUnsatisfied' : 'NodeAffinityUnsatisfied';
}

export const affinityInWords = ({ affinity }: Placement): string =>
  affinity.node.map((term) => term.map(inWords).join(' and ')).join(', or ');

const inWords = ({ key, operator, values }: Requirement): string =>
  values.length === 0 ? `${key} ${operator}` : `${key} ${operator} ${values.join(', ')}`;

type Taint = Node['taints'][number];

/** Taints that keep the pod from nodes which it may be on otherwise, each once. */
export function untolerated(pod: Placement & Pick<Pod, 'tolerations'>, nodes: readonly Node[]): Taint[] {
  const keeping = nodes
    .filter((node) => isAllowed(pod, node))
    .flatMap(({ taints }) => taints)
    .filter((taint) => taint.effect !== 'PreferNoSchedule' && !pod.tolerations.some((one) => tolerates(one, taint)));
  return [...new Map(keeping.map((taint) => [taintInWords(taint), taint])).values()];
}

/** As the scheduler has it: no key with `Exists` is every taint, no effect every effect. */
const tolerates = ({ key = '', operator, value = '', effect = '' }: Toleration, taint: Taint): boolean =>
  (effect === '' || effect === taint.effect) &&
  (key === '' ? operator === 'Exists' : key === taint.key && (operator === 'Exists' || value === taint.value));

export const taintInWords = ({ key, value, effect }: Taint): string => `${key}${value === '' ? '' : `=${value}`}:${effect}`;

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

export const isControlPlane = ({ labels }: Node): boolean =>
  CONTROL_PLANE.some((key) => labels[key] !== undefined) || /^(?:master|control-plane)$/u.test(labels['kubernetes.io/role'] ?? '');

/** A control plane that takes no workloads, as most do: nobody expects a pod there. */
export const isKeptFree = (node: Node): boolean =>
  isControlPlane(node) && (node.unschedulable || node.taints.some(({ effect }) => effect !== 'PreferNoSchedule'));
