/**
 * How fast an error budget burns, and whether that is too fast: multiple windows and burn rates, as Google's SRE Workbook has it (2018, chapter 5,
 * table 5-8).
 *
 * A burn rate of 1 spends the budget exactly over the time that the objective is for. It is too fast when a long window and a short one both
 * exceed a factor: the long one keeps a blip from counting, the short one lets it end soon after the trouble does.
 */
import { between, inOrder, type Reading } from './series.ts';

const MINUTE = 60_000;

interface Pair {
  readonly long: number;
  readonly short: number;
  readonly factor: number;
}

const BURN_WINDOWS: readonly Pair[] = [
  { long: 60 * MINUTE, short: 5 * MINUTE, factor: 14.4 },
  { long: 360 * MINUTE, short: 30 * MINUTE, factor: 6 },
];
/** What has to be known before now. */
export const LONGEST_WINDOW = 360 * MINUTE;

export interface Burn {
  readonly tooFast: boolean;
  /** Of the pair that burns fastest in its short window, the rates of both windows. */
  readonly long: number;
  readonly short: number;
  readonly factor: number;
}

export interface BurnInput {
  /** Share of answers that are errors, from 0 to 1. */
  readonly errors: readonly Reading[];
  /** Answers a second, by which shares are weighed; none: all times count alike. */
  readonly traffic: readonly Reading[];
  /** Share of answers that are promised to be good, from 0 to 1, less than 1. */
  readonly objective: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Undefined where nothing was measured in the last minutes: silence is not a budget that is kept. */
export function burnRate({ errors, traffic, objective, now }: BurnInput): Burn | undefined {
  const shares = inOrder(errors);
  const weights = new Map(inOrder(traffic).map(({ at, value }) => [at, value]));
  const rate = (length: number): number | undefined => {
    const share = weighedMean(between(shares, now - length, now + 1), weights);
    return share === undefined ? undefined : share / (1 - objective);
  };
  const burns: Burn[] = [];
  for (const { long, short, factor } of BURN_WINDOWS) {
    const rates = { long: rate(long), short: rate(short) };
    if (rates.long === undefined || rates.short === undefined) return undefined;
    burns.push({ tooFast: rates.long > factor && rates.short > factor, long: rates.long, short: rates.short, factor });
  }
  return burns.toSorted((a, b) => Number(b.tooFast) - Number(a.tooFast) || b.short / b.factor - a.short / a.factor)[0];
}

function weighedMean(readings: readonly Reading[], weights: ReadonlyMap<number, number>): number | undefined {
  const isWeighed = weights.size > 0;
  let [sum, whole] = [0, 0];
  for (const { at, value } of readings) {
    const weight = isWeighed ? (weights.get(at) ?? 0) : 1;
    sum += weight * value;
    whole += weight;
  }
  return whole > 0 ? sum / whole : undefined;
}
