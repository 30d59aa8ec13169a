/**
 * The noise of an evenly spaced series about a level that may change: its size, how far it remembers, and the series without lone spikes.
 *
 * All of it is read from differences of neighbours, which changes of level hardly move. Noise is taken as an autoregression of order one; its
 * memory is the ratio of the variances of differences over two steps and over one, less one, as in Chakar, Lebarbier, Levy-Leduc and Robin,
 * "A robust approach for estimating change-points in the mean of an AR(1) process", Bernoulli 23 (2017), but from clipped squares where they
 * take medians: steadier in short series.
 */
import { quantile, robustSigma } from './robust.ts';

export interface Noise {
  /** The standard deviation about a level, in the series' unit; zero only for a constant series. */
  readonly sigma: number;
  /** What sigma would have to be, were the noise independent, for the mean of a long stretch to be as uncertain as it is. */
  readonly longRunSigma: number;
  /** The values with lone spikes drawn to the median around them. */
  readonly calm: readonly number[];
  /** Mostly one value and now and then another: counts of rare things. Medians tell nothing then, means do. */
  readonly sparse: boolean;
}

/** Noise is taken to be at least this share of the range: a constant series with one step must not have infinite effects. */
const LEAST_NOISE = 1e-4;
const WILD = 3;
/** Beyond it a series remembers too long for its mean to be known. */
const MOST_MEMORY = 0.9;
/** A series that changes at more than this share of its steps, and at fewer than half, is sparse; one that changes more rarely has steps. */
const SPARSE = 0.05;

/** @param values finite, at least five */
export function noiseOf(values: readonly number[]): Noise {
  const steps = differences(values, 1);
  const changing = steps.filter((step) => step !== 0).length / steps.length;
  const sparse = changing > SPARSE && changing <= 0.5;
  const calm = sparse ? values : withoutSpikes(values, (robustSigma(steps) ?? 0) / Math.SQRT2);
  const range = (quantile(calm, 1) ?? 0) - (quantile(calm, 0) ?? 0);
  const nearby = clippedVariance(differences(calm, 1), sparse);
  const memory = nearby === 0 ? 0 : clippedVariance(differences(calm, 2), sparse) / nearby - 1;
  const kept = Math.min(MOST_MEMORY, Math.max(0, memory));
  const sigma = Math.max(Math.sqrt(nearby / (2 * (1 - kept))), LEAST_NOISE * range);
  return { sigma, longRunSigma: sigma * Math.sqrt((1 + kept) / (1 - kept)), calm, sparse };
}

/** Mean square of differences, those beyond three robust sigma taken as three; of a sparse series the plain mean square. */
function clippedVariance(steps: readonly number[], sparse: boolean): number {
  const most = sparse ? Number.POSITIVE_INFINITY : WILD * (robustSigma(steps) ?? 0);
  let sum = 0;
  for (const step of steps) sum += Math.min(Math.abs(step), most) ** 2;
  return steps.length === 0 ? 0 : sum / steps.length;
}

/** Each sample that lies far from the median of the five around it becomes that median (Hampel's filter); runs of three stay. */
function withoutSpikes(values: readonly number[], sigma: number): number[] {
  const around = [0, 0, 0, 0, 0];
  return values.map((value, index) => {
    const from = Math.min(Math.max(0, index - 2), values.length - 5);
    for (let offset = 0; offset < 5; offset += 1) around[offset] = values[from + offset] as number;
    const middle = around.sort((a, b) => a - b)[2] as number;
    return Math.abs(value - middle) > WILD * sigma ? middle : value;
  });
}

function differences(values: readonly number[], lag: number): number[] {
  return values.slice(lag).map((value, index) => value - (values[index] as number));
}
