/**
 * From points, which only order, to a confidence that is right as often as it says.
 *
 * Points are added up in `rank.ts`. The curve is monotone and kept by hand from the evaluation's cases (`make eval`, which prints how often
 * answers of each tenth are right, and the calibration error): reasons that say why are right nearly always where their analyzers speak at
 * all, those that only say what are not. It stays below what was measured, as other clusters are not those that were measured.
 */

const CURVE: readonly (readonly [points: number, percent: number])[] = [
  [0, 0],
  [50, 50],
  [60, 68],
  [65, 80],
  [70, 90],
  [75, 95],
  [80, 97],
  [100, 98],
];

/** In percent, a whole number. */
export function confidenceOf(points: number): number {
  const bounded = Math.max(0, Math.min(100, points));
  const index = CURVE.findIndex(([to]) => bounded <= to);
  const [to, high] = CURVE[index] ?? [100, 98];
  const [from, low] = CURVE[index - 1] ?? [0, 0];
  return to === from ? high : Math.round(low + ((bounded - from) / (to - from)) * (high - low));
}
