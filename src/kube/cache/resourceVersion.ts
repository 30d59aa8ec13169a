/**
 * Comparing resource versions, as far as the API allows it: those of one resource that are decimal numbers without leading
 * zeros are ordered (guaranteed for conforming servers since 1.35, KEP-5504, and true of etcd's revisions before); any
 * others can only be equal.
 */
const ORDERED = /^[1-9][0-9]{0,63}$/;

/** Negative, 0 or positive; undefined when the two can't be ordered. */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (!ORDERED.test(a) || !ORDERED.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

/** Whether `a` is known to be older than `b`. */
export function isOlder(a: string, b: string): boolean {
  const order = compareResourceVersions(a, b);
  return order !== undefined && order < 0;
}
