/**
 * From a score, which only orders, to a confidence that is right as often as it says. A larger score must mean a better chance.
 *
 * Two ways: isotonic regression, which takes any rising shape but wants hundreds of cases (fewer, and its ends say 0 and 1), and Platt's
 * logistic curve, which has two parameters, keeps off 0 and 1, and does with dozens. Fit on other cases than those judged
 * (`crossValidation.ts`); judge by `calibrationError.ts`. Models are plain data, to be written down and read.
 *
 * Sources: Ayer et al., "An empirical distribution function for sampling with incomplete information", Ann. Math. Stat. 26 (1955), for pooling
 * adjacent violators; Zadrozny and Elkan (KDD 2002) for its use here; Platt, "Probabilistic outputs for support vector machines" (1999), with the
 * Newton steps of Lin, Lin and Weng, "A note on Platt's probabilistic outputs", Machine Learning 68 (2007).
 */

export interface Judged {
  readonly score: number;
  readonly right: boolean;
}

/** Between the steps the confidence is interpolated; beyond the ends it is that of the end. */
export interface Isotonic {
  readonly kind: 'isotonic';
  readonly steps: readonly { readonly from: number; readonly to: number; readonly confidence: number }[];
}
/** Confidence 1 / (1 + exp(slope * score + offset)); a good score has a negative slope. */
export interface Logistic {
  readonly kind: 'logistic';
  readonly slope: number;
  readonly offset: number;
}
export type Calibration = Isotonic | Logistic;

/** Between 0 and 1. What has no score (NaN) is not believed at all. */
export function confidenceOf(calibration: Calibration, score: number): number {
  if (Number.isNaN(score)) return 0;
  return calibration.kind === 'isotonic' ? isotonicAt(calibration, score) : logisticAt(calibration, score);
}

/** Undefined without cases; those without a finite score are left out. */
export function fitIsotonic(cases: readonly Judged[]): Isotonic | undefined {
  const byScore = [...Map.groupBy(finiteOf(cases), ({ score }) => score)].toSorted(([a], [b]) => a - b);
  if (byScore.length === 0) return undefined;
  const shares = byScore.map(([, tied]) => tied.filter(({ right }) => right).length / tied.length);
  const fitted = poolAdjacentViolators(
    shares,
    byScore.map(([, { length }]) => length),
  );
  const steps: { from: number; to: number; confidence: number }[] = [];
  for (const [index, [score]] of byScore.entries()) {
    const last = steps.at(-1);
    if (last !== undefined && last.confidence === fitted[index]) last.to = score;
    else steps.push({ from: score, to: score, confidence: fitted[index] as number });
  }
  return { kind: 'isotonic', steps };
}

/** The never falling values that are nearest to those given, by weighted squares. Linear time. */
export function poolAdjacentViolators(values: readonly number[], weights: readonly number[]): number[] {
  const pools: { sum: number; weight: number; count: number }[] = [];
  const meanOf = ({ sum, weight }: { readonly sum: number; readonly weight: number }): number => sum / weight;
  for (const [index, value] of values.entries()) {
    let pool = { sum: value * (weights[index] as number), weight: weights[index] as number, count: 1 };
    for (let last = pools.at(-1); last !== undefined && meanOf(last) >= meanOf(pool); last = pools.at(-1)) {
      pool = { sum: last.sum + pool.sum, weight: last.weight + pool.weight, count: last.count + pool.count };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap((pool) => Array.from({ length: pool.count }, () => meanOf(pool)));
}

function isotonicAt({ steps }: Isotonic, score: number): number {
  const after = steps.findIndex(({ from }) => from > score);
  const [low, high] = [steps[after === -1 ? steps.length - 1 : after - 1], steps[after]];
  if (low === undefined) return (high ?? { confidence: 0 }).confidence;
  if (high === undefined || score <= low.to) return low.confidence;
  return low.confidence + ((score - low.to) / (high.from - low.to)) * (high.confidence - low.confidence);
}

/** An infinite score is taken for the largest number: times a slope of zero it must not become none. */
function logisticAt({ slope, offset }: Logistic, score: number): number {
  return sigmoid(slope * Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, score)) + offset);
}

const MOST_STEPS = 100;
/** Keeps the Hessian regular where all scores are equal. */
const RIDGE = 1e-12;

interface Target {
  readonly score: number;
  /** Not 0 and 1: as Platt has it, one more case of each outcome is imagined. */
  readonly goal: number;
}

/** Undefined without cases; those without a finite score are left out. */
export function fitLogistic(cases: readonly Judged[]): Logistic | undefined {
  const kept = finiteOf(cases);
  if (kept.length === 0) return undefined;
  const right = kept.filter((one) => one.right).length;
  const wrong = kept.length - right;
  const targets = kept.map((one) => ({ score: one.score, goal: one.right ? (right + 1) / (right + 2) : 1 / (wrong + 2) }));
  let at: Logistic = { kind: 'logistic', slope: 0, offset: Math.log((wrong + 1) / (right + 1)) };
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = newtonStep(at, targets);
    if (next === undefined) break;
    at = next;
  }
  return at;
}

/** Halved until it betters the likelihood; undefined when none does, or nothing is left to better. */
function newtonStep(at: Logistic, targets: readonly Target[]): Logistic | undefined {
  let [gradientSlope, gradientOffset, ss, so, oo] = [0, 0, RIDGE, 0, RIDGE];
  for (const { score, goal } of targets) {
    const p = sigmoid(at.slope * score + at.offset);
    gradientSlope += score * (goal - p);
    gradientOffset += goal - p;
    ss += score * score * p * (1 - p);
    so += score * p * (1 - p);
    oo += p * (1 - p);
  }
  if (Math.abs(gradientSlope) < 1e-9 && Math.abs(gradientOffset) < 1e-9) return undefined;
  const determinant = ss * oo - so * so;
  const slope = -(oo * gradientSlope - so * gradientOffset) / determinant;
  const offset = -(ss * gradientOffset - so * gradientSlope) / determinant;
  const before = loss(at, targets);
  for (let share = 1; share > 1e-10; share /= 2) {
    const next: Logistic = { kind: 'logistic', slope: at.slope + share * slope, offset: at.offset + share * offset };
    if (loss(next, targets) < before) return next;
  }
  return undefined;
}

/** The negative log likelihood, written so that nothing overflows. */
function loss({ slope, offset }: Logistic, targets: readonly Target[]): number {
  return targets.reduce((sum, { score, goal }) => {
    const exponent = slope * score + offset;
    return (
      sum + (exponent >= 0 ? goal * exponent + Math.log1p(Math.exp(-exponent)) : (goal - 1) * exponent + Math.log1p(Math.exp(exponent)))
    );
  }, 0);
}

function sigmoid(exponent: number): number {
  return exponent >= 0 ? Math.exp(-exponent) / (1 + Math.exp(-exponent)) : 1 / (1 + Math.exp(exponent));
}

const finiteOf = (cases: readonly Judged[]): readonly Judged[] => cases.filter(({ score }) => Number.isFinite(score));
