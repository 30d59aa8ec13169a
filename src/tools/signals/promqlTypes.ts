/**
 * Whether the parts of a PromQL expression fit together: what functions and operators take, as Prometheus' own parser checks it.
 *
 * What this does not know it lets pass: the source has the last word. See https://prometheus.io/docs/prometheus/latest/querying/functions/
 */
import type { parser } from '@prometheus-io/lezer-promql';
import { ownMember } from '../../domain/ownMember.ts';
import type { QueryProblem } from './queryError.ts';

export type SyntaxTree = ReturnType<typeof parser.parse>;
export type SyntaxNode = SyntaxTree['topNode'];

export type ExpressionType = 'scalar' | 'instant vector' | 'range vector' | 'string' | 'unknown';

type Letter = 's' | 'i' | 'r' | 't';
const TYPES: Readonly<Record<Letter, ExpressionType>> = { s: 'scalar', i: 'instant vector', r: 'range vector', t: 'string' };

/** Types of the arguments, what may be left out behind `?`, what may be repeated before `*`. */
const SIGNATURES: Readonly<Record<string, string>> = {
  ...each(
    'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate last_over_time mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time ts_of_first_over_time ts_of_max_over_time ts_of_min_over_time ts_of_last_over_time',
    'r',
  ),
  ...each(
    'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad scalar sgn sin sinh sort sort_desc sqrt tan tanh timestamp',
    'i',
  ),
  ...each('days_in_month day_of_month day_of_week day_of_year hour minute month year', '?i'),
  ...each('clamp_max clamp_min', 'is'),
  ...each('sort_by_label sort_by_label_desc', 'it*'),
  clamp: 'iss',
  double_exponential_smoothing: 'rss',
  histogram_fraction: 'ssi',
  histogram_quantile: 'si',
  info: 'i?i',
  label_join: 'ittt*',
  label_replace: 'itttt',
  pi: '',
  predict_linear: 'rs',
  quantile_over_time: 'sr',
  round: 'i?s',
  time: '',
  vector: 's',
};
const SCALARS = new Set(['scalar', 'time', 'pi']);
export const FUNCTIONS: readonly string[] = Object.keys(SIGNATURES);

function each(names: string, signature: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, signature]));
}

/** Thrown within a check, and caught where it began. */
class Misfit extends Error implements QueryProblem {
  readonly at: number;
  readonly problem: string;
  constructor(at: number, problem: string) {
    super(problem);
    this.at = at;
    this.problem = problem;
  }
}

/** @param root of a tree without errors */
export function checkTypes(text: string, root: SyntaxNode): { readonly type: ExpressionType } | QueryProblem {
  try {
    return { type: typeOf(text, root) };
  } catch (error) {
    if (error instanceof Misfit) return error;
    throw error;
  }
}

function typeOf(text: string, node: SyntaxNode): ExpressionType {
  const types = typeOf.bind(undefined, text);
  const only = (): ExpressionType => childrenOf(node).map(types)[0] ?? 'unknown';
  switch (node.name) {
    case 'NumberDurationLiteral':
      return 'scalar';
    case 'StringLiteral':
      return 'string';
    case 'VectorSelector':
      return 'instant vector';
    case 'MatrixSelector':
      return matrix(node);
    case 'SubqueryExpr':
      expect(firstOf(node), only(), ['instant vector', 'scalar'], 'a subquery such as [1h:5m]');
      return 'range vector';
    case 'FunctionCall':
      return call(text, node, types);
    case 'AggregateExpr':
      return aggregate(text, node, types);
    case 'BinaryExpr':
      return binary(node, types);
    case 'UnaryExpr':
      return expect(firstOf(node), only(), ['instant vector', 'scalar'], 'a sign');
    default:
      // parentheses, offsets and the like are what is in them
      return only();
  }
}

/** Expressions among the children of a node. */
const EXPRESSIONS =
  /^(?:NumberDurationLiteral|StringLiteral|VectorSelector|MatrixSelector|SubqueryExpr|FunctionCall|AggregateExpr|BinaryExpr|UnaryExpr|ParenExpr|OffsetExpr|StepInvariantExpr|AnchoredExpr|SmoothedExpr)$/u;

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) if (EXPRESSIONS.test(child.name)) found.push(child);
  return found;
}

const firstOf = (node: SyntaxNode): SyntaxNode => childrenOf(node)[0] ?? node;

function expect(node: SyntaxNode, type: ExpressionType, allowed: readonly ExpressionType[], by: string): ExpressionType {
  if (type === 'unknown' || allowed.includes(type)) return type;
  const hint = allowed[0] === 'range vector' && type === 'instant vector' ? '; add a range, as in [5m]' : '';
  throw new Misfit(node.from, `${by} takes ${article(allowed[0] ?? type)}, and this is ${article(type)}${hint}`);
}

const article = (type: ExpressionType): string => `${type === 'instant vector' ? 'an' : 'a'} ${type}`;

function matrix(node: SyntaxNode): ExpressionType {
  const inner = firstOf(node);
  if (inner.name !== 'VectorSelector')
    throw new Misfit(inner.from, 'a range such as [5m] goes to a metric, not to what was made of it; write [5m:] for a subquery');
  return 'range vector';
}

function call(text: string, node: SyntaxNode, types: (node: SyntaxNode) => ExpressionType): ExpressionType {
  const called = textOf(text, node.getChild('FunctionIdentifier'));
  const signature = ownMember(SIGNATURES, called);
  checkArguments(node, called, signature, types);
  if (signature === undefined) return 'unknown';
  return SCALARS.has(called) ? 'scalar' : 'instant vector';
}

const WITH_PARAMETER: Readonly<Record<string, string>> = { ...each('topk bottomk quantile limitk limit_ratio', 'si'), count_values: 'ti' };

function aggregate(text: string, node: SyntaxNode, types: (node: SyntaxNode) => ExpressionType): ExpressionType {
  const called = textOf(text, node.getChild('AggregateOp')).toLowerCase();
  checkArguments(node, called, ownMember(WITH_PARAMETER, called) ?? 'i', types);
  return 'instant vector';
}

const textOf = (text: string, node: SyntaxNode | null): string => (node === null ? '' : text.slice(node.from, node.to));

function checkArguments(
  node: SyntaxNode,
  called: string,
  signature: string | undefined,
  types: (node: SyntaxNode) => ExpressionType,
): void {
  const body = node.getChild('FunctionCallBody');
  const given = (body === null ? [] : childrenOf(body)).map((argument) => ({ argument, type: types(argument) }));
  if (signature === undefined) return;
  const [needed = '', optional = ''] = signature.replace('*', '').split('?');
  const letters = `${needed}${optional}`.split('') as Letter[];
  const isOpen = signature.endsWith('*');
  const [least, most] = [needed.length - (isOpen ? 1 : 0), isOpen ? Number.POSITIVE_INFINITY : letters.length];
  if (given.length < least || given.length > most)
    throw new Misfit(node.from, `${called}() takes ${argumentsIn(least, most, letters)}, and has ${given.length}`);
  for (const [index, { argument, type }] of given.entries()) {
    const letter = letters[index] ?? letters.at(-1);
    if (letter !== undefined) expect(argument, type, [TYPES[letter]], `${called}()`);
  }
}

function argumentsIn(least: number, most: number, letters: readonly Letter[]): string {
  if (most === 0) return 'no argument';
  const kinds = letters.map((letter) => TYPES[letter]).join(', ');
  if (least === most) return `${least} argument${least === 1 ? '' : 's'} (${kinds})`;
  return `${most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`} arguments (${kinds})`;
}

const SETS = ['And', 'Or', 'Unless'];
const COMPARISONS = ['Eql', 'Neq', 'Gtr', 'Lss', 'Gte', 'Lte'];

function binary(node: SyntaxNode, types: (node: SyntaxNode) => ExpressionType): ExpressionType {
  const sides = childrenOf(node);
  const found = sides.map(types);
  const isSet = SETS.some((name) => node.getChild(name) !== null);
  const allowed: readonly ExpressionType[] = isSet ? ['instant vector'] : ['instant vector', 'scalar'];
  for (const [index, side] of sides.entries()) expect(side, found[index] ?? 'unknown', allowed, 'an operator');
  if (!found.every((type) => type === 'scalar')) return found.includes('unknown') ? 'unknown' : 'instant vector';
  if (COMPARISONS.some((name) => node.getChild(name) !== null) && node.getChild('BoolModifier') === null)
    throw new Misfit(node.from, 'numbers are compared with bool, as in 1 > bool 0');
  return 'scalar';
}
