import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { argumentProblem } from '../../../../src/sources/mcp/arguments.ts';
import { readAnswer } from '../../../../src/sources/mcp/content.ts';
import { MCP_PRESETS } from '../../../../src/sources/mcp/presets.ts';
import { judgeTools } from '../../../../src/sources/mcp/tools.ts';
import { createCleaner } from '../../../../src/sources/text.ts';

const cleaner = createCleaner(createRedactor().text);
const tool = (more: object = {}) => ({ name: 'get', inputSchema: { type: 'object' }, ...more });

describe('a tool', () => {
  test.each<{ name: string; listed: readonly unknown[]; why: string | undefined }>([
    { name: 'that says nothing of itself is called', listed: [tool()], why: undefined },
    {
      name: 'that says that it reads is called',
      listed: [tool({ annotations: { readOnlyHint: true, destructiveHint: true } })],
      why: undefined,
    },
    {
      name: 'that says that it writes is not',
      listed: [tool({ annotations: { readOnlyHint: false } })],
      why: 'the server says that it writes',
    },
    {
      name: 'that says that it may destroy is not',
      listed: [tool({ annotations: { destructiveHint: true } })],
      why: 'the server says that it may destroy',
    },
    {
      name: 'that is listed twice is not',
      listed: [tool(), tool({ description: 'the other' })],
      why: 'the server has several tools of this name',
    },
    { name: 'that is not listed is not', listed: [tool({ name: 'get2' }), null, 7, {}], why: 'the server has no such tool' },
    { name: 'that has no schema is not', listed: [{ name: 'get' }], why: 'the server has no such tool' },
    {
      name: 'with a definition without end is not',
      listed: [tool({ description: 'x'.repeat(100_000) })],
      why: 'its definition is too large',
    },
  ])('$name', ({ listed, why }) => {
    const { allowed, refused } = judgeTools(listed, ['get'], cleaner);
    expect([allowed.length, refused[0]?.why]).toEqual(why === undefined ? [1, undefined] : [0, why]);
  });

  test('has another digest when anything that the server says of it changes', () => {
    const digest = (more: object): string | undefined => judgeTools([tool(more)], ['get'], cleaner).allowed[0]?.digest;
    expect(digest({})).toBe(digest({}));
    expect(
      new Set([{}, { description: 'x' }, { inputSchema: { type: 'object', required: ['a'] } }, { annotations: { title: 'x' } }].map(digest))
        .size,
    ).toBe(4);
  });
});

describe('arguments', () => {
  const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
  let deep: object = {};
  for (let level = 0; level < 100; level += 1) deep = { type: 'object', properties: { a: deep } };

  test.each<{ name: string; schema: Readonly<Record<string, unknown>>; given: unknown; want: 'fits' | RegExp }>([
    { name: 'that fit', schema: object({ a: { type: 'string', enum: ['x'] } }), given: { a: 'x' }, want: 'fits' },
    { name: 'that are not allowed', schema: object({}, { additionalProperties: false }), given: { b: 1 }, want: /b/u },
    {
      name: 'of another kind',
      schema: object({ a: { $ref: '#/$defs/n' } }, { $defs: { n: { type: 'number' } } }),
      given: { a: 'x' },
      want: /./u,
    },
    { name: 'for a property that is called pattern', schema: object({ pattern: { type: 'string' } }), given: { pattern: 7 }, want: /./u },
    {
      name: 'for an expression that would take for ever',
      schema: object({ a: { type: 'string', pattern: '^(a+)+$' } }),
      given: { a: `${'a'.repeat(60)}!` },
      want: 'fits',
    },
    { name: 'for a schema elsewhere', schema: object({ a: { $ref: 'http://127.0.0.1/x' } }), given: { a: 1 }, want: 'fits' },
    { name: 'for a schema in a circle', schema: object({ a: { $ref: '#/properties/a' } }), given: { a: 1 }, want: /cannot be used/u },
    { name: 'for a schema that is too deep', schema: { type: 'object', properties: { a: deep } }, given: {}, want: /too large/u },
    {
      name: 'for a schema that is too wide',
      schema: object(Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [`k${index}`, {}]))),
      given: {},
      want: /too large/u,
    },
    { name: 'that are none', schema: object({}), given: null, want: /no object/u },
  ])('$name', ({ schema, given, want }) => {
    const problem = argumentProblem(schema, given);
    if (want === 'fits') expect(problem).toBeUndefined();
    else expect(problem).toMatch(want);
  });
});

describe('an answer', () => {
  test.each<{ name: string; given: unknown; want: readonly string[]; more?: object }>([
    {
      name: 'is its text',
      given: {
        content: [
          { type: 'text', text: 'a\nb' },
          { type: 'text', text: 'c' },
        ],
      },
      want: ['a', 'b', 'c'],
    },
    { name: 'is the text of a resource', given: { content: [{ type: 'resource', resource: { uri: 'x://y', text: 'a' } }] }, want: ['a'] },
    {
      name: 'names what is no text',
      given: { content: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }] },
      want: ['[image left out: image/png]'],
    },
    { name: 'is its structure where it has no text', given: { content: [], structuredContent: { a: 1 } }, want: ['{', ' "a": 1', '}'] },
    {
      name: 'says that the tool failed',
      given: { content: [{ type: 'text', text: 'no' }], isError: true },
      want: ['no'],
      more: { isError: true },
    },
    {
      name: 'is cut',
      given: { content: [{ type: 'text', text: 'x'.repeat(3_000) }] },
      want: [`${'x'.repeat(399)}…`],
      more: { isCut: true },
    },
    { name: 'is nothing', given: { content: [null, 7] }, want: [] },
  ])('$name', ({ given, want, more = { isError: false } }) => {
    expect(readAnswer(given, 2_000, cleaner)).toMatchObject({ lines: want, ...more });
  });

  test.each([null, 7, 'x', { content: 'x' }])('is none in %j', (given) => {
    expect(readAnswer(given, 1000, cleaner)).toBeUndefined();
  });
});

describe('presets', () => {
  test.each(Object.entries(MCP_PRESETS))(
    '%s names tools once each, none that changes something, and its page',
    (_name, { page, tools }) => {
      expect(new Set<string>(tools).size).toBe(tools.length);
      expect(
        tools.filter((each) =>
          /create|update|delete|drop|insert|rename|write|merge|apply|manage|cancel|run_|add[-_]|connect|export/u.test(each),
        ),
      ).toEqual([]);
      expect(page).toMatch(/^https:\/\//u);
    },
  );
});
