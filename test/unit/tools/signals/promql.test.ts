import { describe, expect, test } from 'vitest';
import { readPromql } from '../../../../src/tools/signals/promql.ts';
import { isNarrow, namespacesOf, withMatcher } from '../../../../src/tools/signals/selectors.ts';

const said = (query: string): string => {
  try {
    readPromql(query);
    return 'nothing is wrong';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('PromQL that is wrong', () => {
  test.each([
    ['', 'query: at character 1, at its end: expected a metric, a function or a number'],
    ['rate(foo[5m)', 'query: at character 12, before ")": expected "]" or an operator'],
    ['foo{a="b"', 'query: at character 10, at its end: expected "}" or ","'],
    ['foo{a=}', 'query: at character 7, before "}": expected a text in quotes'],
    ['foo{a="b}', 'query: at character 7, before "\\"b}": this text in quotes is not closed, or has an escape that does not exist'],
    [
      'foo{a="\\x"}',
      'query: at character 7, before "\\"\\\\x\\"}": this text in quotes is not closed, or has an escape that does not exist',
    ],
    ['foo bar', 'query: at character 5, before "bar": expected an operator or the end'],
    ['foo[5q]', 'query: at character 6, before "q]": expected "]" or an operator'],
    ['foo[', 'query: at character 5, at its end: expected a duration such as 5m'],
    ['a\n+ b{\nc~"d"}', 'query: at line 3, character 2, before "~\\"d\\"}": expected an operator such as ="…" or =~"…"'],
    ['ratee(x[5m])', 'query: at character 6, before "(x[5m])": there is no function ratee(); there is rate() or irate()'],
    ['sum by (a (foo)', 'query: at character 11, before "(foo)": expected ")" or ","'],
    [
      'rate(foo)',
      'query: at character 6, before "foo)": rate() takes a range vector, and this is an instant vector; add a range, as in [5m]',
    ],
    [
      'foo[5m]',
      'query: at character 1, before "foo[5m]": a range vector alone gives no series; wrap it, as in rate(…[5m]) or max_over_time(…[5m])',
    ],
    ['topk(x)', 'query: at character 1, before "topk(x)": topk() takes 2 arguments (scalar, instant vector), and has 1'],
    ['1 > 2', 'query: at character 1, before "1 > 2": numbers are compared with bool, as in 1 > bool 0'],
    ['foo{a=~"("}', 'query: at character 8, before "\\"(\\"}": this is no regular expression of RE2'],
    [
      'rate(sum(x)[5m])',
      'query: at character 6, before "sum(x)[5m])": a range such as [5m] goes to a metric, not to what was made of it; write [5m:] for a subquery',
    ],
    [`${'('.repeat(5_000)}x`, 'query: at character 1, before "((((((((((((((((((((…": it is nested more than 60 deep'],
    ['x'.repeat(8_001), 'query: at character 8001, before "x": a query has at most 8000 characters'],
  ])('%s: %s', (query, words) => {
    expect(said(query)).toBe(words);
  });
});

describe('PromQL that is right', () => {
  test.each([
    'up',
    'time() - 5',
    'sum(rate(foo{a="b"}[5m])) # what is asked',
    'histogram_quantile(0.95, sum by (le) (rate(x_bucket{namespace=~"shop|b"}[5m])))',
    'sum(x) by (a) / on(a) group_left(b) y{}',
    'max_over_time(sum(rate(x[5m]))[1h:])',
    'sum(foo) > bool 1 and -bar unless baz @ 1700000000 offset 5m',
    'label_replace(up, "a", "$1", "b", "(.*)")',
    '{"my.metric", "k8s.pod.name"=~"cart-.*"}',
    "foo{a='it\\'s'} or foo{a=`raw\\d`}",
    'count_values("version", build_info)',
  ])('%s', (query) => {
    expect(said(query)).toBe('nothing is wrong');
  });
});

describe('what a query selects', () => {
  test.each<[query: string, metric: string | undefined, narrow: boolean, namespaces: readonly string[] | undefined]>([
    ['foo', 'foo', true, undefined],
    ['{__name__="foo"}', 'foo', true, undefined],
    ['{__name__=~".+"}', undefined, false, undefined],
    ['{__name__!=""}', undefined, false, undefined],
    ['{job=~".*"}', undefined, false, undefined],
    ['{__name__=~"[a-zA-Z_:].*"}', undefined, false, undefined],
    ['{job!="a"}', undefined, false, undefined],
    ['{}', undefined, false, undefined],
    ['{__name__=~"http_.+"}', undefined, true, undefined],
    ['{namespace="shop"}', undefined, true, ['shop']],
    ['foo{namespace="sh\\x6fp"}', 'foo', true, ['shop']],
    ['foo{namespace=~"shop|stage"}', 'foo', true, ['shop', 'stage']],
    ['foo{namespace=~"shop.*"}', 'foo', true, undefined],
    ['foo{namespace=~"shop|.+"}', 'foo', true, undefined],
    ['foo{namespace!="shop"}', 'foo', true, undefined],
    ['foo{namespace=""}', 'foo', true, undefined],
    ['foo{namespace=~"a|b",k8s_namespace_name="c"}', 'foo', true, ['c']],
    ['foo{"namespace"="shop"}', 'foo', true, ['shop']],
    ['foo{team="namespace=\\"shop\\""} # {namespace="shop"}', 'foo', true, undefined],
  ])('%s', (query, metric, narrow, namespaces) => {
    const [selector] = readPromql(query).selectors;
    if (selector === undefined) throw new Error('nothing is selected');
    expect([selector.metric, isNarrow(selector), namespacesOf(selector)]).toEqual([metric, narrow, namespaces]);
  });

  test.each([
    ['up', 'up{namespace="shop"}'],
    ['up{}', 'up{namespace="shop"}'],
    ['up{ }', 'up{namespace="shop" }'],
    ['sum(rate(a[5m])) / b{c="}"}', 'sum(rate(a{namespace="shop"}[5m])) / b{namespace="shop",c="}"}'],
    ['a # up\n or {"b"}', 'a{namespace="shop"} # up\n or {namespace="shop","b"}'],
    ['rate(a[5m] offset 1h)', 'rate(a{namespace="shop"}[5m] offset 1h)'],
  ])('%s is confined by its tree: %s', (query, confined) => {
    const read = readPromql(query);
    const text = withMatcher(read, read.selectors, { label: 'namespace', operator: '=', value: 'shop' });
    expect(text).toBe(confined);
    expect(readPromql(text).selectors.map(namespacesOf)).toEqual(read.selectors.map(() => ['shop']));
  });
});
