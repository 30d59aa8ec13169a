/**
 * Readings of one quantity over time.
 *
 * Times are milliseconds since the epoch. A reading that is NaN or infinite says nothing and is left out; the rest is put in order of
 * time, and of several readings at one time the last stands.
 */

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface Reading {
  readonly at: number;
  readonly value: number;
}

export function inOrder(readings: readonly Reading[]): Reading[] {
  const byTime = new Map<number, Reading>();
  for (const reading of readings) if (Number.isFinite(reading.value) && Number.isFinite(reading.at)) byTime.set(reading.at, reading);
  return [...byTime.values()].toSorted((a, b) => a.at - b.at);
}

/** Those with `from` <= time < `to`, of readings in order of time. Logarithmic time, and what it takes to copy them. */
export function between(ordered: readonly Reading[], from: number, to: number): readonly Reading[] {
  return ordered.slice(firstAtOrAfter(ordered, from), firstAtOrAfter(ordered, to));
}

function firstAtOrAfter(ordered: readonly Reading[], time: number): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle] as Reading).at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
