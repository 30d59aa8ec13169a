/**
 * What everything in a cluster depends on without a link that says so: its name service, its control plane, its capacity.
 *
 * Such a cause takes only what nothing nearer explains and what fails in a way that fits; where the fit is loose, only when several do at once.
 */
import { changedItself, type Explanation } from './explain.ts';
import type { FailureMode } from './failureMode.ts';
import { INTRINSIC } from './failureMode.ts';
import type { Subject } from './subjects.ts';
import { timeFits } from './timing.ts';
import { partsOf, type TopologyIndex } from './topology.ts';

interface Ambient {
  readonly isCause: (subject: Subject) => boolean;
  /** Fails in the very way of that cause. */
  readonly isSure: (subject: Subject, index: TopologyIndex) => boolean;
  /** Might; counts where at least three do. */
  readonly isLikely: (subject: Subject, index: TopologyIndex) => boolean;
  readonly why: string;
}

const among = (...modes: readonly FailureMode[]): ((subject: Subject) => boolean) => {
  const set = new Set(modes);
  return ({ mode }) => set.has(mode);
};
const called =
  (pattern: RegExp) =>
  ({ entity }: Subject): boolean =>
    pattern.test(partsOf(entity).name);

const DNS_SERVER = called(/(?:^|-)(?:core-?dns|kube-?dns|node-?local-?dns)/u);
const OF_THE_PLATFORM = called(/operator|controller|autoscaler|webhook|metrics|karpenter|csi|cert-manager|flux|argo|scheduler/u);
const SERVES_USERS = called(/ingress|gateway|nginx|traefik/u);
/** Is known to call something of the cluster by its name. */
const looksUpNames = ({ entity }: Subject, index: TopologyIndex): boolean => index.linksFrom(entity).some(({ kind }) => kind === 'calls');
const isSevere = ({ severity, members, mode, trouble }: Subject): boolean =>
  severity === 'critical' ||
  (trouble !== undefined && mode === 'down') ||
  new Set(members.map(({ title }) => title)).size > 1 ||
  mode === 'dns' ||
  mode === 'crash';

const AMBIENT: readonly Ambient[] = [
  {
    isCause: (subject) => (DNS_SERVER(subject) || (subject.mode === 'dns' && subject.entity.startsWith('Alert/'))) && isSevere(subject),
    isSure: among('dns'),
    isLikely: (subject, index) =>
      among('errors', 'slow', 'down', 'job', 'network', 'apiClient')(subject) || (among('crash')(subject) && looksUpNames(subject, index)),
    why: 'needs the cluster’s name service, which fails',
  },
  {
    isCause: ({ entity, mode, severity }) => entity.startsWith('Component/') && (severity === 'critical' || mode !== 'slow'),
    isSure: (subject) => among('apiClient')(subject) || (among('control')(subject) && subject.entity.startsWith('Alert/')),
    isLikely: (subject) =>
      among('pending', 'scaling')(subject) ||
      (OF_THE_PLATFORM(subject) && !SERVES_USERS(subject) && among('crash', 'down', 'errors')(subject)),
    why: 'needs the control plane, which fails',
  },
  {
    isCause: (subject) => called(/cluster-autoscaler|karpenter/u)(subject) && !among('scaling', 'other')(subject),
    isSure: among('pending'),
    isLikely: () => false,
    why: 'waits for a node that the cluster’s autoscaler does not bring',
  },
  {
    isCause: (subject) => called(/metrics-server|prometheus-adapter/u)(subject) && !among('scaling', 'other')(subject),
    isSure: among('scaling'),
    isLikely: () => false,
    why: 'is scaled by metrics that are not served',
  },
  {
    isCause: ({ entity, mode }) => entity.startsWith('Node/') && mode === 'node',
    isSure: (subject) => called(/^kubelet$/u)(subject),
    isLikely: () => false,
    why: 'counts a kubelet that is lost with its node',
  },
  {
    isCause: (subject) =>
      SERVES_USERS(subject) && subject.entity.startsWith('Workload/') && among('crash', 'down', 'oom', 'image', 'config')(subject),
    isSure: (subject) => /^(?:Ingress|Host)\//u.test(subject.entity) && among('down', 'errors', 'slow')(subject),
    isLikely: () => false,
    why: 'is reached through the ingress, which fails',
  },
  {
    isCause: ({ entity }) => entity.startsWith('Registry/'),
    isSure: (subject, index) => subject.mode === 'image' && !index.linksFrom(subject.entity).some(({ kind }) => kind === 'pullsFrom'),
    isLikely: () => false,
    why: 'cannot pull its image, and a registry does not serve',
  },
];

const LEAST_LIKELY = 3;
const SURE = 0.6;
const LIKELY = 0.45;

/** @param roots subjects that nothing explains */
export function ambientExplanations(roots: readonly Subject[], all: readonly Subject[], index: TopologyIndex): readonly Explanation[] {
  const pairs = AMBIENT.flatMap((ambient) => all.filter(ambient.isCause).map((cause) => ({ ambient, cause })));
  const sure = pairs.flatMap(({ ambient, cause }) =>
    roots
      .filter((root) => mayFollow(root, cause, ambient) && ambient.isSure(root, index))
      .map((effect): Explanation => ({ effect, cause, score: SURE, why: ambient.why })),
  );
  const explained = new Set(sure.map(({ effect }) => effect));
  const likely = pairs.flatMap(({ ambient, cause }) => {
    const left = roots.filter((root) => !explained.has(root) && mayFollow(root, cause, ambient));
    const fitting = left.filter((root) => ambient.isLikely(root, index) && !hasOwnCause(root, index));
    const isBroad = fitting.length + sure.filter((each) => each.cause === cause).length >= LEAST_LIKELY;
    return isBroad ? fitting.map((effect): Explanation => ({ effect, cause, score: LIKELY, why: ambient.why })) : [];
  });
  return [...sure, ...likely];
}

function mayFollow(root: Subject, cause: Subject, { isCause }: Ambient): boolean {
  return (
    root !== cause && !isCause(root) && root.severity !== 'info' && root.head?.diagnosis === undefined && timeFits(cause, root.start) >= 1
  );
}

function hasOwnCause(subject: Subject, index: TopologyIndex): boolean {
  return [...subject.modes].some((mode) => INTRINSIC.has(mode)) || changedItself(subject, index);
}
