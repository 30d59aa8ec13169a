/**
 * What a generated name tells of its owner: pods of Deployments, jobs of CronJobs, and so on.
 *
 * A guess by Kubernetes' conventions, good enough to recognise the same trouble on a successor; whoever acts resolves owners live.
 * The alphabet of generated suffixes has no vowels and no 0, 1, 3 (k8s.io/apimachinery/pkg/util/rand); template hashes are decimal figures
 * written in it, and older ones are hexadecimal.
 */
const SUFFIX = '[bcdfghj-np-tvwxz2456789]{5}';
const HASH = '(?:[0-9a-f]{8,10}|(?=[bcdf]*[4-9])[bcdf4-9]{6,10})';
/** CronJobs name their jobs by the minute of the schedule. */
const MINUTE = '[0-9]{8,10}';

const PATTERNS: readonly (readonly [RegExp, GeneratedOwner['kind']])[] = [
  [new RegExp(`^(.+)-${MINUTE}(?:-${SUFFIX})?$`, 'u'), 'CronJob'],
  [new RegExp(`^(.+)-${HASH}-[a-z0-9]{5}$`, 'u'), 'Deployment'],
  [new RegExp(`^(.+)-${HASH}$`, 'u'), undefined],
  [/^(.+)-[0-9]{1,5}$/u, 'StatefulSet'],
  [new RegExp(`^(.+)-${SUFFIX}$`, 'u'), undefined],
];

export interface GeneratedOwner {
  /** Undefined where the name fits several kinds. */
  readonly kind: 'Deployment' | 'CronJob' | 'StatefulSet' | undefined;
  /** The name itself where it shows no owner. */
  readonly name: string;
}

export function ownerOf(generated: string): GeneratedOwner {
  for (const [pattern, kind] of PATTERNS) {
    const name = pattern.exec(generated)?.[1];
    if (name !== undefined) return { kind, name };
  }
  return { kind: undefined, name: generated };
}
