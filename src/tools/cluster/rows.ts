/**
 * Which rows of a long table are shown, in what order: the failing first, no state crowding out another, the restarted before the quiet.
 *
 * The order is the same for the same rows, so that a page can be followed by the next.
 */
import { RANKS, type RowState, stateReader } from './rowState.ts';
import type { Column, Row, Table } from './table.ts';

export interface StatedRow {
  readonly row: Row;
  readonly state: RowState;
}

/** @param only a state's label or rank, of which alone rows are kept */
export function orderRows(plural: string, { columns, rows }: Table, only?: string): readonly StatedRow[] {
  const read = stateReader(plural, columns);
  const wanted = only?.trim().toLowerCase();
  const stated = rows
    .map((row) => ({ row, state: read(row) }))
    .filter(({ state }) => wanted === undefined || state.rank === wanted || state.label.toLowerCase().startsWith(wanted));
  const weigh = weigher(columns);
  return RANKS.flatMap((rank) => {
    const byLabel = Map.groupBy(
      stated.filter(({ state }) => state.rank === rank),
      ({ state }) => state.label,
    );
    return inTurns([...byLabel.values()].map((group) => byWeight(group, weigh)));
  });
}

/** How many there are of each state, the failing first, then the many before the few. */
export function countStates(rows: readonly StatedRow[]): readonly { readonly state: RowState; readonly count: number }[] {
  const groups = Map.groupBy(rows, ({ state: { rank, label } }) => `${rank}\n${label}`);
  return [...groups.values()]
    .flatMap((group) => (group[0] === undefined ? [] : [{ state: group[0].state, count: group.length }]))
    .toSorted((a, b) => RANKS.indexOf(a.state.rank) - RANKS.indexOf(b.state.rank) || b.count - a.count);
}

/** The rows of a page with those of one state side by side. */
export const byState = (page: readonly StatedRow[]): readonly StatedRow[] =>
  [...Map.groupBy(page, ({ state: { rank, label } }) => `${rank}\n${label}`).values()].flat();

/** One of each, then the second of each, and so on. */
function inTurns<T>(groups: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => groups.flatMap((group) => group.slice(turn, turn + 1))).flat();
}

/** A greater weight comes first: restarts, or how recently an event was seen. */
function weigher(columns: readonly Column[]): ((row: Row) => number) | undefined {
  const at = (name: string): number => columns.findIndex((column) => column.name.toLowerCase() === name);
  const [restarts, lastSeen] = [at('restarts'), at('last seen')];
  if (restarts >= 0) return ({ cells }) => Number.parseInt(cells[restarts] ?? '', 10) || 0;
  return lastSeen >= 0 ? ({ cells }) => -secondsOf(cells[lastSeen] ?? '') : undefined;
}

function byWeight(group: readonly StatedRow[], weigh: ((row: Row) => number) | undefined): readonly StatedRow[] {
  if (weigh === undefined) return group;
  return group
    .map((one) => ({ one, weight: weigh(one.row) }))
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ one }) => one);
}

const UNITS: Readonly<Record<string, number>> = { y: 31_536_000, d: 86_400, h: 3_600, m: 60, s: 1 };

/** `3m20s`, as the API server prints durations; what is none is the longest. */
function secondsOf(text: string): number {
  const parts = [...text.matchAll(/(\d{1,9})([ydhms])/gu)];
  return parts.length === 0
    ? Number.MAX_SAFE_INTEGER
    : parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 1), 0);
}
