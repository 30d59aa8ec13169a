/** Edits leave every byte alone that they are not about, in documents as people write them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type FieldPath, parseYamlFile, parseYamlText, type YamlFile } from '../../../../src/gitops/yaml/document.ts';
import { applySplices, plain, plainString, setField } from '../../../../src/gitops/yaml/splice.ts';

const MEMORY: FieldPath = ['spec', 'containers', { key: 'name', value: 'app' }, 'limits', 'memory'];

function must(text: string): YamlFile {
  const file = parseYamlText(text);
  if ('refused' in file) throw new Error(file.refused);
  return file;
}

function set(text: string, path: FieldPath, value: string | number): string {
  const { documents } = must(text);
  const [document] = documents;
  if (document === undefined) throw new Error('no document');
  const splice = setField(text, document, path, value);
  return 'refused' in splice ? `refused: ${splice.refused}` : applySplices(text, [splice]);
}

interface Case {
  readonly name: string;
  readonly text: string;
  readonly path?: FieldPath;
  readonly value?: string | number;
  readonly want: string;
}

describe('setField', () => {
  test.each<Case>([
    { name: 'keeps a comment on the line', text: 'a: 1 # one\nb: 2\n', path: ['a'], value: '7', want: 'a: 7 # one\nb: 2\n' },
    { name: 'keeps single quotes', text: "a: 'x'\n", path: ['a'], value: 'y', want: "a: 'y'\n" },
    { name: 'doubles a single quote within single quotes', text: "a: 'x'\n", path: ['a'], value: "it's", want: "a: 'it''s'\n" },
    { name: 'keeps double quotes', text: 'a: "x"\n', path: ['a'], value: 'y', want: 'a: "y"\n' },
    { name: 'quotes what would be read as something else', text: 'a: x\n', path: ['a'], value: '1.10', want: 'a: "1.10"\n' },
    { name: 'quotes what only YAML 1.1 reads as something else', text: 'a: x\n', path: ['a'], value: 'yes', want: 'a: "yes"\n' },
    { name: 'leaves a whole number a number', text: 'a: 1\n', path: ['a'], value: '2', want: 'a: 2\n' },
    { name: 'writes a number for a name', text: 'a: http\n', path: ['a'], value: 8080, want: 'a: 8080\n' },
    { name: 'writes a number for a quoted name', text: 'a: "http"\n', path: ['a'], value: 8080, want: 'a: 8080\n' },
    { name: 'writes text for text that looks like a number', text: 'a: x\n', path: ['a'], value: '8080', want: 'a: "8080"\n' },
    {
      name: 'finds the item that a number names',
      text: 'a:\n- port: 80\n  to: 1\n- port: 81\n  to: 2\n',
      path: ['a', { key: 'port', value: '81' }, 'to'],
      value: 3,
      want: 'a:\n- port: 80\n  to: 1\n- port: 81\n  to: 3\n',
    },
    {
      name: 'quotes a key that would be read as something else',
      text: 'a:\n  b: x\n',
      path: ['a', 'yes'],
      value: 'x',
      want: 'a:\n  b: x\n  "yes": x\n',
    },
    { name: 'keeps an anchor', text: 'a: &x one\nb: *x\n', path: ['a'], value: 'two', want: 'a: &x two\nb: *x\n' },
    { name: 'follows an alias to its anchor', text: 'a: &x one\nb: *x\n', path: ['b'], value: 'two', want: 'a: &x two\nb: *x\n' },
    {
      name: 'follows a merge key',
      text: 'a: &x {m: one}\nb:\n  <<: *x\n',
      path: ['b', 'm'],
      value: 'two',
      want: 'a: &x {m: two}\nb:\n  <<: *x\n',
    },
    { name: 'edits within a flow mapping', text: 'a: {b: 1, c: 2}\n', path: ['a', 'c'], value: '3', want: 'a: {b: 1, c: 3}\n' },
    { name: 'keeps CRLF', text: 'a: 1\r\nb: 2\r\n', path: ['b'], value: '3', want: 'a: 1\r\nb: 3\r\n' },
    { name: 'keeps a missing last newline', text: 'a: 1', path: ['a'], value: '3', want: 'a: 3' },
    {
      name: 'adds a key after its siblings',
      text: 'a:\n  b: 1 # one\nc: 2\n',
      path: ['a', 'd'],
      value: 'x',
      want: 'a:\n  b: 1 # one\n  d: x\nc: 2\n',
    },
    {
      name: 'adds a key after a nested sibling',
      text: 'a:\n  b:\n    - 1\n    - 2\nc: 2\n',
      path: ['a', 'd'],
      value: 'x',
      want: 'a:\n  b:\n    - 1\n    - 2\n  d: x\nc: 2\n',
    },
    {
      name: 'adds a key after a block of text',
      text: 'a:\n  b: |\n    x\n\nc: 2\n',
      path: ['a', 'd'],
      value: 'x',
      want: 'a:\n  b: |\n    x\n  d: x\n\nc: 2\n',
    },
    {
      name: 'adds a key with the line ends of the file',
      text: 'a:\r\n  b: 1\r\n',
      path: ['a', 'd'],
      value: 'x',
      want: 'a:\r\n  b: 1\r\n  d: x\r\n',
    },
    {
      name: 'adds a key at the end of a file without a newline',
      text: 'a:\n  b: 1',
      path: ['a', 'd'],
      value: 'x',
      want: 'a:\n  b: 1\n  d: x',
    },
    {
      name: 'adds nested keys in the indentation of the file',
      text: 'a:\n    b:\n        c: 1\n',
      path: ['a', 'd', 'e'],
      value: 'x',
      want: 'a:\n    b:\n        c: 1\n    d:\n        e: x\n',
    },
    { name: 'adds to a flow mapping', text: 'a: {b: 1}\n', path: ['a', 'd', 'e'], value: 'x', want: 'a: {b: 1, d: {e: x}}\n' },
    { name: 'fills an empty flow mapping', text: 'a: {}\n', path: ['a', 'd'], value: 'x', want: 'a: {d: x}\n' },
    {
      name: 'fills a key without a value',
      text: 'a:\n  b:\n  c: 1\n',
      path: ['a', 'b', 'd'],
      value: 'x',
      want: 'a:\n  b:\n    d: x\n  c: 1\n',
    },
    {
      name: 'adds beside the first key of a list’s item',
      text: 'a:\n- name: x\n- name: y\n',
      path: ['a', { key: 'name', value: 'x' }, 'z'],
      value: 1,
      want: 'a:\n- name: x\n  z: 1\n- name: y\n',
    },
    { name: 'refuses a block of text', text: 'a: |\n  x\n', path: ['a'], value: 'y', want: 'refused: it is written over several lines' },
    { name: 'refuses a mapping', text: 'a: {b: 1}\n', path: ['a'], value: 'y', want: 'refused: it is not a plain value' },
    {
      name: 'refuses an item that is not there',
      text: 'a:\n- name: x\n',
      path: ['a', { key: 'name', value: 'y' }, 'z'],
      value: '1',
      want: 'refused: the document has something else there',
    },
    { name: 'refuses a key without a value', text: 'a:\nb: 1\n', path: ['a'], value: 'y', want: 'refused: it is there without a value' },
  ])('$name', ({ text, path = MEMORY, value = '', want }) => {
    expect(set(text, path, value)).toBe(want);
  });
});

describe('parseYamlFile', () => {
  test.each([
    { name: 'bytes that are not UTF-8', content: Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]), want: 'not UTF-8' },
    { name: 'a key that is there twice', content: Buffer.from('a: 1\na: 2\n'), want: 'Map keys must be unique' },
    { name: 'a tab as indentation', content: Buffer.from('a:\n\tb: 1\n'), want: 'Tabs are not allowed' },
    { name: 'a file that is too large', content: Buffer.alloc(3 * 2 ** 20, 0x20), want: 'larger than 2 MiB' },
  ])('refuses $name', ({ content, want }) => {
    expect(parseYamlFile(content)).toEqual({ refused: expect.stringContaining(want) });
  });

  test('reads fifty thousand lines', () => {
    const text = `items:\n${Array.from({ length: 50_000 }, (_, n) => `  - n${n}\n`).join('')}last: x\n`;
    expect(set(text, ['last'], 'w')).toBe(text.replace('last: x', 'last: w'));
  });
});

/** Documents as people write them: comments, blank lines, quotes, several indentations and line ends. */
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const comment = fc.constantFrom('', ' # why', '   # two  spaces', ' #tight');
const scalar = fc.constantFrom(
  'x',
  '"quoted"',
  "'single'",
  '1',
  '64Mi',
  'registry.test/a/b:1.0',
  '"with: colon"',
  'true',
  '~',
  '"ünïcödé ☃"',
);
const filler = fc.constantFrom('', '\n', '# a line of its own\n', '\n# after a blank one\n');

const manifest = fc
  .record({
    indent: fc.constantFrom(2, 4),
    dashIndented: fc.boolean(),
    eol: fc.constantFrom('\n', '\r\n'),
    lastNewline: fc.boolean(),
    byteOrderMark: fc.boolean(),
    head: filler,
    before: fc.array(fc.tuple(word, scalar, comment), { maxLength: 4 }),
    after: fc.array(fc.tuple(word, scalar, comment, filler), { maxLength: 4 }),
    memory: fc.constantFrom('64Mi', '"64Mi"', "'64Mi'"),
    trailing: comment,
    anchor: fc.constantFrom('', '&mem '),
    document: fc.boolean(),
  })
  .map((shape) => {
    const step = ' '.repeat(shape.indent);
    const dash = shape.dashIndented ? step : '';
    const inner = `${step}${dash}  `;
    const unique = (pairs: readonly (readonly [string, ...unknown[]])[]) =>
      pairs.filter(([key], at) => !['name', 'limits'].includes(key) && pairs.findIndex(([other]) => other === key) === at);
    const line = ([key, value, note = '', more = '']: readonly unknown[]): string =>
      `${inner}z${String(key)}: ${String(value)}${String(note)}\n${String(more)}`;
    const first = unique(shape.before);
    const last = unique(shape.after).filter(([key]) => !first.some(([other]) => other === key));
    const text = [
      shape.document ? '---\n' : '',
      shape.head,
      'kind: Pod # a pod\n',
      'spec:\n',
      `${step}containers:\n`,
      `${step}${dash}- name: other\n${inner}limits: {memory: 1Mi}\n`,
      `${step}${dash}- name: app${shape.trailing}\n`,
      ...first.map(line),
      `${inner}limits:\n${inner}${step}memory: ${shape.anchor}${shape.memory}${shape.trailing}\n`,
      ...last.map(line),
    ].join('');
    const lines = shape.lastNewline ? text : text.trimEnd();
    return `${shape.byteOrderMark ? '\uFEFF' : ''}${lines.replaceAll('\n', shape.eol)}`;
  });

const value = fc.constantFrom<string | number>('128Mi', '1Gi', '1.10', 'yes', '0', '12', 12, 'a b', 'x:y', 'with # hash', "it's", '1e3');

describe('over generated documents', () => {
  test('a replacement changes the one value, and no other byte', () => {
    fc.assert(
      fc.property(manifest, value, (text, wanted) => {
        const changed = set(text, MEMORY, wanted);
        expect(changed.startsWith('refused')).toBe(false);
        const before = parse(text) as { spec: { containers: { limits: { memory: unknown } }[] } };
        const after = parse(changed) as typeof before;
        const [, app] = before.spec.containers;
        if (app !== undefined) app.limits.memory = wanted;
        expect(after).toEqual(before);
        expect(withoutMemory(changed)).toBe(withoutMemory(text));
      }),
      { numRuns: 500 },
    );
  });

  test('an addition adds lines, and changes none', () => {
    fc.assert(
      fc.property(manifest, value, (text, wanted) => {
        const changed = set(text, [...MEMORY.slice(0, -1), 'cpu'], wanted);
        const lines = changed.split(/(?<=\n)/u);
        const added = lines.findIndex((line) => /^\s+cpu: /.test(line));
        expect(added).toBeGreaterThan(0);
        const without =
          changed.endsWith(lines[added] ?? '') && !text.endsWith('\n')
            ? changed.slice(0, -(lines[added]?.length ?? 0)).replace(/\r?\n$/u, '')
            : lines.toSpliced(added, 1).join('');
        expect(without).toBe(text);
        const before = parse(text) as { spec: { containers: { limits: Record<string, unknown> }[] } };
        const [, app] = before.spec.containers;
        if (app !== undefined) app.limits.cpu = wanted;
        expect(parse(changed)).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  test('a plain scalar says the same to every reader, or is quoted', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('aZ09._/:-+@ #{}[],&*!|>%"\'~')), maxLength: 12 }), (text) => {
        for (const version of ['1.1', '1.2'] as const) {
          expect(parse(`k: ${plainString(text)}`, { version })).toEqual({ k: text });
          expect(parse(`k: ${plain(text)}`, { version })).toEqual({ k: text });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function withoutMemory(text: string): string {
  return text.replace(/(- name: app[\s\S]*?\bmemory: (?:&mem )?)(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#]+)/u, '$1');
}
