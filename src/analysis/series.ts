/**
 * Readings of one quantity over time, and what a counter says of its rate.
 *
 * Times are milliseconds since the epoch. A reading that is NaN or infinite says nothing and is left out; the rest is put in order of
 * time, and of several readings at one time the last stands.
 */

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

/**
 * Per second rates of a counter, each at the time of the later of its two readings.
 *
 * A counter that falls was reset, and has counted from zero since, as Prometheus' `rate` takes it. Over a pause of more than `longestGap`
 * milliseconds nothing is said: several resets may hide in it.
 */
export function rate(counter: readonly Reading[], longestGap: number = Number.POSITIVE_INFINITY): Reading[] {
  const ordered = inOrder(counter);
  const rates: Reading[] = [];
  for (const [index, { at, value }] of ordered.entries()) {
    const before = ordered[index - 1];
    if (before === undefined || at - before.at > longestGap) continue;
    const counted = value < before.value ? value : value - before.value;
    rates.push({ at, value: (counted * 1000) / (at - before.at) });
  }
  return rates;
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
