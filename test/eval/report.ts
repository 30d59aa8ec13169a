/** The evaluation's tables, as a person reads them. */
import { type Case, calibrationErrorOf, confidenceOf, crossValidatedErrorOf, isRight, percentile, type Score, scoreOf } from './score.ts';
import type { Prediction, Truth } from './types.ts';

export function report(truths: readonly Truth[], predictions: readonly Prediction[]): void {
  const byFile = new Map(predictions.map((prediction) => [prediction.file, prediction]));
  const cases = truths.flatMap((truth): Case[] => {
    const prediction = byFile.get(truth.file);
    return prediction === undefined ? [] : [{ truth, prediction }];
  });
  console.log(`\n${pad('', 44)}cases   A@1    A@3   wrong ≥ 0.7   right ≥ 0.7`);
  for (const [system, own] of groups(cases, ({ truth }) => truth.system)) {
    line(system, scoreOf(own));
    for (const [taxonomy, ofTaxonomy] of groups(own, ({ truth }) => truth.taxonomy)) {
      line(`  ${taxonomy}`, scoreOf(ofTaxonomy));
      for (const [rootCause, same] of groups(ofTaxonomy, ({ truth }) => truth.rootCause)) line(`    ${rootCause}`, scoreOf(same));
    }
  }
  line('all', scoreOf(cases));
  const [ours, fitted] = [calibrationErrorOf(cases), crossValidatedErrorOf(cases)];
  console.log(`\ncalibration error ${ours.toFixed(3)}; of a curve fitted on the other folds ${fitted.toFixed(3)}`);
  const millis = predictions.map((one) => one.millis);
  console.log(`time a snapshot: p50 ${percentile(millis, 0.5).toFixed(0)} ms, p95 ${percentile(millis, 0.95).toFixed(0)} ms`);
  console.log(`resident memory at its peak: ${Math.max(...predictions.map(({ peakMiB }) => peakMiB)).toFixed(0)} MiB`);
  const wrong = cases.filter((one) => !isRight(one));
  if (wrong.length > 0) console.log('\nnot right:');
  for (const one of wrong) {
    const said = one.prediction.ranked.slice(0, 3).map(({ rootCause, object, confidence }) => `${rootCause} of ${object} (${confidence})`);
    console.log(`  ${one.truth.file}  ${one.truth.rootCause} of ${one.truth.object}; said: ${said.join(', ') || 'nothing'}`);
  }
  console.log(`\nconfidence of first answers: ${JSON.stringify(histogram(cases))}`);
}

function groups<K>(cases: readonly Case[], key: (one: Case) => K): [K, Case[]][] {
  return [...Map.groupBy(cases, key)].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

function line(name: string, { cases, first, amongThree, wrongAndConfident, rightAndConfident }: Score): void {
  const share = (count: number, of: number): string => (of === 0 ? '-' : (count / of).toFixed(3));
  console.log(
    `${pad(name, 44)}${String(cases).padStart(5)}  ${share(first, cases)}  ${share(amongThree, cases)}  ${share(wrongAndConfident, cases).padStart(11)}  ${share(rightAndConfident, first).padStart(12)}`,
  );
}

const pad = (text: string, width: number): string => text.padEnd(width);

/** Right of all, by tenth of confidence. */
function histogram(cases: readonly Case[]): Record<string, string> {
  const bins = Map.groupBy(cases, (one) => Math.floor(confidenceOf(one) * 10) / 10);
  return Object.fromEntries(
    [...bins].toSorted(([a], [b]) => a - b).map(([bin, own]) => [bin.toFixed(1), `${own.filter(isRight).length}/${own.length}`]),
  );
}
