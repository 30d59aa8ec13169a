/**
 * What a query selects: the matchers of each selector of PromQL or LogQL, whether they narrow anything, and which namespaces they are
 * pinned to. Pure.
 *
 * Written down in docs/queries.md, "Who may ask what".
 */
import { RE2JS } from 're2js';
import { type Matcher, matcherText } from '../../sources/promql.ts';

export interface Selector {
  /** Its name, where it is said exactly. */
  readonly metric?: string | undefined;
  readonly matchers: readonly Matcher[];
  /** Where it stands in the text. */
  readonly from: number;
  readonly to: number;
  /** Where a matcher may be put before the others; absent: it has no braces. */
  readonly braces?: number | undefined;
}

/** A query that has been read. The text is what was read; who changes it goes by the places of the selectors. */
export interface ReadQuery {
  readonly text: string;
  readonly selectors: readonly Selector[];
  /** A function that selects by itself, such as `info`: what it reads can't be confined. */
  readonly selectsByItself?: string | undefined;
}

/** Texts that have nothing in common: a matcher that takes several of them asks for nothing in particular. */
const ANYTHING = ['x7', 'quartz_zebra_total', 'Zq:rate5m', '10.0.0.7:80', 'a.b/c-d?e=f g'];

/** Throws for a regular expression that RE2 does not know. */
export function compiled(pattern: string): RE2JS {
  // As Prometheus and Loki have it: anchored, and a dot takes line breaks too
  return RE2JS.compile(`^(?s:${pattern})$`);
}

function takes({ operator, value }: Matcher, text: string): boolean {
  if (operator === '=') return text === value;
  if (operator === '!=') return text !== value;
  return compiled(value).matches(text) === (operator === '=~');
}

/** Whether it says what is wanted. Who says only what is not wanted, or that something should be there, has not narrowed anything. */
const narrows = (matcher: Matcher): boolean => !takes(matcher, '') && ANYTHING.filter((text) => takes(matcher, text)).length < 2;

export const isNarrow = ({ metric, matchers }: Selector): boolean => metric !== undefined || matchers.some(narrows);

/** Labels that say in which namespace something is, as whoever measures or ships logs has it. */
export const NAMESPACE_LABELS = [
  'namespace',
  'k8s_namespace_name',
  'kubernetes_namespace',
  'kubernetes_namespace_name',
  'namespace_name',
  'destination_workload_namespace',
  'exported_namespace',
] as const;

/** A namespace, or several of them spelt out. */
const SPELT_OUT = /^\(?[a-z0-9][-a-z0-9]*(?:\|[a-z0-9][-a-z0-9]*)*\)?$/u;

/** The namespaces that a selector is pinned to; undefined: it may find something in any. */
export function namespacesOf({ matchers }: Pick<Selector, 'matchers'>): readonly string[] | undefined {
  const pinned = matchers.flatMap(({ label, operator, value }) => {
    if (!(NAMESPACE_LABELS as readonly string[]).includes(label)) return [];
    if (operator === '=' && value !== '') return [[value]];
    return operator === '=~' && SPELT_OUT.test(value) && value.startsWith('(') === value.endsWith(')')
      ? [value.replace(/[()]/gu, '').split('|')]
      : [];
  });
  // all matchers hold at once: the shortest says the most
  return pinned.toSorted((a, b) => a.length - b.length)[0];
}

/** The text with one more matcher in each of these selectors. */
export function withMatcher({ text }: ReadQuery, selectors: readonly Selector[], matcher: Matcher): string {
  let result = text;
  for (const { to, braces } of selectors.toSorted((a, b) => b.to - a.to)) {
    const [at, put] = braces === undefined ? [to, `{${matcherText(matcher)}}`] : [braces, putBefore(text.slice(braces), matcher)];
    result = `${result.slice(0, at)}${put}${result.slice(at)}`;
  }
  return result;
}

const putBefore = (rest: string, matcher: Matcher): string => `${matcherText(matcher)}${rest.trimStart().startsWith('}') ? '' : ','}`;
