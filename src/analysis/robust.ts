/**
 * Statistics that a minority of wild values can't move: median, quantiles, median absolute deviation, robust z.
 *
 * NaN and infinities are left out everywhere; what is asked of no values at all is undefined. Nothing changes its input.
 *
 * Sources: Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996), type 7;
 * Iglewicz and Hoaglin, "How to detect and handle outliers" (1993) for the modified z score and what stands in for a MAD of zero.
 */

/** A normal sample's standard deviation over its median absolute deviation, and over its mean absolute deviation. */
const SIGMA_PER_MAD = 1.4826;
const SIGMA_PER_MEAN_DEVIATION = 1.253314;

function finite(values: readonly number[]): number[] {
  return values.filter((value) => Number.isFinite(value));
}

export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/** @param share between 0 (the least) and 1 (the greatest); what lies outside is taken as the nearer of the two */
export function quantile(values: readonly number[], share: number): number | undefined {
  return quantileOfSorted(Float64Array.from(finite(values)).sort(), share);
}

function quantileOfSorted(sorted: { readonly [index: number]: number; readonly length: number }, share: number): number | undefined {
  if (sorted.length === 0 || Number.isNaN(share)) return undefined;
  const place = (sorted.length - 1) * Math.min(1, Math.max(0, share));
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[below + 1];
  return high === undefined || place === below ? low : low + (place - below) * (high - low);
}

/** The median distance from the median, in the values' own unit, not scaled to a standard deviation. */
export function medianAbsoluteDeviation(values: readonly number[]): number | undefined {
  const kept = finite(values);
  const centre = median(kept);
  return centre === undefined ? undefined : median(kept.map((value) => Math.abs(value - centre)));
}

/**
 * What the standard deviation would be if the bulk of the values were normal. Where more than half of them are equal their MAD is zero, and
 * the mean distance from the median stands in, as Iglewicz and Hoaglin have it: zero only when all are equal.
 */
export function robustSigma(values: readonly number[]): number | undefined {
  const kept = finite(values);
  const centre = median(kept);
  if (centre === undefined) return undefined;
  const distances = kept.map((value) => Math.abs(value - centre));
  const mad = median(distances) as number;
  return mad > 0 ? SIGMA_PER_MAD * mad : SIGMA_PER_MEAN_DEVIATION * mean(distances);
}

/** How many robust standard deviations `value` lies from the median of `sample`; infinite when the sample is constant and it differs. */
export function robustZ(value: number, sample: readonly number[]): number | undefined {
  const centre = median(sample);
  const sigma = robustSigma(sample);
  if (centre === undefined || sigma === undefined || Number.isNaN(value)) return undefined;
  if (value === centre) return 0;
  return (value - centre) / sigma;
}

/** Of finite values; a running mean, so that large values don't overflow their sum. */
function mean(values: readonly number[]): number {
  let result = 0;
  for (const [index, value] of values.entries()) result += (value - result) / (index + 1);
  return result;
}
