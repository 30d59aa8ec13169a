/**
 * Reads PromQL by the grammar of Prometheus' own editor, strictly: a query with anything wrong in it is an error that says where, and what was
 * expected there.
 *
 * What is expected is found by trial: what could stand at the place of the error is put there and read again.
 */
import { parser } from '@prometheus-io/lezer-promql';
import { closest } from '../../analysis/similarity.ts';
import type { Matcher } from '../../sources/promql.ts';
import { unquoted } from './goString.ts';
import { checkTypes, FUNCTIONS, type SyntaxNode, type SyntaxTree } from './promqlTypes.ts';
import { oneOf, type QueryProblem, queryError } from './queryError.ts';
import { compiled, type ReadQuery, type Selector } from './selectors.ts';

/** Nobody reads longer ones, and nested ones could take all memory. */
const LONGEST = 8_000;
const DEEPEST = 60;

/** Throws a ToolError `Invalid`. */
export function readPromql(text: string): ReadQuery {
  const problem = (at: number, words: string): never => {
    throw queryError(text, { at, problem: words });
  };
  if (text.length > LONGEST) problem(LONGEST, `a query has at most ${LONGEST} characters`);
  if (depthOf(text) > DEEPEST) problem(0, `it is nested more than ${DEEPEST} deep`);
  const tree = parser.parse(text);
  const broken = brokenString(text, tree) ?? firstError(tree);
  if (broken !== undefined) throw queryError(text, { at: broken, problem: explained(text, broken) });
  const types = checkTypes(text, tree.topNode);
  if ('problem' in types) throw queryError(text, types);
  if (types.type === 'string' || types.type === 'range vector') problem(0, WHOLE[types.type]);
  return { text, ...selectionsOf(text, tree) };
}

const WHOLE = {
  string: 'a text is no query',
  'range vector': 'a range vector alone gives no series; wrap it, as in rate(…[5m]) or max_over_time(…[5m])',
} as const;

function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function firstError(tree: SyntaxTree): number | undefined {
  let first: number | undefined;
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) first = Math.min(first ?? from, from);
    },
  });
  return first;
}

/** The grammar takes literals that Go does not. */
function brokenString(text: string, tree: SyntaxTree): number | undefined {
  let first: number | undefined;
  tree.iterate({
    enter: ({ name, from, to }) => {
      if (name === 'StringLiteral' && unquoted(text.slice(from, to)) === undefined) first ??= from;
    },
  });
  return first;
}

/** What may stand somewhere, and how people call it. */
const POSSIBLE: readonly (readonly [token: string, words: string])[] = [
  [')', '")"'],
  ['}', '"}"'],
  [']', '"]"'],
  [',', '","'],
  ['="x"', 'an operator such as ="…" or =~"…"'],
  ['"x"', 'a text in quotes'],
  ['5m', 'a duration such as 5m'],
  ['x', 'a label'],
  ['* 1', 'an operator'],
];

function explained(text: string, at: number): string {
  const before = text.slice(0, at);
  const rest = text.slice(at).trimStart();
  if (/^["'`]/u.test(rest) && accepts(before, '"x"')) return 'this text in quotes is not closed, or has an escape that does not exist';
  const called = /(?:^|[^\w:])([a-zA-Z_:][\w:]*)\s*$/u.exec(before.slice(-100))?.[1];
  if (rest.startsWith('(') && called !== undefined && accepts(before, '* 1')) {
    const near = closest(called, FUNCTIONS, 3);
    return `there is no function ${called}()${near.length === 0 ? '' : `; there is ${oneOf(near.map((name) => `${name}()`))}`}`;
  }
  if (accepts(before, 'x') && accepts(before, '1')) return 'expected a metric, a function or a number';
  const possible = POSSIBLE.filter(([token]) => accepts(before, token)).map(([, words]) => words);
  if (isComplete(before)) possible.push('the end');
  return possible.length === 0 ? 'this can’t stand here' : `expected ${oneOf(possible)}`;
}

/** Whether a query may go on so. */
function accepts(before: string, token: string): boolean {
  const text = `${before} ${token}`;
  const error = firstError(parser.parse(text));
  return error === undefined || error >= text.length;
}

const isComplete = (text: string): boolean => firstError(parser.parse(text)) === undefined;

function selectionsOf(text: string, tree: SyntaxTree): Pick<ReadQuery, 'selectors' | 'selectsByItself'> {
  const selectors: Selector[] = [];
  let selectsByItself: string | undefined;
  tree.iterate({
    enter: ({ name, node, from, to }) => {
      if (name === 'VectorSelector') selectors.push(selectorIn(text, node));
      if (name === 'FunctionIdentifier' && text.slice(from, to) === 'info') selectsByItself = 'info';
    },
  });
  return { selectors, selectsByItself };
}

function selectorIn(text: string, node: SyntaxNode): Selector {
  const identifier = node.getChild('Identifier');
  const braces = node.getChild('LabelMatchers');
  const matchers = braces === null ? [] : matchersIn(text, braces);
  const quotedName = braces?.getChild('QuotedLabelName');
  const named = matchers.find(({ label, operator, value }) => label === '__name__' && operator === '=' && value !== '');
  const metric =
    (identifier === null ? undefined : text.slice(identifier.from, identifier.to)) ??
    (quotedName ? unquoted(text.slice(quotedName.from, quotedName.to)) : undefined) ??
    named?.value;
  return { metric, matchers, from: node.from, to: node.to, braces: braces === null ? undefined : braces.from + 1 };
}

function matchersIn(text: string, braces: SyntaxNode): Matcher[] {
  const nodes = [...braces.getChildren('UnquotedLabelMatcher'), ...braces.getChildren('QuotedLabelMatcher')];
  return nodes.map((node) => {
    const part = (name: string): string => {
      const child = node.getChild(name);
      return child === null ? '' : text.slice(child.from, child.to);
    };
    const literal = node.lastChild ?? node;
    const value = unquoted(text.slice(literal.from, literal.to)) ?? '';
    const operator = part('MatchOp') as Matcher['operator'];
    if (operator === '=~' || operator === '!~') checkExpression(text, literal.from, value);
    return { label: part('LabelName') || (unquoted(part('QuotedLabelName')) ?? ''), operator, value };
  });
}

function checkExpression(text: string, at: number, pattern: string): void {
  try {
    compiled(pattern);
  } catch {
    throw queryError(text, { at, problem: 'this is no regular expression of RE2' } satisfies QueryProblem);
  }
}
