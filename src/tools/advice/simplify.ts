/**
 * A query without the alternatives that have no data: golden signals are asked for under all labels that a workload may have, and a rule that people
 * have to read should name those that it has.
 *
 * An alternative of `or` is left out when none of its selectors finds a series, whatever the outcome of the requests, and another one does: an error
 * that has not happened yet is no reason to forget how errors are told.
 */
import { parser } from '@prometheus-io/lezer-promql';
import type { MetricsPort } from '../../sources/metrics.ts';
import { matcherText } from '../../sources/promql.ts';
import { readPromql } from '../signals/promql.ts';
import type { Selector } from '../signals/selectors.ts';
import { OUTCOME } from './covered.ts';

const MOST_ASKED = 60;
const PART = 'agent_sre_part';

/** The same queries where it can't be asked. */
export async function simplified(
  queries: readonly string[],
  port: Pick<MetricsPort, 'instant'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const asked = [...new Set(queries.filter((query) => / or /u.test(query)).flatMap((query) => readPromql(query).selectors.map(probeOf)))];
  if (asked.length === 0 || asked.length > MOST_ASKED) return queries;
  const parts = asked.map((probe, index) => `label_replace(count(${probe}), "${PART}", "${index}", "", "")`);
  const found = await port.instant(parts.join(' or '), signal);
  const live = new Set(found.flatMap(({ labels }) => asked[Number(labels[PART])] ?? []));
  return queries.map((query) => without(query, (selector) => live.has(probeOf(selector))));
}

/** The selector, of requests however they ended. */
function probeOf({ metric = '', matchers }: Selector): string {
  const kept = matchers.map((matcher) => (OUTCOME.test(matcher.label) ? { ...matcher, operator: '!=' as const, value: '' } : matcher));
  return `${metric}{${kept
    .filter(({ label }) => label !== '__name__')
    .map(matcherText)
    .join(',')}}`;
}

/** One alternative after the other, until all that are left have data or none has. */
function without(query: string, isLive: (selector: Selector) => boolean): string {
  let text = query;
  for (let round = 0; round < MOST_ASKED; round += 1) {
    const cut = deadAlternative(text, isLive);
    if (cut === undefined) return text;
    text = cut;
  }
  return text;
}

function deadAlternative(text: string, isLive: (selector: Selector) => boolean): string | undefined {
  const selectors = readPromql(text).selectors;
  const state = (from: number, to: number): boolean | undefined => {
    const own = selectors.filter((selector) => selector.from >= from && selector.to <= to);
    return own.length === 0 ? undefined : own.some(isLive);
  };
  let result: string | undefined;
  parser.parse(text).iterate({
    enter: ({ name, node, from, to }) => {
      if (result !== undefined || name !== 'BinaryExpr' || node.getChild('Or') === null) return;
      const [left, right] = [node.firstChild, node.lastChild];
      if (left === null || right === null) return;
      const [before, after] = [state(left.from, left.to), state(right.from, right.to)];
      if (before === false && after === true) result = `${text.slice(0, from)}${text.slice(right.from, right.to)}${text.slice(to)}`;
      if (before === true && after === false) result = `${text.slice(0, from)}${text.slice(left.from, left.to)}${text.slice(to)}`;
    },
  });
  return result;
}
