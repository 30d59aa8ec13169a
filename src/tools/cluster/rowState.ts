/**
 * How an object is, read from the row that the API server prints of it: what fails comes before what waits, and that before what is well.
 *
 * By the columns that kinds share (Ready, Status, Phase, Desired, Sync and Health Status, Type of an event), so that it holds for kinds of anybody's
 * making. What no rule knows is `other`: neither called well nor ill.
 */
import type { Column, Row } from './table.ts';

export type Rank = 'failing' | 'waiting' | 'other' | 'well' | 'finished';
export const RANKS: readonly Rank[] = ['failing', 'waiting', 'other', 'well', 'finished'];

export interface RowState {
  readonly rank: Rank;
  /** Counted under this name; empty: this kind has no state. */
  readonly label: string;
}

const NONE: RowState = { rank: 'other', label: '' };

/** Made once a table. @param plural of the kind */
export function stateReader(plural: string, columns: readonly Column[]): (row: Row) => RowState {
  const at = new Map(columns.map(({ name }, index) => [name.toLowerCase(), index]));
  return ({ cells }) => {
    const cell = (...names: readonly string[]): string | undefined => {
      const index = names.map((name) => at.get(name)).find((found) => found !== undefined);
      return index === undefined ? undefined : cells[index];
    };
    if (plural === 'events') return ofEvent(cell('type'));
    if (plural === 'pods') return ofPod(cell('status'), cell('ready'));
    const states = [
      ofDelivery(cell('sync status'), cell('health status')),
      ofWord(cell('status', 'phase', 'state')),
      ofReady(cell('ready') ?? cell('available')),
      ofNumbers(cell('desired'), cell('ready')),
      cell('external-ip') === '<pending>' ? ({ rank: 'waiting', label: 'no external IP yet' } as const) : undefined,
    ].filter((state) => state !== undefined);
    return states.toSorted((a, b) => RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank))[0] ?? NONE;
  };
}

/** Each word that is not known to be good is a reason why it does not run. */
function ofPod(status: string | undefined, ready: string | undefined): RowState {
  const word = ofWord(status);
  if (word === undefined) return NONE;
  if (word.rank === 'other') return { ...word, rank: 'failing' };
  return word.rank === 'well' && ofReady(ready)?.rank === 'failing' ? { rank: 'failing', label: `${word.label}, not ready` } : word;
}

const GOOD = new Set(['running', 'ready', 'active', 'bound', 'available', 'healthy', 'synced', 'established', 'approved,issued', 'valid']);
const DONE = new Set(['completed', 'succeeded', 'complete', 'resolved']);
const PENDING =
  /^(?:pending|containercreating|podinitializing|terminating|progressing|released|suspended|schedulinggated|init:\d+\/\d+|ready,schedulingdisabled|updating|creating|deleting|waiting|new)$/u;
const BAD =
  /err|fail|backoff|crash|oom|evicted|lost|invalid|unhealthy|degraded|notready|deadline|unknown|outofsync|missing|exitcode|signal:/u;
/** Where a column of that name holds a sentence, it is no state. */
const WORD = /^[A-Za-z][\w:,/-]{0,63}$/u;

function ofWord(cell: string | undefined): RowState | undefined {
  if (cell === undefined || !WORD.test(cell)) return undefined;
  const word = cell.toLowerCase();
  if (DONE.has(word)) return { rank: 'finished', label: cell };
  if (GOOD.has(word)) return { rank: 'well', label: cell };
  if (PENDING.test(word)) return { rank: 'waiting', label: cell };
  return { rank: BAD.test(word) ? 'failing' : 'other', label: cell };
}

function ofReady(cell: string | undefined): RowState | undefined {
  const [, ready, wanted] = /^(\d+)\/(\d+)$/u.exec(cell ?? '') ?? [];
  if (ready !== undefined && wanted !== undefined) return ofCounts(Number(ready), Number(wanted));
  if (cell === 'True') return { rank: 'well', label: 'Ready' };
  if (/^False\b/u.test(cell ?? '')) return { rank: 'failing', label: 'not ready' };
  return cell === 'Unknown' || cell === '<none>' ? { rank: 'waiting', label: 'readiness unknown' } : undefined;
}

function ofNumbers(desired: string | undefined, ready: string | undefined): RowState | undefined {
  if (desired === undefined || ready === undefined || !/^\d+$/u.test(desired) || !/^\d+$/u.test(ready)) return undefined;
  return ofCounts(Number(ready), Number(desired));
}

function ofCounts(ready: number, wanted: number): RowState {
  if (wanted === 0) return { rank: 'finished', label: 'scaled to 0' };
  if (ready >= wanted) return { rank: 'well', label: 'Ready' };
  return { rank: 'failing', label: ready === 0 ? 'not ready' : 'partly ready' };
}

function ofDelivery(sync: string | undefined, health: string | undefined): RowState | undefined {
  if (sync === undefined || health === undefined) return undefined;
  const states = [sync, health].flatMap((cell) => ofWord(cell) ?? []);
  const label = `${sync}, ${health}`;
  const rank = RANKS.find((one) => states.some((state) => state.rank === one)) ?? 'other';
  return { rank, label };
}

const ofEvent = (type: string | undefined): RowState =>
  type === 'Warning' ? { rank: 'failing', label: 'Warning' } : { rank: 'well', label: type ?? 'Normal' };
