/** The stages of a LogQL pipeline, read strictly. See https://grafana.com/docs/loki/latest/query/log_queries/ */
import type { Reading, Token } from './logqlTokens.ts';
import { compiled } from './selectors.ts';

export const DEEPEST = 60;

const LINE_FILTERS = ['|=', '!=', '|~', '!~', '|>', '!>'];
const COMPARISONS = ['=', '==', '!=', '=~', '!~', '>', '>=', '<', '<='];
const STAGES =
  'a stage such as json, logfmt, pattern, regexp, unpack, decolorize, line_format, label_format, drop, keep, unwrap, or a label';

/** As many stages as there are. */
export function readPipeline(reading: Reading): void {
  for (;;) {
    if (reading.is(...LINE_FILTERS)) readLineFilter(reading);
    else if (reading.takes('|')) readStage(reading);
    else return;
  }
}

function readLineFilter(reading: Reading): void {
  const { text: operator } = reading.next();
  do {
    if (reading.takes('ip')) {
      reading.expect('(');
      reading.literal('an address in quotes');
      reading.expect(')');
    } else {
      const { token, value } = reading.literal('a text in quotes');
      if (operator.endsWith('~')) checkExpression(reading, token, value);
    }
  } while (reading.takes('or'));
}

export function checkExpression(reading: Reading, token: Token, pattern: string): void {
  try {
    compiled(pattern);
  } catch {
    reading.fail('this is no regular expression of RE2', token.from);
  }
}

function readStage(reading: Reading): void {
  const { type, text } = reading.peek();
  const isFilter = text === '(' || (type === 'word' && COMPARISONS.includes(reading.peek(1).text));
  if (isFilter) {
    readFilter(reading);
    return;
  }
  const read = type === 'word' && Object.hasOwn(READERS, text) ? READERS[text] : undefined;
  if (read === undefined) reading.fail(`expected ${STAGES}`);
  reading.next();
  read?.(reading);
}

const nothing = (): void => undefined;

const READERS: Readonly<Record<string, (reading: Reading) => void>> = {
  json: readExtractions,
  logfmt: (reading) => {
    while (reading.takes('--strict', '--keep-empty'));
    readExtractions(reading);
  },
  unpack: nothing,
  decolorize: nothing,
  regexp: (reading) => {
    const { token, value } = reading.literal('a regular expression in quotes');
    checkExpression(reading, token, value);
  },
  pattern: (reading) => void reading.literal('a pattern in quotes'),
  line_format: (reading) => void reading.literal('a template in quotes'),
  label_format: (reading) =>
    readList(reading, () => {
      reading.expectType('word', 'a label');
      reading.expect('=');
      if (reading.peek().type === 'word') reading.next();
      else reading.literal('a label or a template in quotes');
    }),
  drop: readLabels,
  keep: readLabels,
  unwrap: (reading) => {
    reading.expectType('word', 'a label');
    if (!reading.takes('(')) return;
    reading.expectType('word', 'a label');
    reading.expect(')');
  },
};

function readList(reading: Reading, one: () => void): void {
  do one();
  while (reading.takes(','));
}

/** `json`, or `json a="b.c", d`. */
function readExtractions(reading: Reading): void {
  if (reading.peek().type !== 'word') return;
  readList(reading, () => {
    reading.expectType('word', 'a label');
    if (reading.takes('=')) reading.literal('where it is found, in quotes');
  });
}

function readLabels(reading: Reading): void {
  readList(reading, () => {
    reading.expectType('word', 'a label');
    if (reading.is('=', '!=', '=~', '!~')) readMatcher(reading);
  });
}

function readMatcher(reading: Reading): void {
  const operator = reading.next().text;
  const { token, value } = reading.literal('a text in quotes');
  if (operator.endsWith('~')) checkExpression(reading, token, value);
}

/** `a="b" and c > 5ms or (d != 3)`; a comma or nothing between two means `and`. */
function readFilter(reading: Reading, depth = 0): void {
  if (depth > DEEPEST) reading.fail(`it is nested more than ${DEEPEST} deep`);
  for (;;) {
    if (reading.takes('(')) {
      readFilter(reading, depth + 1);
      reading.expect(')');
    } else readComparison(reading);
    const isJoined = reading.takes('and', 'or', ',');
    if (!isJoined && !(reading.peek().type === 'word' && COMPARISONS.includes(reading.peek(1).text))) return;
  }
}

function readComparison(reading: Reading): void {
  reading.expectType('word', 'a label');
  if (!reading.is(...COMPARISONS)) reading.fail('expected an operator such as =, != or >');
  if (reading.peek(1).type === 'string') {
    if (reading.is('>', '>=', '<', '<=', '==')) reading.fail('texts are compared with =, !=, =~ or !~');
    readMatcher(reading);
    return;
  }
  reading.next();
  if (reading.takes('ip')) {
    reading.expect('(');
    reading.literal('an address in quotes');
    reading.expect(')');
  } else {
    reading.takes('-', '+');
    reading.expectType('number', 'a text in quotes, a number, a duration or a size');
  }
}
