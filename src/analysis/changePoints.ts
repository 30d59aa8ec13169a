/**
 * Where the level of an evenly spaced series changed, by how much, and when the change set in.
 *
 * PELT on the series without lone spikes, in units of its noise (`noise.ts`); noise that remembers is given the variance that its mean has in
 * the long run, else each of its waves is a change. The penalty is Schwarz' (BIC) for three parameters a change: a level, a place, and one
 * for having looked. The onset is where a cumulative sum towards the new level last began (Page, "Continuous inspection schemes",
 * Biometrika 41, 1954): earlier than the change where the level crept up.
 *
 * Beyond 4,000 samples, means of short runs are divided first, and then the samples near those places; a segment is at least two runs then.
 * Time grows with the length so, not with its square. A slow drift is cut into stairs; `trend.ts` is for drifts.
 */
import { noiseOf } from './noise.ts';
import { pelt } from './pelt.ts';
import { median } from './robust.ts';

export interface ChangePoint {
  /** In the given series: the first sample of the new level. */
  readonly index: number;
  /** In the given series: where the way to the new level began; never after `index`. */
  readonly onset: number;
  /** Medians of the segments on both sides (means of a series of rare counts), in the series' unit. */
  readonly before: number;
  readonly after: number;
  /** (after - before) in standard deviations of the noise about a level; signed; at most 10,000 either way. */
  readonly effectSize: number;
}

export interface ChangePointOptions {
  /** Samples; 5 if not said, never less than 3: what is shorter is a spike. */
  readonly minSegment?: number;
  /** For each change, in variances of the noise; 3 log n if not said. */
  readonly penalty?: number;
}

const MOST_RUNS = 4000;
const LARGEST_EFFECT = 1e4;

/** In ascending order. Samples that are NaN or infinite are left out, and count for the index. */
export function changePoints(series: readonly number[], options: ChangePointOptions = {}): ChangePoint[] {
  const places = [...series.keys()].filter((index) => Number.isFinite(series[index]));
  const values = places.map((index) => series[index] as number);
  const minSegment = Math.max(3, Math.floor(options.minSegment ?? 5));
  if (values.length < 2 * minSegment) return [];

  const { sigma, longRunSigma, calm, sparse } = noiseOf(values);
  if (sigma === 0) return [];
  const centre = median(values) as number;
  const scaled = calm.map((value) => (value - centre) / longRunSigma);
  const starts = divide(scaled, options.penalty ?? 3 * Math.log(values.length), minSegment);

  const bounds = [0, ...starts, values.length];
  const levels = bounds.slice(1).map((end, segment) => (sparse ? mean : median)(values.slice(bounds[segment], end)) as number);
  return starts.map((start, segment) => {
    const [before, after] = [levels[segment] as number, levels[segment + 1] as number];
    const from = bounds[segment] as number;
    const onset = from + onsetOf(calm.slice(from, start + minSegment), before, after > before ? sigma : -sigma);
    return {
      index: places[start] as number,
      onset: places[Math.min(start, onset)] as number,
      before,
      after,
      effectSize: Math.max(-LARGEST_EFFECT, Math.min(LARGEST_EFFECT, (after - before) / sigma)),
    };
  });
}

function divide(values: readonly number[], penalty: number, minSegment: number): number[] {
  const run = Math.ceil(values.length / MOST_RUNS);
  if (run === 1) return pelt(values, penalty, minSegment);
  // The mean of a run weighs as much as its samples: that is what the root is for.
  const runs = Array.from({ length: Math.floor(values.length / run) }, (_, at) => mean(values.slice(at * run, (at + 1) * run)));
  const coarse = pelt(
    runs.map((value) => value * Math.sqrt(run)),
    penalty,
    Math.max(2, Math.ceil(minSegment / run)),
  );
  const near = new Set(coarse.flatMap((start) => Array.from({ length: 2 * run + 1 }, (_, offset) => (start - 1) * run + offset)));
  const places = [...near].filter((place) => place < values.length).toSorted((a, b) => a - b);
  return pelt(values, penalty, minSegment, [...places, values.length]);
}

/** After the last place where the cumulative sum of what goes beyond one sigma towards the new level was empty. */
function onsetOf(values: readonly number[], before: number, signedSigma: number): number {
  let [sum, onset] = [0, 0];
  for (const [index, value] of values.entries()) {
    sum = Math.max(0, sum + (value - before) / signedSigma - 1);
    if (sum === 0) onset = index + 1;
  }
  return onset;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
