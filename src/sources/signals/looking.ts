/** How telemetry is looked at by an investigation: what fails becomes a gap, and the rest goes on. */
import type { Gap } from '../../crds/investigation.ts';
import { gapOf, partialGap } from '../gap.ts';

export type SignalKind = 'metrics' | 'logs' | 'traces';

/** Runs a call when its turn comes, as a `CallBudget` does; refuses when the budget of the investigation is spent. */
export type Spend = <T>(source: SignalKind, call: () => Promise<T>) => Promise<T>;

/** Undefined when it failed; then the gap has been noted. @param tried as in "ask main for the metrics of shop" */
export type Attempt = <T>(source: SignalKind, tried: string, ask: () => Promise<T>) => Promise<T | undefined>;

export interface Looking {
  readonly attempt: Attempt;
  /** Notes that an answer may not be all, where there are notes. */
  readonly partial: (source: SignalKind, tried: string, notes: readonly string[]) => void;
  readonly signal: AbortSignal;
}

export function createLooking(spend: Spend, signal: AbortSignal, gaps: Gap[]): Looking {
  return {
    signal,
    async attempt(source, tried, ask) {
      try {
        return await spend(source, ask);
      } catch (error) {
        gaps.push(gapOf(source, tried, error));
        return undefined;
      }
    },
    partial(source, tried, notes) {
      if (notes.length > 0) gaps.push(partialGap(source, tried, [...new Set(notes)]));
    },
  };
}
