/**
 * What a generated name tells of its owner: pods of Deployments, jobs of CronJobs, and so on.
 *
 * A guess by Kubernetes' conventions, good enough to recognise the same trouble on a successor; whoever acts resolves owners live.
 * The alphabet of generated suffixes has no vowels and no 0, 1, 3 (k8s.io/apimachinery/pkg/util/rand); template hashes are decimal figures
 * written in it, and older ones are hexadecimal.
 */
const SUFFIX = '[bcdfghj-np-tvwxz2456789]{5}';
const HEXADECIMAL = '[0-9a-f]{8,10}';
const FIGURES = '[bcdf4-9]{6,10}';
const HASH = `(?:${HEXADECIMAL}|(?=[bcdf]*[4-9])${FIGURES})`;
/** The same for who cannot look ahead, as RE2: it takes words of those letters, too. */
const HASH_OR_WORD = `(?:${HEXADECIMAL}|${FIGURES})`;
/** CronJobs name their jobs by the minute of the schedule. */
const MINUTE = '[0-9]{8,10}';

/** What follows the name of the owner: to recognise it, and for RE2. */
const PATTERNS: readonly (readonly [RegExp, GeneratedOwner['kind'], string])[] = [
  [new RegExp(`^(.+)-${MINUTE}(?:-${SUFFIX})?$`, 'u'), 'CronJob', `${MINUTE}(?:-${SUFFIX})?`],
  [new RegExp(`^(.+)-${HASH}-[a-z0-9]{5}$`, 'u'), 'Deployment', `${HASH_OR_WORD}-[a-z0-9]{5}`],
  [new RegExp(`^(.+)-${HASH}$`, 'u'), undefined, HASH_OR_WORD],
  [/^(.+)-[0-9]{1,5}$/u, 'StatefulSet', '[0-9]{1,5}'],
  [new RegExp(`^(.+)-${SUFFIX}$`, 'u'), undefined, SUFFIX],
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

/** An expression, in RE2 and unanchored, for this name and those that its owner gives to what comes after it; undefined: no owner is seen. */
export function siblingsOf(generated: string): string | undefined {
  for (const [pattern, , suffix] of PATTERNS) {
    const name = pattern.exec(generated)?.[1];
    if (name !== undefined) return `${name.replaceAll(/[^A-Za-z0-9_-]/gu, '\\$&')}-${suffix}`;
  }
  return undefined;
}
