/** Why a query found nothing: a metric that nobody has, with the nearest names; or one that has no such series in that time. */
import { closest } from '../../analysis/similarity.ts';
import type { MetricsPort, RangeAnswer } from '../../sources/metrics.ts';
import type { TimeWindow } from '../../sources/window.ts';
import type { Call } from '../tool.ts';
import type { AskedAll } from './asking.ts';
import { NAMESPACE_LABELS, namespacesOf, type ReadQuery } from './selectors.ts';

const MOST = 5;
/** Of names that have a word in common, whose distance is worth its time. */
const MOST_COMPARED = 1_000;

/** Names in the order in which they may have been meant: by words in common, then by distance. */
function nearestMetrics(wanted: string, names: readonly string[]): string[] {
  const words = new Set(wordsOf(wanted));
  const inCommon = names
    .map((name) => ({ name, common: wordsOf(name).filter((word) => words.has(word)).length }))
    .filter(({ name, common }) => common > 0 || Math.abs(name.length - wanted.length) <= 3)
    .toSorted((a, b) => b.common - a.common)
    .slice(0, MOST_COMPARED);
  const near = closest(
    wanted,
    inCommon.map(({ name }) => name),
    MOST,
  );
  const half = inCommon.filter(({ name, common }) => 2 * common >= words.size && !near.includes(name)).map(({ name }) => name);
  return [...near, ...half].slice(0, MOST);
}

const wordsOf = (name: string): string[] =>
  name
    .toLowerCase()
    .split(/[_:.]/u)
    .filter((word) => word.length > 1);

/** Looks among the metrics of the namespaces that the query is pinned to; among all, where it is pinned to none, as its caller may see them. */
export async function whyEmpty(
  { answers }: AskedAll<MetricsPort, RangeAnswer>,
  query: ReadQuery,
  window: TimeWindow,
  { signal }: Pick<Call, 'signal'>,
): Promise<string[]> {
  const wanted = [...new Set(query.selectors.flatMap(({ metric }) => metric ?? []))];
  if (wanted.length === 0) return [];
  const namespaces = [...new Set(query.selectors.flatMap((selector) => namespacesOf(selector) ?? []))];
  const within = namespaces.flatMap((value) => NAMESPACE_LABELS.map((label) => [{ label, operator: '=' as const, value }]));
  const lists = await Promise.all(answers.map(({ port }) => port.metricNames(within, window, signal).catch(() => undefined)));
  if (lists.some((list) => list === undefined)) return [];
  const names = new Set(lists.flatMap((list) => list ?? []));
  const where = namespaces.length === 0 ? '' : ` in ${namespaces.join(', ')}`;
  return wanted.map((metric) => {
    if (names.has(metric))
      return `${metric} exists${where}, but no series of it fits these matchers in this time, or what is made of them is empty.`;
    const near = nearestMetrics(metric, [...names]);
    return `Nobody has a metric ${metric}${where} in this time${near.length === 0 ? '' : `; near it are ${near.join(', ')}`}.`;
  });
}
