import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { structuralSchema } from '../../../src/crds/generate/structural.ts';

describe('structuralSchema', () => {
  test.each([
    {
      name: 'keeps bounds, patterns and descriptions of a string',
      schema: z.string().min(1).max(9).regex(/^a+$/u).describe('As.'),
      want: { description: 'As.', type: 'string', pattern: '^a+$', minLength: 1, maxLength: 9 },
    },
    {
      name: 'makes an integer 64 bits wide',
      schema: z.int().min(0).max(5),
      want: { type: 'integer', format: 'int64', minimum: 0, maximum: 5 },
    },
    { name: 'drops the bounds of safe integers, which are JavaScript’s', schema: z.int(), want: { type: 'integer', format: 'int64' } },
    { name: 'keeps a default and does not require the field', schema: z.object({ a: z.boolean().default(true) }), want: boolWithDefault() },
    {
      name: 'turns a record into a map, without the schema of its keys, which a CRD cannot hold',
      schema: z.record(z.string().max(3), z.string().max(4)).meta({ maxProperties: 2 }),
      want: { type: 'object', maxProperties: 2, additionalProperties: { type: 'string', maxLength: 4 } },
    },
    {
      name: 'hands rules and list types through',
      schema: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'set', 'x-kubernetes-validations': [{ rule: 'true', message: 'no' }] }),
      want: {
        type: 'array',
        items: { type: 'string' },
        'x-kubernetes-list-type': 'set',
        'x-kubernetes-validations': [{ rule: 'true', message: 'no' }],
      },
    },
  ])('$name', ({ schema, want }) => {
    expect(structuralSchema(schema, 'spec')).toEqual(want);
  });

  test.each([
    {
      name: 'a union',
      schema: z.object({ a: z.union([z.string(), z.int()]) }),
      says: 'Thing.spec.a: a structural schema cannot hold "anyOf"',
    },
    {
      name: 'an object that refuses other fields',
      schema: z.object({ a: z.strictObject({}) }),
      says: 'Thing.spec.a: a structural schema cannot refuse other fields',
    },
    {
      name: 'a value of any type',
      schema: z.object({ list: z.array(z.unknown()) }),
      says: 'Thing.spec.list[]: a structural schema needs a type',
    },
    {
      name: 'a number that is not whole',
      schema: z.object({ n: z.number() }),
      says: 'Thing.spec.n: a structural schema needs a type, and "number" is none',
    },
    { name: 'a null', schema: z.object({ n: z.string().nullable() }), says: 'Thing.spec.n: a structural schema cannot hold "nullable"' },
  ])('refuses $name, and says where it is', ({ schema, says }) => {
    expect(() => structuralSchema(schema, 'Thing.spec')).toThrow(says);
  });

  test('writes keywords in one order, whatever order zod has them in', () => {
    const keys = Object.keys(structuralSchema(z.string().max(3).min(1).describe('x'), 'spec'));
    expect(keys).toEqual(['description', 'type', 'minLength', 'maxLength']);
  });
});

function boolWithDefault(): object {
  return { type: 'object', properties: { a: { type: 'boolean', default: true } } };
}
