/**
 * Removes segments after their time, the oldest first: once that is on record, in the chain itself.
 *
 * What an entry says was removed may be gone in part, or not at all yet: it is removed at the next turn.
 */
import type { Clock } from '../clock.ts';
import { configMaps } from '../crds/configMaps.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Logger } from '../kube/logger.ts';
import { type ChainName, type Entry, type NewEntry, readLine } from './entry.ts';
import type { Position } from './position.ts';
import { readChain, type Segment } from './segment.ts';
import { REMOVED } from './verify.ts';

interface PruneDeps {
  readonly client: Pick<KubeClient, 'list' | 'delete'>;
  readonly namespace: string;
  readonly chain: ChainName;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @returns where the chain ends then; a removal that fails is tried again with the next segment, and what may have been added is read anew */
export async function prune(
  deps: PruneDeps,
  limits: { readonly segments: number; readonly retentionMs: number },
  at: Position,
  append: (at: Position, entries: readonly NewEntry[]) => Promise<Position>,
): Promise<Position> {
  const { client, namespace, chain, logger, clock } = deps;
  try {
    const { segments } = await readChain(client, namespace, chain);
    const oldest = clock.now() - limits.retentionMs;
    const old = segments.filter(
      (segment, index) => segment.isSealed && (segments.length - index > limits.segments || lastAt(segment) < oldest),
    );
    const kept = segments[old.length];
    const first = kept === undefined ? undefined : firstOf(kept);
    // Only from the front, so that what stays is in one piece.
    if (old.length === 0 || first === undefined || old.some((segment, index) => segment !== segments[index])) return at;
    const entry = removal(old, first);
    const after = at.keys.has(entry.key) ? at : await append(at, [entry]);
    for (const { name, uid } of old) await client.delete(configMaps, { namespace, name }, { uid });
    logger.info({ chain, segments: old.length, keptFrom: first.seq }, 'removed segments of the audit after their time');
    return after;
  } catch (err) {
    logger.warn({ err, chain }, 'old segments of the audit could not be removed; they are with the next one');
    return at;
  }
}

function removal(old: readonly Segment[], { seq, previous }: Entry): NewEntry {
  return {
    key: `chain/removed/${seq}`,
    event: REMOVED,
    outcome: 'Done',
    who: 'agent-sre',
    message: `entries before ${seq} are removed after their time, with ${old.length === 1 ? 'a segment' : `${old.length} segments`}`,
    detail: { keptFrom: String(seq), keptAfter: previous },
  };
}

function firstOf({ text }: Segment): Entry | undefined {
  return readLine(text.slice(0, text.indexOf('\n'))).entry;
}

function lastAt({ text }: Segment): number {
  return Date.parse(readLine(text.trimEnd().split('\n').at(-1) ?? '').entry?.at ?? '');
}
