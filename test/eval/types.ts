/** What the parts of the evaluation say to each other. */
import type { Label } from './labels.ts';

export interface Ranked extends Label {
  /** From 0 to 1. */
  readonly confidence: number;
}

export interface Answer {
  /** The likeliest first; causes that the benchmark has no word for are left out. */
  readonly ranked: readonly Ranked[];
  /** A root cause was named at all. */
  readonly alarm: boolean;
  readonly millis: number;
  /** Highest resident memory of the process so far. */
  readonly peakMiB: number;
  readonly error?: string | undefined;
}

export interface Truth extends Label {
  readonly file: string;
  readonly system: string;
}

export interface Prediction extends Answer {
  readonly file: string;
}
