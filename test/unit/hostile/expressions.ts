/**
 * The regular expressions of our sources: those that are written as literals, found by a scan of the text, and those that are put together
 * from parts, caught while the modules are loaded.
 */
import { globSync, readFileSync } from 'node:fs';

export interface Expression {
  readonly where: string;
  readonly pattern: RegExp;
}

/** After these a slash begins an expression; after anything else it divides. */
const BEFORE = /(?:^|[([{,;=:!&|?+>]|\breturn|\btypeof|\bcase)\s*$/u;

export function literalsIn(file: string, text: string): Expression[] {
  const found: Expression[] = [];
  let at = 0;
  let code = '';
  const templates: number[] = [];
  while (at < text.length) {
    const letter = text.charAt(at);
    const end = endOf(text, at, code, templates);
    if (end === undefined) {
      code = (code + letter).slice(-40);
      at += 1;
      continue;
    }
    const token = text.slice(at, end);
    if (letter === '/' && !token.startsWith('//') && !token.startsWith('/*')) {
      const close = token.lastIndexOf('/');
      found.push({ where: `${file}: ${token}`, pattern: new RegExp(token.slice(1, close), token.slice(close + 1)) });
    }
    if (!token.startsWith('//') && !token.startsWith('/*')) code = `${code}x`;
    at = end;
  }
  return found;
}

/** Where the string, comment, template or expression that begins here ends; undefined for plain code. */
function endOf(text: string, at: number, code: string, templates: number[]): number | undefined {
  const letter = text.charAt(at);
  const comment = commentEnd(text, at);
  if (comment !== undefined) return comment;
  if (letter === "'" || letter === '"') return quotedEnd(text, at + 1, letter);
  if (letter === '`' || (letter === '}' && templates.at(-1) === 0)) {
    if (letter === '}') templates.pop();
    return templateEnd(text, at + 1, templates);
  }
  if (templates.length > 0 && (letter === '{' || letter === '}')) templates.push((templates.pop() ?? 0) + (letter === '{' ? 1 : -1));
  return letter === '/' && BEFORE.test(code) ? expressionEnd(text, at + 1) : undefined;
}

function commentEnd(text: string, at: number): number | undefined {
  if (text.startsWith('//', at)) return indexOrEnd(text, '\n', at);
  return text.startsWith('/*', at) ? indexOrEnd(text, '*/', at) + 2 : undefined;
}

function indexOrEnd(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
}

function quotedEnd(text: string, from: number, quote: string): number {
  let at = from;
  while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}

function templateEnd(text: string, from: number, templates: number[]): number {
  let at = from;
  while (at < text.length && text.charAt(at) !== '`') {
    if (text.startsWith('${', at)) {
      templates.push(0);
      return at + 2;
    }
    at += text.charAt(at) === '\\' ? 2 : 1;
  }
  return at + 1;
}

function expressionEnd(text: string, from: number): number {
  let at = from;
  let inClass = false;
  while (at < text.length && (inClass || text.charAt(at) !== '/')) {
    const letter = text.charAt(at);
    if (letter === '[') inClass = true;
    if (letter === ']') inClass = false;
    at += letter === '\\' ? 2 : 1;
  }
  at += 1;
  while (/[a-z]/u.test(text.charAt(at))) at += 1;
  return at;
}

export const sourceFiles = (...folders: readonly string[]): string[] =>
  folders.flatMap((folder) => globSync(`${folder}/**/*.ts`)).toSorted((a, b) => (a < b ? -1 : 1));

export const literals = (files: readonly string[]): Expression[] => files.flatMap((file) => literalsIn(file, readFileSync(file, 'utf8')));

/** Expressions that modules put together while they are loaded. */
export async function composed(files: readonly string[]): Promise<Expression[]> {
  const found: Expression[] = [];
  const Original = globalThis.RegExp;
  let where = '';
  globalThis.RegExp = new Proxy(Original, {
    construct(target, [source, flags]: [string, string]) {
      const pattern = new target(source, flags);
      const caller = new Error('who asks').stack?.split('\n')[2] ?? '';
      if (caller.includes('/src/')) found.push({ where: `${where}: ${String(pattern)}`, pattern });
      return pattern;
    },
  });
  try {
    for (const file of files) {
      where = file;
      await import(/* @vite-ignore */ new URL(`../../../${file}`, import.meta.url).href);
    }
  } finally {
    globalThis.RegExp = Original;
  }
  return found;
}

/** Runs of single characters, of words of the expression, and of nearly all of what it wants, over and over. */
export function adversaries({ source }: RegExp, length: number): string[] {
  const written = source.replaceAll(/\(\?[:=!]|\(\?<[=!]|\\[bBdDsSwWpP](?:\{\w+\})?|\{\d+,?\d*\}|[\^$]/gu, ' ');
  const classes = [...source.matchAll(/\[(\^?)((?:\\.|[^\]\\])+)\]/gu)].flatMap(([, , inside = '']) =>
    inside.replaceAll('\\', '').split(''),
  );
  const literal = written
    .replaceAll(/\[(?:\\.|[^\]\\])*\]/gu, 'a')
    .replaceAll(/[()?*+|]/gu, ' ')
    .replaceAll('\\', '');
  const pieces = source.split(/\||(?:\.|\[(?:\\.|[^\]\\])*\])[*+]\??/u).map((piece) => piece.replaceAll(/\\.|[()|?^$[\]]/gu, ''));
  const words = [...new Set(literal.split(/\s+/u).filter((word) => word !== ''))];
  const letters = [...new Set([...'aA0 -_./:,="(\t\n\r'.split(''), ...classes, ...words.map((word) => word.charAt(0))])];
  const filled = (unit: string): string => (unit === '' ? '' : unit.repeat(Math.ceil(length / unit.length)).slice(0, length));
  const runs = letters.flatMap((letter) => [filled(letter), `${filled(letter).slice(1)}\u0001`]);
  const repeated = words.flatMap((word) => [
    filled(word),
    filled(`${word} `),
    filled(`${word}a`),
    `${word}${filled(' ')}`,
    `${word}${filled('a')}`,
    `${word} ${filled('0')}`,
  ]);
  const near = [
    filled(words.join('')),
    filled(`${words.join(' ')} `),
    filled(words.slice(0, -1).join(' ')),
    `${words[0] ?? ''}${filled(words.at(-1) ?? 'a')}\n`,
  ];
  return [
    ...new Set([
      ...runs,
      ...repeated,
      ...near,
      ...pieces.map(filled),
      filled('a '),
      filled('a.'),
      filled('a-'),
      filled('a,'),
      filled('a/'),
      filled('a\n'),
      filled(' \n'),
      filled('"a'),
      filled("'a"),
      filled('1.'),
      filled('0a'),
    ]),
  ].filter((text) => text !== '');
}
