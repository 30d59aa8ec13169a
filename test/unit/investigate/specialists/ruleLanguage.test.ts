import { describe, expect, test } from 'vitest';
import { compileExpression, type ExpressionType } from '../../../../src/investigate/specialists/ruleLanguage.ts';

const QUERIES = ['errorShare', 'restarts'];

/** What is wrong with an expression; its type when nothing is. */
function judge(text: string, type: ExpressionType = 'bool'): string {
  const compiled = compileExpression(text, type, QUERIES);
  return 'wrong' in compiled ? compiled.wrong : 'right';
}

const nested = (levels: number): string =>
  Array.from({ length: levels }).reduce<string>((body, _, index) => `evidence.pods.exists(p${index}, ${body})`, 'true');

describe('an expression that rules may use', () => {
  test.each([
    'evidence.pods.exists(p, !p.ready && p.containers.exists(c, c.restarts > 3))',
    'evidence.metrics.errorShare > 0.05',
    'evidence.metrics["errorShare"] > 1 && "restarts" in evidence.metrics',
    'has(evidence.metrics.restarts) && evidence.metrics.restarts > evidence.metrics.errorShare * 2.0',
    'evidence.events.exists(e, e.reason == "FailedMount" && e.count >= 5 && e.message.matches("timed? out.*"))',
    'evidence.alerts.exists(a, a.labels["team"] == "payments")',
    'size(evidence.findings.filter(f, f.reason in ["ProbeFailing"])) > 0',
    nested(3),
    'evidence.pods.filter(p, p.containers.filter(c, c.restarts > 0).exists(c, c.logLines.exists(l, l.contains("x")))).map(p, p.key).size() > 1',
  ])('%s', (text) => {
    expect(judge(text)).toBe('right');
  });
});

describe('a mistake is told with its place and what to do', () => {
  test.each<{ name: string; text: string; type?: ExpressionType; want: string }>([
    {
      name: 'a variable',
      text: 'evidnce.pods.size() > 0',
      want: 'Unknown variable: evidnce at character 1; the only variable is evidence',
    },
    { name: 'a list of evidence', text: 'evidence.pod.size() > 0', want: 'No such key: pod at character 10; did you mean pods?' },
    { name: 'a field', text: 'evidence.pods.exists(p, p.redy)', want: 'No such key: redy at character 27; did you mean ready?' },
    {
      name: 'a field that resembles none',
      text: 'evidence.nodes.exists(n, n.cpu > 1)',
      want: 'No such key: cpu at character 28; Node has key, name, ready, memoryPressure, unschedulable, labels',
    },
    { name: 'an operator', text: 'evidence.pods.exists(p, p.ready > 1)', want: 'no such overload: bool > int at character 25' },
    { name: 'the end of the text', text: 'evidence.pods.size() >', want: 'Unexpected token: EOF at character 23' },
    { name: 'a type that is not wanted', text: 'evidence.pods.size()', want: 'gives int, and bool is wanted' },
    {
      name: 'a list that holds no keys',
      text: 'evidence.pods.map(p, p.ready)',
      type: 'list<string>',
      want: 'gives list<bool>, and list<string> is wanted',
    },
    {
      name: 'a metric that no query gives',
      text: 'evidence.metrics.errorshare > 0.1',
      want: 'reads evidence.metrics.errorshare at character 1, which no query gives; did you mean errorShare?',
    },
    {
      name: 'a metric that resembles none',
      text: 'evidence.metrics["latency"] > 0.1',
      want: 'reads evidence.metrics.latency at character 1, which no query gives; there are errorShare, restarts',
    },
    {
      name: 'a metric by a name that is worked out',
      text: 'evidence.pods.exists(p, evidence.metrics[p.name] > 0.1)',
      want: 'reads evidence.metrics by something other than a name in quotes at character 25',
    },
    {
      name: 'a function that there is not',
      text: 'now() > 1',
      want: 'calls now at character 1; rules may call all, exists, exists_one, filter, map, has, size, contains, startsWith, endsWith, matches, lowerAscii, upperAscii, trim, int, double, string',
    },
  ])('$name', ({ text, type, want }) => {
    expect(judge(text, type)).toBe(want);
  });
});

describe('a hostile expression is refused when it is loaded', () => {
  const inEvents = (pattern: string): string => `evidence.events.exists(e, e.message.matches(${JSON.stringify(pattern)}))`;
  test.each<{ name: string; text: string; want: RegExp }>([
    { name: 'brackets, 2,000 deep', text: `${'('.repeat(1_900)}true${')'.repeat(1_900)}`, want: /^Exceeded maxDepth \(24\).*; split/u },
    { name: 'a text of a million characters', text: `"${'a'.repeat(1e6)}" == ""`, want: /^is longer than 4000 characters; split/u },
    { name: 'a thousand terms', text: `1${' + 1'.repeat(900)} > 0`, want: /^Exceeded maxAstNodes \(300\).*; split/u },
    { name: 'nots, 3,000 of them', text: `${'!'.repeat(3_000)}true`, want: /^Exceeded maxAstNodes \(300\).*; split/u },
    { name: 'a long literal list', text: `1 in [${'1,'.repeat(200)}1]`, want: /^Exceeded maxListElements \(50\).*; split/u },
    { name: 'loops, four deep', text: nested(4), want: /^has loops more than 3 deep at character \d+; split/u },
    {
      name: 'a list of eight million names',
      text: 'evidence.pods.map(a, evidence.pods.map(b, evidence.pods.map(c, c.name))).size() > 0',
      want: /^has map more than 2 loops deep at character 43; use exists or all there$/u,
    },
    { name: 'doubling inside loops', text: '["a"].exists(a, [a + a].exists(b, b == ""))', want: /^adds inside a loop at character 18/u },
    { name: 'doubling by bind', text: 'cel.bind(a, "x", a == "")', want: /^calls bind at character 1;/u },
    { name: 'a way out of the types', text: 'dyn(evidence).constructor == 1', want: /^calls dyn at character 1;/u },
    { name: 'a prototype', text: 'evidence.__proto__ == evidence', want: /^No such key: __proto__ at character 10/u },
    {
      name: 'the constructor of a map',
      text: 'evidence.metrics.constructor == 1.0',
      want: /^reads evidence\.metrics\.constructor at character 1, which/u,
    },
    { name: 'a nested repetition', text: inEvents('(a+)+$'), want: /^has a pattern that repeats a group at character 45; use contains/u },
    { name: 'many repetitions', text: inEvents('a*a*a*b'), want: /^has a pattern with more than 2 of \*, \+ and \{/u },
    { name: 'repetitions with bounds', text: inEvents('a{1,300}a{1,300}a{1,300}b'), want: /^has a pattern with more than 2 of/u },
    { name: 'many optional parts', text: inEvents(`${'a?'.repeat(30)}${'a'.repeat(30)}`), want: /^has a pattern with more than 4 of \?/u },
    { name: 'many alternatives', text: inEvents('(a|a)'.repeat(30)), want: /^has a pattern with more than 10 of \|/u },
    { name: 'a repeated group that is not captured', text: inEvents('(?:a|b)*c'), want: /^has a pattern that repeats a group/u },
    { name: 'look-around', text: inEvents('(?=a)b'), want: /^has a pattern with \(\?…\)/u },
    { name: 'a back reference', text: inEvents('(a)\\1'), want: /^has a pattern that refers back/u },
    { name: 'no regular expression', text: inEvents('(a'), want: /^has a pattern that is no regular expression/u },
    {
      name: 'a pattern from the evidence',
      text: 'evidence.pods.exists(p, p.name.matches(p.node))',
      want: /^matches wants a pattern in quotes/u,
    },
  ])('$name', ({ text, want }) => {
    expect(judge(text)).toMatch(want);
  });

  test('takes simple patterns', () => {
    expect(['x509: .*', '^Failed(Mount|Attach)$', '[*+?]{3}', 'https?://', '\\d+ of \\d+'].map((one) => judge(inEvents(one)))).toEqual(
      Array.from({ length: 5 }, () => 'right'),
    );
  });
});
