/** The words and signs of LogQL, one after another, with what was expected where something else stands. */
import { unquoted } from './goString.ts';
import { type QueryProblem, queryError } from './queryError.ts';

export interface Token {
  readonly type: 'word' | 'string' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const SPACE = /(?:\s|#[^\n]*)*/uy;
const FORMS: readonly (readonly [Token['type'], RegExp])[] = [
  ['number', /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?:[a-zA-Zµ]+(?:\d+(?:\.\d+)?[a-zµ]+)*)?/uy],
  ['word', /(?:--)?[a-zA-Z_][\w-]*/uy],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/uy],
  ['sign', /\|[=~>]|![=~>]|=[=~]|[<>]=|[|{}()[\],=<>+\-*/%^]/uy],
];

/** Throws a ToolError for what begins no word and no sign. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)?.[0].length ?? 0;
    if (at >= text.length) break;
    const token = tokenAt(text, at);
    if (token === undefined) {
      const problem = /^["`]/u.test(text.slice(at)) ? 'this text in quotes is not closed' : 'this can’t stand here';
      throw queryError(text, { at, problem });
    }
    tokens.push(token);
    at = token.to;
  }
  return [...tokens, { type: 'end', text: '', from: text.length, to: text.length }];
}

function tokenAt(text: string, from: number): Token | undefined {
  for (const [type, form] of FORMS) {
    form.lastIndex = from;
    const found = form.exec(text)?.[0];
    if (found !== undefined) return { type, text: found, from, to: from + found.length };
  }
  return undefined;
}

export interface Reading {
  readonly text: string;
  peek(ahead?: number): Token;
  next(): Token;
  /** Whether one of these comes next. */
  is(...texts: readonly string[]): boolean;
  /** Takes it if it comes next. */
  takes(...texts: readonly string[]): boolean;
  /** @param words for what was expected; absent: the sign itself */
  expect(sign: string, words?: string): Token;
  expectType(type: Token['type'], words: string): Token;
  /** The value of a literal that has to come next. */
  literal(words: string): { readonly token: Token; readonly value: string };
  fail(words: string, at?: number): never;
}

export function createReading(text: string): Reading {
  const tokens = tokensOf(text);
  let place = 0;
  const peek = (ahead = 0): Token => tokens[Math.min(place + ahead, tokens.length - 1)] as Token;
  const next = (): Token => {
    const token = peek();
    place += 1;
    return token;
  };
  const fail = (problem: string, at: number = peek().from): never => {
    throw queryError(text, { at, problem } satisfies QueryProblem);
  };
  const is = (...texts: readonly string[]): boolean => peek().type !== 'string' && peek().type !== 'end' && texts.includes(peek().text);
  const expectType = (type: Token['type'], words: string): Token => (peek().type === type ? next() : fail(`expected ${words}`));
  return {
    text,
    peek,
    next,
    fail,
    is,
    takes: (...texts) => {
      if (!is(...texts)) return false;
      place += 1;
      return true;
    },
    expect: (sign, words = JSON.stringify(sign)) => (is(sign) ? next() : fail(`expected ${words}`)),
    expectType,
    literal: (words) => {
      const token = expectType('string', words);
      const value = unquoted(token.text);
      return value === undefined ? fail('this text in quotes has an escape that does not exist', token.from) : { token, value };
    },
  };
}
