/**
 * The language of rules: CEL over the one variable `evidence`, and less of CEL than there is.
 *
 * An expression is parsed and type-checked when it is loaded, never while something is on fire. Left out is what could make it cost more than
 * it looks: loops more than three deep, lists built more than two deep, adding inside a loop (which doubles), functions that are not in the list
 * below, and regular expressions other than simple literal ones. With the bounds of the evidence that keeps the work polynomial; `withinTime.ts` is the net under it.
 */
import { type ASTNode, Environment, type ParseError } from '@marcbachmann/cel-js';
import { nearestTo } from '../../config/problems.ts';
import { wrongPattern } from './rulePattern.ts';
import { RULE_CONSTRUCTORS, RULE_TYPES, type RuleObject } from './ruleTypes.ts';

export interface Expression {
  readonly text: string;
  /** Names of the queries whose values it reads. */
  readonly metrics: readonly string[];
  /** Throws what the library throws. */
  readonly evaluate: (evidence: RuleObject<'Evidence'>) => unknown;
}

export type ExpressionType = 'bool' | 'list<string>';

const LIMITS = { maxAstNodes: 300, maxDepth: 24, maxListElements: 50, maxMapEntries: 10, maxCallArguments: 5 };
const LONGEST_EXPRESSION = 4_000;
const DEEPEST_LOOP = 3;
const DEEPEST_BUILDER = 2;

const BUILDERS: readonly string[] = ['filter', 'map'];
const LOOPS: readonly string[] = ['all', 'exists', 'exists_one', ...BUILDERS];
const FUNCTIONS: readonly string[] = LOOPS.concat(
  'has size contains startsWith endsWith matches lowerAscii upperAscii trim int double string'.split(' '),
);

const environment = createEnvironment();

function createEnvironment(): Environment {
  const made = new Environment({ limits: LIMITS });
  for (const [name, fields] of Object.entries(RULE_TYPES).toReversed()) {
    made.registerType(name, { ctor: RULE_CONSTRUCTORS.get(name) as new (values: object) => object, fields: { ...fields } });
  }
  return made.registerVariable('evidence', 'Evidence');
}

/** The expression, or what is wrong with it. @param queries names of the specialist's queries */
export function compileExpression(text: string, type: ExpressionType, queries: readonly string[]): Expression | { readonly wrong: string } {
  if (text.length > LONGEST_EXPRESSION) return { wrong: `is longer than ${LONGEST_EXPRESSION} characters; split it into several rules` };
  try {
    const parsed = environment.parse(text);
    const facts: Facts = { metrics: new Set(), queries };
    const wrong = wrongIn(parsed.ast, facts, 0);
    if (wrong !== undefined) return { wrong };
    const checked = parsed.check();
    if (checked.error !== undefined) return { wrong: explained(checked.error) };
    if (checked.type !== type) return { wrong: `gives ${checked.type}, and ${type} is wanted` };
    return { text, metrics: [...facts.metrics], evaluate: (evidence) => parsed({ evidence }) as unknown };
  } catch (error) {
    return { wrong: explained(error) };
  }
}

interface Facts {
  readonly metrics: Set<string>;
  readonly queries: readonly string[];
}

/** What the expression does that rules may not do; notes the metrics that it reads. @param loops in whose bodies it stands */
function wrongIn(node: ASTNode, facts: Facts, loops: number): string | undefined {
  const call = callOf(node);
  const wrong = wrongLoop(node, call, loops) ?? wrongCall(node, call) ?? wrongMetric(node, facts);
  if (wrong !== undefined) return wrong;
  // What a loop runs over is worked out once, its body for each item.
  const body = call !== undefined && LOOPS.includes(call.name) ? call.args : [];
  return firstOf(childrenOf(node.args), (child) => wrongIn(child, facts, body.includes(child) ? loops + 1 : loops));
}

/** Loops cost time by their depth; those that build lists cost memory too, and adding doubles. */
function wrongLoop(node: ASTNode, call: Call | undefined, loops: number): string | undefined {
  if (node.op === '+' && loops > 0) return `adds inside a loop${at(node)}; add outside of it, or compare`;
  if (call === undefined || !LOOPS.includes(call.name)) return undefined;
  if (loops >= DEEPEST_LOOP) return `has loops more than ${DEEPEST_LOOP} deep${at(node)}; split it into several rules`;
  const builds = BUILDERS.includes(call.name) && loops >= DEEPEST_BUILDER;
  return builds ? `has ${call.name} more than ${DEEPEST_BUILDER} loops deep${at(node)}; use exists or all there` : undefined;
}

interface Call {
  readonly name: string;
  readonly args: readonly ASTNode[];
}

function callOf(node: ASTNode): Call | undefined {
  if (node.op === 'call') return { name: node.args[0], args: node.args[1] };
  return node.op === 'rcall' ? { name: node.args[0], args: node.args[2] } : undefined;
}

function wrongCall(node: ASTNode, call: Call | undefined): string | undefined {
  if (call === undefined) return undefined;
  if (!FUNCTIONS.includes(call.name)) return `calls ${call.name}${at(node)}; rules may call ${FUNCTIONS.join(', ')}`;
  if (call.name !== 'matches') return undefined;
  const [pattern] = call.args;
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return `matches wants a pattern in quotes${at(node)}`;
  const wrong = wrongPattern(pattern.args);
  return wrong && `${wrong}${at(pattern)}; use contains, or several patterns`;
}

/** A metric that no query of the specialist gives would silently never be there. */
function wrongMetric(node: ASTNode, { metrics, queries }: Facts): string | undefined {
  if ((node.op !== '.' && node.op !== '[]') || !isMetrics(node.args[0])) return undefined;
  const name = nameOf(node.args[1]);
  if (name === undefined) return `reads evidence.metrics by something other than a name in quotes${at(node)}`;
  metrics.add(name);
  if (queries.includes(name)) return undefined;
  const nearest = nearestTo(name, queries);
  const known = queries.length === 0 ? 'this specialist has no evidence; add the query' : `there are ${queries.join(', ')}`;
  return `reads evidence.metrics.${name}${at(node)}, which no query gives; ${nearest === undefined ? known : `did you mean ${nearest}?`}`;
}

function nameOf(key: ASTNode | string): string | undefined {
  if (typeof key === 'string') return key;
  return key.op === 'value' && typeof key.args === 'string' ? key.args : undefined;
}

const isMetrics = (node: ASTNode): boolean =>
  node.op === '.' && node.args[1] === 'metrics' && node.args[0].op === 'id' && node.args[0].args === 'evidence';

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

const at = ({ start }: { readonly start?: number | undefined }): string => (start === undefined ? '' : ` at character ${start + 1}`);

/** The library's word, without its drawing of the text, with the place and what could have been meant. */
function explained(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be read';
  if (error instanceof RangeError) return 'is nested too deeply; split it into several rules';
  const { summary, range, node, code } = error as Partial<ParseError>;
  if (summary === undefined) return error.message;
  return `${summary}${range === undefined ? '' : at(range)}${hintOf(code, node, summary)}`;
}

function hintOf(code: string | undefined, node: unknown, summary: string): string {
  if (code === 'unknown_variable') return '; the only variable is evidence';
  if (code === 'limit_exceeded') return '; split it into several rules';
  if (code !== 'no_such_key') return '';
  const type = typeBehind(node);
  const fields: readonly string[] = Object.keys(type === undefined ? {} : (RULE_TYPES[type as keyof typeof RULE_TYPES] ?? {}));
  const nearest = nearestTo(summary.replace('No such key: ', ''), fields);
  if (nearest !== undefined) return `; did you mean ${nearest}?`;
  return fields.length === 0 ? '' : `; ${type} has ${fields.join(', ')}`;
}

/** Name of the type whose field was asked for, where the checker left it on the node. */
function typeBehind(node: unknown): string | undefined {
  const [left] = (node as { readonly args?: readonly { readonly checkedType?: { readonly name?: string } }[] } | undefined)?.args ?? [];
  return left?.checkedType?.name;
}
