/** What each diagnosis took from its Incident to its cause, and the quantiles of all. */
import type { Investigation } from '../../src/crds/kinds.ts';

export interface TimeTable {
  add(name: string, investigation: Investigation, tookMs: number): void;
  inWords(): string;
}

interface Row {
  readonly name: string;
  readonly says: string;
  readonly ms: number;
}

export function createTable(): TimeTable {
  const rows: Row[] = [];
  return {
    add(name, { status }, tookMs) {
      const { rootCause, outcome = 'no outcome' } = status ?? {};
      rows.push({ name, says: rootCause === undefined ? outcome : `${rootCause.reason}, ${rootCause.confidence} %`, ms: tookMs });
    },
    inWords() {
      const sorted = rows.map(({ ms }) => ms).toSorted((a, b) => a - b);
      const at = (share: number): string =>
        seconds(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN);
      return [
        ...rows.map(({ name, says, ms }) => `${name.padEnd(20)} ${says.padEnd(44)} ${seconds(ms)}`),
        `from an Incident to its cause, ${rows.length} faults: p50 ${at(0.5)}, p95 ${at(0.95)}, at most ${at(1)}`,
      ].join('\n');
    },
  };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
