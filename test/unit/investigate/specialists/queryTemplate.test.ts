import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillQuery, type QueryTarget, wrongQuery } from '../../../../src/investigate/specialists/queryTemplate.ts';

describe('a query template', () => {
  test.each<{ name: string; template: string; want: string | undefined }>([
    { name: 'without placeholders is right', template: 'sum(rate(x{a!="b"}[5m])) by (c)', want: undefined },
    { name: 'with a placeholder in double quotes is right', template: 'up{namespace="{{namespace}}"}', want: undefined },
    { name: 'with one in the middle of a literal is right', template: 'up{pod=~"{{workload}}-.*"}', want: undefined },
    { name: 'of LogQL is right', template: '{namespace="{{namespace}}"} |~ "x(y|z)" != `a"b`', want: undefined },
    {
      name: 'with an unknown placeholder is wrong',
      template: 'up{ns="{{cluster}}"}',
      want: '{{cluster}} is not a placeholder; there are {{namespace}}, {{workload}}, {{pod}}',
    },
    {
      name: 'with a placeholder outside of quotes is wrong',
      template: 'sum(rate({{workload}}_total[5m]))',
      want: '{{workload}} stands outside of double quotes; write it as in workload="{{workload}}"',
    },
    {
      name: 'with one in other quotes, whose escapes differ, is wrong',
      template: "up{pod='{{pod}}'}",
      want: '{{pod}} stands outside of double quotes; write it as in pod="{{pod}}"',
    },
    { name: 'with an open quote is wrong', template: 'up{pod="a}', want: 'the quote " at character 8 is not closed' },
    { name: 'with an escaped quote at its end is wrong', template: 'up{pod="a\\"}', want: 'the quote " at character 8 is not closed' },
    { name: 'with an open bracket is wrong', template: 'sum(rate(x[5m])', want: 'a ) is missing at its end' },
    { name: 'with a bracket too many is wrong', template: 'sum(x))', want: 'the ) at character 7 closes nothing' },
    { name: 'does not mind brackets in literals', template: 'x{a="(("}', want: undefined },
  ])('$name', ({ template, want }) => {
    expect(wrongQuery(template)).toBe(want);
  });
});

describe('fillQuery', () => {
  const target: QueryTarget = { namespace: 'shop', workload: 'cart.v1' };
  test.each<{ name: string; template: string; target?: QueryTarget; want: string | undefined }>([
    { name: 'puts names in', template: 'up{namespace="{{namespace}}"}', want: 'up{namespace="shop"}' },
    { name: 'leaves a dot of a literal alone', template: 'up{app="{{workload}}"}', want: 'up{app="cart.v1"}' },
    { name: 'escapes a dot of a pattern', template: 'up{pod=~"{{workload}}-.*"}', want: 'up{pod=~"cart\\\\.v1-.*"}' },
    { name: 'escapes a dot of a line filter', template: '{a="b"} |~ "{{workload}}"', want: '{a="b"} |~ "cart\\\\.v1"' },
    { name: 'gives nothing for a target that lacks a name', template: 'up{pod="{{pod}}"}', want: undefined },
    { name: 'gives nothing for a name that no object has', template: 'up{a="{{pod}}"}', target: { pod: 'x"} or up{a="' }, want: undefined },
    { name: 'gives nothing for an empty name', template: 'up{a="{{pod}}"}', target: { pod: '' }, want: undefined },
    {
      name: 'gives nothing for a name that is a placeholder',
      template: 'up{a="{{pod}}"}',
      target: { pod: '{{namespace}}' },
      want: undefined,
    },
  ])('$name', ({ template, want, ...of }) => {
    expect(fillQuery(template, of.target ?? target)).toBe(want);
  });

  test('never lets a name change what is asked: what stands around it stays, and it holds no quote, backslash or brace', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.-]{1,20}$/u)), (pod) => {
        const query = fillQuery('up{pod="{{pod}}",a="b"}', { pod });
        if (query === undefined) return;
        expect(query).toMatch(/^up\{pod="[a-z0-9.-]+",a="b"\}$/u);
      }),
    );
  });
});
