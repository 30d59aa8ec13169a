/**
 * Whether a chain is whole: every entry as it was written, none missing, none in another place, none twice, and its end where its head says.
 *
 * Pure: over what was read. What a chain alone can't tell is whether it was written anew from some entry on by somebody who holds the key, or, where it
 * is not signed, who may write it: for that, a hash that was kept elsewhere is looked for (`expected`).
 */
import { type ChainName, type Entry, FIRST, readLine } from './entry.ts';
import { type Head, type HeadText, positionOf, readHead } from './head.ts';
import type { Segment, StoredChain } from './segment.ts';

export interface Trust {
  /** Fingerprints of the keys whose signatures count; empty: those that the heads name themselves. */
  readonly fingerprints: readonly string[];
  /** Hashes that have to be in one of the chains. */
  readonly expected: readonly string[];
}

export interface Verification {
  readonly chain: ChainName;
  readonly entries: readonly Entry[];
  readonly segments: number;
  /** Fingerprint under the chain's end; undefined: nobody has signed it. */
  readonly signedBy: string | undefined;
  /** One sentence each, naming the entry. Empty: it is whole. */
  readonly problems: readonly string[];
}

interface Walk {
  readonly chain: ChainName;
  /** As in `Trust`. */
  readonly fingerprints: readonly string[];
  readonly entries: Entry[];
  readonly problems: string[];
  readonly keys: Map<string, number>;
  last: Pick<Entry, 'seq' | 'hash'> | undefined;
}

export const REMOVED = 'SegmentsRemoved';

export function verifyChain(
  { chain, segments, head }: StoredChain,
  { fingerprints }: Pick<Trust, 'fingerprints'> = { fingerprints: [] },
): Verification {
  const walk: Walk = { chain, fingerprints, entries: [], problems: [], keys: new Map(), last: undefined };
  for (const [at, segment] of segments.entries()) {
    walkGap(walk, segment, segments[at - 1]);
    walkSegment(walk, segment);
  }
  const signedBy = walkEnd(walk, segments, head);
  walkBeginning(walk);
  return { chain, entries: walk.entries, segments: segments.length, signedBy, problems: walk.problems };
}

function walkGap({ problems, last }: Walk, { index }: Segment, before: Segment | undefined): void {
  if (before === undefined) return;
  if (!before.isSealed) problems.push(`segment ${before.index} (${before.name}) is not immutable, though another one follows it`);
  if (index === before.index + 1) return;
  const gap = index - before.index === 2 ? `segment ${before.index + 1} is` : `segments ${before.index + 1} to ${index - 1} are`;
  problems.push(`${gap} missing, with what follows entry ${last?.seq ?? 0}`);
}

function walkSegment(walk: Walk, { index, name, text, head }: Segment): void {
  const lines = text.split('\n');
  if (lines.pop() !== '') walk.problems.push(`segment ${index} (${name}) ends in the middle of a line`);
  for (const [at, line] of lines.entries()) walkLine(walk, line, `line ${at + 1} of segment ${index}`);
  if (walk.last === undefined) return;
  const { seq, hash } = walk.last;
  checkHead(walk, head, { chain: walk.chain, segment: index, seq, hash }, `segment ${index}`);
}

function walkLine(walk: Walk, line: string, where: string): void {
  const read = readLine(line);
  const expected = (walk.last?.seq ?? 0) + 1;
  if (read.entry === undefined) {
    walk.problems.push(`entry ${expected} (${where}) was changed: it can't be read any more`);
    walk.last = { seq: expected, hash: '' };
    return;
  }
  const { entry, changed } = read;
  const named = `entry ${entry.seq} (${where})`;
  if (changed || entry.chain !== walk.chain) walk.problems.push(`${named} was changed: it is not what its hash says`);
  else if (walk.last !== undefined) checkPlace(walk, entry, walk.last, named);
  const twin = walk.keys.get(entry.key);
  if (twin !== undefined) walk.problems.push(`${named} records what entry ${twin} records already: ${entry.key}`);
  walk.keys.set(entry.key, entry.seq);
  walk.entries.push(entry);
  walk.last = changed ? { seq: expected, hash: '' } : entry;
}

function checkPlace({ problems }: Walk, entry: Entry, last: Pick<Entry, 'seq' | 'hash'>, named: string): void {
  const expected = last.seq + 1;
  if (entry.seq > expected) {
    problems.push(
      `${entry.seq - expected === 1 ? `entry ${expected} is` : `entries ${expected} to ${entry.seq - 1} are`} missing, before ${named}`,
    );
  } else if (entry.seq < expected) problems.push(`${named} stands after entry ${last.seq}: it was moved, or put in again`);
  else if (last.hash !== '' && entry.previous !== last.hash)
    problems.push(`${named} does not follow entry ${last.seq}: one of the two was replaced`);
}

/** The first that is there is the first that there was, or what was before it was removed after its time, as a later entry says. */
function walkBeginning({ entries, problems }: Walk): void {
  const [first] = entries;
  if (first === undefined) return;
  if (first.seq === 1) {
    if (first.previous !== FIRST) problems.push('entry 1 names an entry before it: it was replaced');
    return;
  }
  const kept = entries
    .filter(({ event }) => event === REMOVED)
    .map(({ detail }) => ({ seq: Number(detail?.['keptFrom']), previous: detail?.['keptAfter'] }));
  const isAccountedFor = kept.some(({ seq, previous }) => seq > first.seq || (seq === first.seq && previous === first.previous));
  if (!isAccountedFor)
    problems.push(
      `${first.seq === 2 ? 'entry 1 is' : `entries 1 to ${first.seq - 1} are`} missing, and no entry says that they were removed after their time`,
    );
}

/** @returns who has signed the end */
function walkEnd(walk: Walk, segments: readonly Segment[], head: HeadText | undefined): string | undefined {
  const { problems, chain, last } = walk;
  if (head === undefined) {
    if (segments.length > 0)
      problems.push(`the head of the chain is missing: whether entries after ${last?.seq ?? 0} were cut off can't be told`);
    return undefined;
  }
  const seen = readHead(head);
  if (seen.kind === 'unreadable') {
    problems.push("the head of the chain was changed: it can't be read any more");
    return undefined;
  }
  if (seen.head.seq > 0) checkEnd(walk, segments, seen.head);
  checkHead(walk, head, positionOf({ ...seen.head, chain }), 'the chain');
  return seen.kind === 'signed' ? seen.fingerprint : undefined;
}

/** It may lag behind; it never names what is not there. */
function checkEnd({ problems, entries, last }: Walk, segments: readonly Segment[], { seq, hash, segment }: Head): void {
  const ends = last?.seq ?? 0;
  const at = entries.find((entry) => entry.seq === seq);
  if (seq > ends) {
    const missing = seq - ends === 1 ? `entry ${seq} is` : `entries ${ends + 1} to ${seq} are`;
    problems.push(`${missing} missing: the head says that the chain ends with entry ${seq}`);
  } else if (at === undefined) problems.push(`the head names entry ${seq}, which is not there`);
  else if (at.hash !== hash) problems.push(`entry ${seq} is not the one that the head names: it was replaced, or the head was`);
  if (segments.length > 0 && !segments.some(({ index }) => index === segment))
    problems.push(`the head names segment ${segment}, which is not there`);
}

function checkHead({ problems, fingerprints }: Walk, stored: HeadText | undefined, expected: Omit<Head, 'publicKey'>, of: string): void {
  const seen = stored === undefined ? ({ kind: 'unreadable' } as const) : readHead(stored);
  if (seen.kind === 'unreadable') {
    problems.push(`the head of ${of} is missing or was changed: nothing vouches for the entries up to ${expected.seq}`);
    return;
  }
  // Without a hash it was said already that the last entry was changed.
  if (expected.hash !== '' && JSON.stringify(positionOf(seen.head)) !== JSON.stringify(expected)) {
    problems.push(
      `the head of ${of} does not name entry ${expected.seq} as it is there: entries were changed, cut off or added after entry ${Math.min(seen.head.seq, expected.seq)}`,
    );
  }
  if (seen.kind === 'forged') problems.push(`the signature under the head of ${of} (entry ${seen.head.seq}) is false`);
  else if (fingerprints.length > 0 && (seen.kind === 'unsigned' || !fingerprints.includes(seen.fingerprint))) {
    const by = seen.kind === 'unsigned' ? 'by nobody' : `by ${seen.fingerprint}`;
    problems.push(`the head of ${of} (entry ${seen.head.seq}) is signed ${by}, not by the key that you named`);
  }
}

/** Hashes that were kept elsewhere and are in no chain any more. */
export function missingHashes(verified: readonly Verification[], expected: readonly string[]): readonly string[] {
  const present = new Set(verified.flatMap(({ entries }) => entries.map(({ hash }) => hash)));
  return expected.filter((hash) => !present.has(hash));
}
