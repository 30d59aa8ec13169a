/** The queries of a convention of requests: how many a second, which share failed, how long they took; of counters and of each kind of histogram. */
import type { Matcher } from '../promql.ts';
import type { Way } from './metricTable.ts';
import { not, RATE_WINDOW, rate, select, shareOf, sum } from './promqlTerms.ts';
import { REQUEST_CONVENTIONS, type RequestConvention } from './requestConventions.ts';
import type { Subject } from './subject.ts';

/** One of the metrics that requests can be counted by. */
interface Counting {
  readonly needs: string;
  readonly term: (matchers: readonly Matcher[], window: string) => string;
}

function countings({ counter, duration }: RequestConvention): readonly Counting[] {
  const plain = (metric: string): Counting => ({ needs: metric, term: (matchers, window) => rate(metric, matchers, window) });
  if (counter !== undefined) return [plain(counter)];
  if (duration === undefined) return [];
  const { metric } = duration;
  const native: Counting = { needs: metric, term: (matchers, window) => `histogram_count(${rate(metric, notSummary(matchers), window)})` };
  return [plain(`${metric}_count`), native];
}

/** A summary's quantiles have the name that a native histogram has. */
const notSummary = (matchers: readonly Matcher[]): readonly Matcher[] => [...matchers, { label: 'quantile', operator: '=', value: '' }];

const total = (terms: readonly string[]): string => sum(terms.join(' or '));

export function requestRates(): readonly Way[] {
  return REQUEST_CONVENTIONS.flatMap((row) =>
    countings(row).map(
      ({ needs, term }): Way => ({
        convention: row.convention,
        needs: [needs],
        query: (subject, window = RATE_WINDOW) => total(row.series(subject).map((matchers) => term(matchers, window))),
      }),
    ),
  );
}

export function errorShares(): readonly Way[] {
  return REQUEST_CONVENTIONS.flatMap((row) => countings(row).map((counting) => errorShare(row, counting)));
}

/** Only of series that could tell a failure: one without a status does not say that all is well. */
function errorShare({ convention, series, failures, failed }: RequestConvention, { needs, term }: Counting): Way {
  if (failures !== undefined) {
    const { metric, matcher } = failures;
    return {
      convention,
      needs: [needs, metric],
      query: (subject, window = RATE_WINDOW) => {
        const sets = series(subject);
        const part = total(sets.map((matchers) => rate(metric, [...matchers, matcher], window)));
        return shareOf(part, total(sets.map((matchers) => term(matchers, window))));
      },
    };
  }
  const ofAny = (subject: Subject, window: string, anyOf: readonly Matcher[]): string =>
    total(anyOf.flatMap((one) => series(subject).map((matchers) => term([...matchers, one], window))));
  const told = [...new Set(failed.map(({ label }) => label))].map((label) => not(label, ''));
  return {
    convention,
    needs: [needs],
    query: (subject, window = RATE_WINDOW) => shareOf(ofAny(subject, window, failed), ofAny(subject, window, told)),
  };
}

/** @param quantile from 0 to 1 */
export function latencies(quantile: number): readonly Way[] {
  return REQUEST_CONVENTIONS.flatMap(({ convention, series, duration }) => {
    if (duration === undefined) return [];
    const { metric, unit } = duration;
    const inSeconds = (query: string): string => (unit === 's' ? query : `${query} / 1000`);
    const way = (needs: string, query: (matchers: readonly (readonly Matcher[])[], window: string) => string): Way => ({
      convention,
      needs: [needs],
      query: (subject, window = RATE_WINDOW) => inSeconds(query(series(subject), window)),
    });
    const over = (sets: readonly (readonly Matcher[])[], term: (matchers: readonly Matcher[]) => string): string =>
      sets.map(term).join(' or ');
    return [
      way(`${metric}_bucket`, (sets, window) => {
        const buckets = over(sets, (matchers) => rate(`${metric}_bucket`, matchers, window));
        return `histogram_quantile(${quantile}, sum by (le) (${buckets}))`;
      }),
      way(metric, (sets, window) => {
        const native = over(sets, (matchers) => rate(metric, notSummary(matchers), window));
        const summary = over(sets, (matchers) =>
          select(metric, [...matchers, { label: 'quantile', operator: '=', value: String(quantile) }]),
        );
        return `(histogram_quantile(${quantile}, sum(${native})) or max(${summary}))`;
      }),
    ];
  });
}
