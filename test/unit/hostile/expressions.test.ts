/**
 * No expression that strangers' text is read by takes longer than in proportion to it.
 *
 * Nothing is said of time itself: an expression is measured beside a plain scan of the same text, and against itself at a quarter of the
 * length. One that is quadratic takes thousands of scans at this length, a linear one a few dozen at most.
 */
import { describe, expect, test } from 'vitest';
import { adversaries, composed, type Expression, literals, literalsIn, sourceFiles } from './expressions.ts';

const LENGTH = 20_000;
/** Plain scans that a linear expression may take. */
const MOST_SCANS = 400;

/** What a team configures, refused beyond 200 characters. */
const BOUNDED = ['src/investigate/specialists/rulePattern.ts'];

const files = sourceFiles('src');
/** Entry points: to load them is to run them. */
const modules = files.filter((file) => !file.endsWith('/main.ts'));

function timeOf(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** The least of so many times: what else the machine does makes a run longer and never shorter. */
const least = (times: number, work: () => void): number => Math.min(...Array.from({ length: times }, () => timeOf(work)));

/** As often as it is found: what `replace`, `split` and `matchAll` do. */
function runOver({ source, flags }: RegExp, text: string): () => void {
  const pattern = new RegExp(source, flags.includes('g') ? flags : `${flags}g`);
  return () => void text.replace(pattern, '');
}

let sink = 0;
function scan(text: string): void {
  for (let at = 0; at < text.length; at += 1) sink += text.charCodeAt(at);
}

/** On a busy machine a linear one may seem so once, and not three times in a row. */
function isOutOfProportion(pattern: RegExp, text: string): boolean {
  const unit = least(5, () => scan(text));
  const whole = least(5, runOver(pattern, text));
  const quarter = least(5, runOver(pattern, text.slice(-LENGTH / 4)));
  return whole > MOST_SCANS * unit && whole > 10 * quarter;
}

/** The text on which it is slower than in proportion, if there is one. */
function slowOn({ pattern }: Expression): string | undefined {
  return adversaries(pattern, LENGTH).find((text) => {
    const once = timeOf(runOver(pattern, text));
    return once >= 2 && [1, 2, 3].every(() => isOutOfProportion(pattern, text));
  });
}

describe('the scan of sources', () => {
  test('finds expressions, and nothing in strings, comments, templates and divisions', () => {
    const text =
      "const a = /x\\/[/]y/gu; // /no/\nconst b = 1 / 2 / 3; const c = `/no/ ${f(/yes/u)} /no/`; const d = '/no/'; /* /no/ */ return /z/u;";
    expect(literalsIn('f', text).map(({ pattern }) => String(pattern))).toEqual(['/x\\/[/]y/gu', '/yes/u', '/z/u']);
  });

  test('knows a quadratic expression from a linear one', () => {
    expect(slowOn({ where: '', pattern: /\s+$/u })).toBeDefined();
    expect(slowOn({ where: '', pattern: /[a-z]+:/u })).toBeDefined();
    expect(slowOn({ where: '', pattern: /\berror\b|[A-Z]x/iu })).toBeUndefined();
  }, 120_000);
});

describe('an expression', () => {
  test('takes no longer than in proportion to its text', async () => {
    const all = [...literals(files), ...(await composed(modules))];
    expect(all.length).toBeGreaterThan(200);
    const unbounded = all.filter(({ where }) => !BOUNDED.some((file) => where.startsWith(file)));
    const distinct = [...new Map(unbounded.map((one) => [String(one.pattern), one])).values()];
    const slow = distinct.flatMap((one) => {
      const text = slowOn(one);
      return text === undefined ? [] : [`${one.where} on ${JSON.stringify(text.slice(0, 30))}`];
    });
    expect(slow).toEqual([]);
  }, 240_000);
});
