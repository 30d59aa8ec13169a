import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { LONGEST_ANSWER } from '../../../src/llm/port.ts';
import { parseStrictJson } from '../../../src/llm/strictJson.ts';
import { askStructured, readStrict } from '../../../src/llm/structured.ts';
import { question, type Scripted, scriptedModel } from './scripted.ts';

describe('strict JSON', () => {
  test.each<{ name: string; text: string; says: RegExp }>([
    { name: 'a key that stands twice', text: '{"a":1,"b":2,"a":3}', says: /"a" stands twice/u },
    { name: 'a key that stands twice, once escaped', text: '{"a":1,"\\u0061":2}', says: /"a" stands twice/u },
    { name: 'a key that stands twice deep within', text: '{"x":[{"y":{"k":1, "k" :2}}]}', says: /"k" stands twice/u },
    { name: 'text before it', text: 'Sure! {"a":1}', says: /without any text around it/u },
    { name: 'a fence around it', text: '```json\n{"a":1}\n```', says: /without any text around it/u },
    { name: 'text after it', text: '{"a":1} done', says: /not valid JSON/u },
    { name: 'a comma at the end', text: '{"a":1,}', says: /not valid JSON/u },
    { name: 'NaN', text: '{"a":NaN}', says: /not valid JSON/u },
    { name: 'single quotes', text: "{'a':1}", says: /not valid JSON/u },
    { name: 'nesting without end', text: `${'['.repeat(50)}${']'.repeat(50)}`, says: /nested deeper/u },
    { name: 'more than it may have', text: `{"a":"${'x'.repeat(LONGEST_ANSWER)}"}`, says: /at most 65536/u },
    { name: 'nothing', text: '', says: /not a JSON object/u },
  ])('refuses $name', ({ text, says }) => {
    expect(() => parseStrictJson(text, LONGEST_ANSWER)).toThrow(says);
  });

  test('takes whatever JSON.stringify writes, and reads it as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(parseStrictJson(text, LONGEST_ANSWER)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('finds any key that stands twice, whatever strings stand around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (key, one, other) => {
        const text = `{${JSON.stringify(`${key}!`)}:${JSON.stringify(one)}, "x":[${JSON.stringify(other)}], ${JSON.stringify(`${key}!`)} : null}`;
        expect(() => parseStrictJson(text, LONGEST_ANSWER)).toThrow(/stands twice/u);
      }),
    );
  });

  test('takes a value that equals a key, and equal keys of different objects', () => {
    expect(parseStrictJson('{"a":"a","b":{"a":1},"c":["a","a"]}', 1000)).toEqual({ a: 'a', b: { a: 1 }, c: ['a', 'a'] });
  });
});

const schema = z.strictObject({ n: z.int().min(0).max(9) });
const format = { type: 'object' };

describe('a structured answer', () => {
  test.each<{ name: string; answers: [Scripted, ...Scripted[]]; want: unknown; asked: number }>([
    { name: 'that is right at once', answers: ['{"n":1}'], want: { value: { n: 1 }, repairs: 0 }, asked: 1 },
    { name: 'after one repair', answers: ['{"n":"1"}', '{"n":1}'], want: { value: { n: 1 }, repairs: 1 }, asked: 2 },
    { name: 'after three repairs', answers: ['no', '{}', '{"n":10}', '{"n":9}'], want: { value: { n: 9 }, repairs: 3 }, asked: 4 },
  ])('is given $name', async ({ answers, want, asked }) => {
    const model = scriptedModel(answers);
    expect(await askStructured(model, { chat: question(), schema, format })).toEqual(want);
    expect(model.asked).toHaveLength(asked);
  });

  test('fails after three repairs, and is not asked for a fifth time', async () => {
    const model = scriptedModel(['still no', 'no', 'no', 'no', '{"n":1}']);
    await expect(askStructured(model, { chat: question(), schema, format })).rejects.toMatchObject({ reason: 'Malformed' });
    expect(model.asked).toHaveLength(4);
  });

  test('tells the model what was wrong, and shows it its last attempt only', async () => {
    const model = scriptedModel(['{"n":1,"extra":2}', '{"n":-1}', '{"n":3}']);
    await askStructured(model, { chat: question(), schema, format });
    expect(model.asked[1]?.messages.at(-1)?.content).toMatch(/unknown keys: extra/u);
    expect(model.asked[2]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(model.asked[2]?.messages.at(-1)?.content).toMatch(/n: /u);
  });

  test('is judged by the check of the caller too', () => {
    expect(readStrict('{"n":1}', schema, ({ n }) => (n === 1 ? 'n must not be 1' : undefined))).toEqual({ problem: 'n must not be 1' });
  });
});
