/**
 * How far confidences are from how often they were right. Undefined where there are no predictions; a confidence that is no number counts as 0.
 *
 * Sources: Guo et al., "On calibration of modern neural networks" (ICML 2017) for the expected calibration error over bins of equal width;
 * Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950).
 */

export interface Prediction {
  /** 0 to 1. */
  readonly confidence: number;
  readonly right: boolean;
}

export interface Bin {
  /** Confidences above `from` and up to `to`; the first bin has 0 too. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Means of the bin. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** What a reliability diagram shows; bins without predictions are left out. */
export function reliability(predictions: readonly Prediction[], bins = 10): Bin[] {
  const binOf = ({ confidence }: Prediction): number => Math.max(0, Math.ceil(confidence * bins) - 1);
  return [...Map.groupBy(predictions.map(withinBounds), binOf)]
    .toSorted(([a], [b]) => a - b)
    .map(([bin, members]) => ({
      from: bin / bins,
      to: (bin + 1) / bins,
      count: members.length,
      confidence: mean(members.map(({ confidence }) => confidence)),
      accuracy: mean(members.map(({ right }) => Number(right))),
    }));
}

/** 0 (a 0.9 is right nine times in ten) to 1. */
export function expectedCalibrationError(predictions: readonly Prediction[], bins = 10): number | undefined {
  if (predictions.length === 0) return undefined;
  const gaps = reliability(predictions, bins).map(({ count, confidence, accuracy }) => count * Math.abs(accuracy - confidence));
  return gaps.reduce((sum, gap) => sum + gap, 0) / predictions.length;
}

/** Mean squared error of the confidence, 0 to 1: calibration and discernment in one. */
export function brierScore(predictions: readonly Prediction[]): number | undefined {
  if (predictions.length === 0) return undefined;
  return mean(predictions.map(withinBounds).map(({ confidence, right }) => (confidence - Number(right)) ** 2));
}

function withinBounds({ confidence, right }: Prediction): Prediction {
  return { confidence: Number.isNaN(confidence) ? 0 : Math.min(1, Math.max(0, confidence)), right };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
