import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { freshCarry } from '../../../src/redact/carry.ts';
import { createKeyReader } from '../../../src/redact/keys.ts';
import { createMask } from '../../../src/redact/kinds.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { scanLines } from '../../../src/redact/scan.ts';
import { CORPUS, HARMLESS, ISSUED, NAMED, textOf } from './corpus.ts';

const KNOWN = ['Tr0ub4dor-and-3', 'Tr0ub4dor-and-more', 'line one of it\nand line two'];
const redactor = createRedactor({ secrets: KNOWN });

/** Fragments at which some scanner begins to look around, and what they look for. */
const FRAGMENTS = [
  'password',
  'token',
  'secret',
  'auth',
  'key',
  'name',
  'value',
  'data',
  'kind',
  'Secret',
  'authorization',
  'cookie',
  'api',
  'bearer',
  'Basic',

  '=',
  ':',
  ': ',
  '=>',
  '"',
  "'",
  '\\"',
  '\\\\\\"',
  '\\',
  '\\n',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  ',',
  ';',
  '&',
  '|',
  '|\n',
  '#',
  '$',
  '~',
  '@',
  '%3D',
  '%',
  ' ',
  '  ',
  '\t',
  '\n',
  '\n- ',
  '\n  ',
  '---',
  '\n---\n',
  '\r\n',
  '\u001b[31m',
  '\u001b',
  '${',
  '$(',
  '{{',
  '}}',
  '!!',
  '- ',

  '://',
  'http://',
  'postgres://',
  'a:b@',
  '@tcp(',
  '/',
  '+',
  '.',
  'hvs.',
  'SG.',
  'eyJ',
  'eyJhbGciOi.',
  'xoxb-',
  'ghp_',
  'AKIA',
  'AIza',
  'sk-',
  'glpat-',

  '-----BEGIN',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN CERTIFICATE-----',
  '-----END PRIVATE KEY-----',
  '-----END',
  '--password',
  ' -p',
  ' -u ',
  'mysql ',

  '4111',
  '1111',
  '0',
  '7',
  'a',
  'Z',
  'aB3',
  'MkU3OEVBNTcwNTJENDM2Qk',
  'null',
  '[redacted:',
  '[redacted:password]',
  'Q~',
  '$2b$12$',
  '<password>',
  'arn:',
];
const fragment = fc.constantFrom(...FRAGMENTS);
const soup = fc
  .array(fc.oneof({ weight: 8, arbitrary: fragment }, { weight: 1, arbitrary: fc.string({ maxLength: 20 }) }), { maxLength: 60 })
  .map((parts) => parts.join(''));
const lines = fc.array(fc.constantFrom(...HARMLESS.map(([, text]) => text), 'GET /healthz 200 1ms', '{"level":"info","n":1}', ''), {
  maxLength: 6,
});

/** What a scan costs, fails included: a text beyond its budget throws. */
function workOf(text: string): number {
  return scanLines(text, freshCarry(), { mask: createMask(), keyMeaning: createKeyReader(), emails: true }).work;
}

async function streamed(chunks: readonly string[]): Promise<string> {
  const stream = redactor.stream();
  const writer = stream.writable.getWriter();
  const written = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })();
  let out = '';
  for await (const piece of stream.readable) out += piece;
  await written;
  return out;
}

function chunksOf(text: string, sizes: readonly number[]): readonly string[] {
  const chunks: string[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(text.slice(at, at + size));
    at += size;
  }
  return chunks;
}
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe('for any text, redaction', () => {
  test('never lets an issued token through, whatever surrounds it', () => {
    const delimiter = fc.constantFrom(' ', '\n', '"', "'", '=', ':', ',', '(', '[', '{', '<', '\\n', '&', '/', ';', '|', '\t');
    fc.assert(
      fc.property(
        fc.constantFrom(...ISSUED.filter(({ place }) => !place.includes('=') && !place.includes('https:'))),
        lines,
        delimiter,
        soup,
        (planted, before, mark, after) => {
          const text = `${before.join('\n')}\n${mark}${planted.secret}${mark}\n${after}`;
          expect(redactor.text(text)).not.toContain(planted.secret);
        },
      ),
    );
  });

  test('never lets a named secret through, between any lines', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMED), lines, lines, (planted, before, after) => {
        const out = redactor.text([...before, textOf(planted), ...after].join('\n---\n'));
        expect(out).not.toContain(planted.secret);
      }),
    );
  });

  test('never lets a known secret through, even in the midst of anything', () => {
    fc.assert(
      fc.property(soup, fc.constantFrom(...KNOWN), soup, (before, secret, after) => {
        expect(redactor.text(before + secret + after)).not.toContain(secret);
      }),
    );
  });

  test('is idempotent', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.constantFrom(...CORPUS).map(textOf)), (text) => {
        const once = redactor.text(text);
        expect(redactor.text(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  test('gives the same in a stream as for the whole, wherever the chunks are cut', async () => {
    const withoutManifests = soup.filter((text) => !text.includes('data'));
    const text = fc
      .array(fc.oneof(withoutManifests, fc.constantFrom(...CORPUS.filter(({ name }) => !name.includes('Secret')).map(textOf), ...KNOWN)), {
        maxLength: 5,
      })
      .map((parts) => parts.join('\n'));
    await fc.assert(
      fc.asyncProperty(text, sizes, async (whole, cuts) => {
        expect(await streamed(chunksOf(whole, cuts))).toBe(redactor.text(whole));
      }),
      { numRuns: 500 },
    );
  });

  test('keeps what holds no secret', () => {
    fc.assert(
      fc.property(lines, (some) => {
        const text = some.join('\n---\n');
        expect(redactor.text(text)).toBe(text);
      }),
    );
  });

  test('costs no more than its budget, and twice as much for twice the text', () => {
    const repeated = fc.array(fragment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.string({ maxLength: 10 }), repeated, (beginning, unit) => {
        const once = beginning + unit.repeat(Math.ceil(4000 / unit.length));
        const twice = beginning + unit.repeat(Math.ceil(8000 / unit.length));
        expect(workOf(twice)).toBeLessThan(2.5 * workOf(once) + 500);
        expect(workOf(twice)).toBeLessThan(64 * twice.length);
      }),
      { numRuns: 3000 },
    );
  });

  test('never fails', () => {
    fc.assert(
      fc.property(soup, (text) => {
        workOf(text);
      }),
      { numRuns: 2000 },
    );
  });
});
