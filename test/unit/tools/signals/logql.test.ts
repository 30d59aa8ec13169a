import { describe, expect, test } from 'vitest';
import { readLogql } from '../../../../src/tools/signals/logql.ts';
import { namespacesOf, withMatcher } from '../../../../src/tools/signals/selectors.ts';

const said = (query: string): string => {
  try {
    return `it gives ${readLogql(query).gives}`;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('LogQL that is wrong', () => {
  test.each([
    [
      '',
      'query: at character 1, at its end: expected a selector such as {namespace="shop"}, a function such as count_over_time(…), or a number',
    ],
    ['{', 'query: at character 2, at its end: expected a label'],
    ['{}', 'query: at character 2, before "}": expected a label'],
    ['{app}', 'query: at character 5, before "}": expected an operator such as ="…" or =~"…"'],
    ['{app="a"', 'query: at character 9, at its end: expected "}" or ","'],
    ['{app="a}', 'query: at character 6, before "\\"a}": this text in quotes is not closed'],
    ["{app='a'}", 'query: at character 6, before "\'a\'}": this can’t stand here'],
    ['{app=~"("}', 'query: at character 7, before "\\"(\\"}": this is no regular expression of RE2'],
    ['{app="a"} error', 'query: at character 11, before "error": expected a filter such as |= "…", a stage after |, or the end'],
    ['{app="a"} |= error', 'query: at character 14, before "error": expected a text in quotes'],
    [
      '{app="a"} | jsn',
      'query: at character 13, before "jsn": expected a stage such as json, logfmt, pattern, regexp, unpack, decolorize, line_format, label_format, drop, keep, unwrap, or a label',
    ],
    ['{app="a"} | json | status >', 'query: at character 28, at its end: expected a text in quotes, a number, a duration or a size'],
    ['{app="a"} | json | status > "5"', 'query: at character 27, before "> \\"5\\"": texts are compared with =, !=, =~ or !~'],
    ['{app="a"}[5m]', 'query: at character 10, before "[5m]": a range such as [5m] goes into a function, as in count_over_time({…}[5m])'],
    ['count_over_time({app="a"})', 'query: at character 26, before ")": expected a range such as [5m], or a stage of a pipeline'],
    [
      'cont_over_time({app="a"}[5m])',
      'query: at character 1, before "cont_over_time({app=…": there is no function cont_over_time(); there is count_over_time(), last_over_time() or min_over_time()',
    ],
    ['sum by (a {app="a"}', 'query: at character 11, before "{app=\\"a\\"}": expected ")" or ","'],
    ['sum(rate({app="a"}[5m])) foo', 'query: at character 26, before "foo": expected an operator or the end'],
    [`{a="b"} | ${'('.repeat(100)}c=1`, 'query: at character 72, before "((((((((((((((((((((…": it is nested more than 60 deep'],
    [`${'('.repeat(100)}1`, 'query: at character 62, before "((((((((((((((((((((…": it is nested more than 60 deep'],
  ])('%s: %s', (query, words) => {
    expect(said(query)).toBe(words);
  });
});

describe('LogQL that is right', () => {
  test.each([
    ['{namespace="shop", app=~"cart|web",}', 'lines'],
    ['{a="b"} |= "x" != `y` |~ "(?i)error" or "warn" !~ "debug" |> "<_> took <_>" # why', 'lines'],
    ['{a="b"} | json | logfmt --strict --keep-empty a="b", c | unpack | decolorize', 'lines'],
    ['{a="b"} | json status="response.code", b | status >= 500 and (duration > 5ms or size < 20KB), user != "x" level="error"', 'lines'],
    [
      '{a="b"} | pattern "<ip> - <_>" | regexp "(?P<m>x+)" | line_format "{{.m}}" | label_format a=b, c="{{.d}}" | drop e, f="g" | keep m',
      'lines',
    ],
    ['{a="b"} |= ip("10.0.0.0/8") | addr = ip("10.0.0.1") | x = -5', 'lines'],
    ['rate({a="b"}[5m])', 'numbers'],
    ['sum by (pod) (count_over_time({a="b"} |= "error" [5m] offset 1h)) / 2 > bool 3', 'numbers'],
    ['topk(5, sum(rate({a="b"}[1m] | json)) by (x)) or vector(0)', 'numbers'],
    ['quantile_over_time(0.99, {a="b"} | json | unwrap duration(took) | __error__="" [1m]) by (pod)', 'numbers'],
    ['label_replace(rate({a="b"}[1m]), "x", "$1", "y", "(.*)") * on (pod) group_left (z) sum(rate({c="d"}[1m])) by (pod)', 'numbers'],
  ])('%s', (query, gives) => {
    expect(said(query)).toBe(`it gives ${gives}`);
  });
});

test.each([
  ['{app="a"} |= "{namespace=\\"shop\\"}"', '{namespace="shop",app="a"} |= "{namespace=\\"shop\\"}"'],
  ['sum(rate({a="b"}[5m])) / sum(rate({c="d"}[5m]))', 'sum(rate({namespace="shop",a="b"}[5m])) / sum(rate({namespace="shop",c="d"}[5m]))'],
])('%s is confined by its selectors alone', (query, confined) => {
  const read = readLogql(query);
  expect(read.selectors.map(namespacesOf)).toEqual(read.selectors.map(() => undefined));
  const text = withMatcher(read, read.selectors, { label: 'namespace', operator: '=', value: 'shop' });
  expect(text).toBe(confined);
  expect(readLogql(text).selectors.map(namespacesOf)).toEqual(read.selectors.map(() => ['shop']));
});
