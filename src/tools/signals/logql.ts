/**
 * Reads LogQL strictly: stream selectors with their pipelines, and what is computed of them. A query with anything wrong in it is an error that says
 * where, and what was expected there; what this does not know is refused, so that a selector can't hide. Throws a ToolError `Invalid`.
 *
 * See https://grafana.com/docs/loki/latest/query/
 */
import { closest } from '../../analysis/similarity.ts';
import type { Matcher } from '../../sources/promql.ts';
import { checkExpression, DEEPEST, readPipeline } from './logqlPipeline.ts';
import { createReading, type Reading } from './logqlTokens.ts';
import { oneOf, queryError } from './queryError.ts';
import type { ReadQuery, Selector } from './selectors.ts';

export interface ReadLogql extends ReadQuery {
  /** Whether it gives lines, or series of numbers. */
  readonly gives: 'lines' | 'numbers';
}

const LONGEST = 8_000;

export function readLogql(text: string): ReadLogql {
  if (text.length > LONGEST) throw queryError(text, { at: LONGEST, problem: `a query has at most ${LONGEST} characters` });
  const reading = createReading(text);
  const selectors: Selector[] = [];
  const isLines = reading.is('{');
  if (isLines) {
    selectors.push(readSelector(reading));
    readPipeline(reading);
    if (reading.is('[')) reading.fail('a range such as [5m] goes into a function, as in count_over_time({…}[5m])');
  } else readExpression(reading, selectors, 0);
  if (reading.peek().type !== 'end')
    reading.fail(isLines ? 'expected a filter such as |= "…", a stage after |, or the end' : 'expected an operator or the end');
  return { text, selectors, gives: isLines ? 'lines' : 'numbers' };
}

const OPERATORS = ['=', '!=', '=~', '!~'];

function readSelector(reading: Reading): Selector {
  const { from, to: braces } = reading.expect('{', 'a selector such as {namespace="shop"}');
  const matchers: Matcher[] = [];
  do {
    if (matchers.length > 0 && reading.is('}')) break;
    const label = reading.expectType('word', 'a label').text;
    if (!reading.is(...OPERATORS)) reading.fail('expected an operator such as ="…" or =~"…"');
    const operator = reading.next().text as Matcher['operator'];
    const { token, value } = reading.literal('a text in quotes');
    if (operator.endsWith('~')) checkExpression(reading, token, value);
    matchers.push({ label, operator, value });
  } while (reading.takes(','));
  const { to } = reading.expect('}', '"}" or ","');
  return { matchers, from, to, braces };
}

const RANGE_FUNCTIONS =
  'rate rate_counter count_over_time bytes_rate bytes_over_time avg_over_time sum_over_time min_over_time max_over_time stdvar_over_time stddev_over_time quantile_over_time first_over_time last_over_time absent_over_time'.split(
    ' ',
  );
const AGGREGATIONS = 'sum avg min max count stddev stdvar topk bottomk approx_topk sort sort_desc'.split(' ');
const FUNCTIONS = [...RANGE_FUNCTIONS, ...AGGREGATIONS, 'vector', 'label_replace'];
const BINARY = ['+', '-', '*', '/', '%', '^', '==', '!=', '>', '>=', '<', '<=', 'and', 'or', 'unless'];

function readExpression(reading: Reading, selectors: Selector[], depth: number): void {
  if (depth > DEEPEST) reading.fail(`it is nested more than ${DEEPEST} deep`);
  for (;;) {
    while (reading.takes('-', '+'));
    readOperand(reading, selectors, depth);
    if (!reading.takes(...BINARY)) return;
    reading.takes('bool');
    if (reading.takes('on', 'ignoring')) readGrouping(reading);
    if (reading.takes('group_left', 'group_right') && reading.is('(')) readGrouping(reading);
  }
}

function readOperand(reading: Reading, selectors: Selector[], depth: number): void {
  const { type, text } = reading.peek();
  if (type === 'number') {
    reading.next();
    return;
  }
  if (reading.takes('(')) {
    readExpression(reading, selectors, depth + 1);
    reading.expect(')');
    return;
  }
  if (type !== 'word') reading.fail('expected a selector such as {namespace="shop"}, a function such as count_over_time(…), or a number');
  if (!FUNCTIONS.includes(text)) {
    const near = closest(text, FUNCTIONS, 3).map((name) => `${name}()`);
    reading.fail(`there is no function ${text}()${near.length === 0 ? '' : `; there is ${oneOf(near)}`}`);
  }
  reading.next();
  readCall(reading, text, selectors, depth);
}

function readCall(reading: Reading, name: string, selectors: Selector[], depth: number): void {
  const isGrouped = reading.takes('by', 'without');
  if (isGrouped) readGrouping(reading);
  reading.expect('(');
  if (name === 'vector') reading.expectType('number', 'a number');
  else if (RANGE_FUNCTIONS.includes(name)) {
    if (name === 'quantile_over_time') readParameter(reading);
    readRange(reading, selectors, depth + 1);
  } else {
    if (name.endsWith('topk') || name === 'bottomk') readParameter(reading);
    readExpression(reading, selectors, depth + 1);
    if (name === 'label_replace') for (let index = 0; index < 4; index += 1) readText(reading);
  }
  reading.expect(')');
  if (!isGrouped && reading.takes('by', 'without')) readGrouping(reading);
}

function readParameter(reading: Reading): void {
  reading.expectType('number', 'a number');
  reading.expect(',');
}

function readText(reading: Reading): void {
  reading.expect(',');
  reading.literal('a text in quotes');
}

/** `{…} |= "…" [5m] offset 1h`; stages may follow the range too. */
function readRange(reading: Reading, selectors: Selector[], depth: number): void {
  if (depth > DEEPEST) reading.fail(`it is nested more than ${DEEPEST} deep`);
  if (reading.takes('(')) {
    readRange(reading, selectors, depth + 1);
    reading.expect(')');
    return;
  }
  selectors.push(readSelector(reading));
  readPipeline(reading);
  reading.expect('[', 'a range such as [5m], or a stage of a pipeline');
  reading.expectType('number', 'a duration such as 5m');
  reading.expect(']');
  if (reading.takes('offset')) {
    reading.takes('-');
    reading.expectType('number', 'a duration such as 5m');
  }
  readPipeline(reading);
}

function readGrouping(reading: Reading): void {
  reading.expect('(');
  if (reading.takes(')')) return;
  do reading.expectType('word', 'a label');
  while (reading.takes(','));
  reading.expect(')', '")" or ","');
}
