/** Where a chain that is stored is written on, and what of it is not whole and was not yet said so. */
import type { KubeClient } from '../kube/client.ts';
import { brokenKey } from './broken.ts';
import { type ChainName, type Entry, FIRST, readLine } from './entry.ts';
import { type Head, type HeadText, readHead } from './head.ts';
import { readChain, type Segment, type StoredChain } from './segment.ts';
import { verifyChain } from './verify.ts';

export interface Position {
  /** The last one that there is; 0: none. */
  readonly segment: number;
  readonly seq: number;
  readonly hash: string;
  /** The last segment while it takes more; absent: the next entry begins a segment. */
  readonly open: { readonly text: string; readonly resourceVersion: string } | undefined;
  /** Absent: not known. */
  readonly headVersion: string | undefined;
  readonly isHeadBehind: boolean;
  /** When the first entry that there is was written. */
  readonly begunAt: string | undefined;
  /** Of all entries that there are. */
  readonly keys: ReadonlySet<string>;
  readonly isWhole: boolean;
  readonly isSigned: boolean;
}

interface Opened {
  readonly position: Position;
  readonly unsaid: readonly string[];
}

export async function openChain({ client, namespace, chain }: Where): Promise<Opened> {
  const stored = await readChain(client, namespace, chain);
  const { entries, problems, signedBy } = verifyChain(stored);
  const keys = new Set(entries.map(({ key }) => key));
  const isWhole = problems.length === 0;
  const end = endOf(stored, entries.at(-1));
  const position: Position = {
    ...end,
    headVersion: stored.head?.resourceVersion,
    begunAt: entries[0]?.at,
    keys,
    isWhole,
    isSigned: signedBy !== undefined,
  };
  return { position, unsaid: isWhole || keys.has(brokenKey(problems)) ? [] : problems };
}

interface Where {
  readonly client: Pick<KubeClient, 'list'>;
  readonly namespace: string;
  readonly chain: ChainName;
}

/** Behind whatever is known to have been there: an end that was cut off is not written over. */
function endOf(
  { segments, head }: StoredChain,
  last: Entry | undefined,
): Pick<Position, 'segment' | 'seq' | 'hash' | 'open' | 'isHeadBehind'> {
  const tail = segments.at(-1);
  const headed = headIn(head);
  const end = last ?? { seq: 0, hash: FIRST };
  const isCutOff = headed.seq > end.seq;
  const { seq, hash } = isCutOff ? headed : end;
  const open = tail === undefined || isCutOff || !takesMore(tail) ? undefined : { text: tail.text, resourceVersion: tail.resourceVersion };
  return { segment: Math.max(tail?.index ?? 0, headed.segment), seq, hash, open, isHeadBehind: headed.seq < end.seq };
}

function headIn(head: HeadText | undefined): Pick<Head, 'segment' | 'seq' | 'hash'> {
  const seen = head === undefined ? undefined : readHead(head);
  return seen === undefined || seen.kind === 'unreadable' ? { segment: 0, seq: 0, hash: FIRST } : seen.head;
}

/** One whose end can't be read is left as it was found, for whoever looks into it. */
function takesMore({ isSealed, text }: Segment): boolean {
  const last = readLine(text.trimEnd().split('\n').at(-1) ?? '');
  return !isSealed && text.endsWith('\n') && last.entry !== undefined && !last.changed;
}
