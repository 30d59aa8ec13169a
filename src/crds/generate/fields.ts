/** The fields of a structural schema as rows for people: path, type with its bounds, what it means. Shapes that recur are named, not repeated. */
import type { z } from 'zod';
import { condition, fieldChange, objectRef, pinnedRef, requester, syncRecord, usage, waitingOn } from '../common.ts';
import { code } from './markdown.ts';
import { type StructuralSchema, structuralSchema } from './structural.ts';

interface Shape {
  readonly name: string;
  readonly says: string;
  readonly schema: StructuralSchema;
}

const shape = (name: string, says: string, schema: z.ZodType): Shape => ({ name, says, schema: structuralSchema(schema, name) });

/** Shapes that several kinds share; each has a table of its own. */
export const sharedShapes: readonly Shape[] = [
  shape('ObjectRef', 'An object of any kind. Server-side apply replaces it as one value.', objectRef),
  shape('PinnedRef', 'An object of ours in the same namespace, pinned by uid.', pinnedRef),
  shape('Requester', 'Somebody, as the API server authenticated them.', requester),
  shape('Condition', 'metav1.Condition, as every Kubernetes tool reads it.', condition),
  shape('WaitingOn', 'Who has to act next.', waitingOn().unwrap()),
  shape('FieldChange', 'One field of one rendered object, before and after.', fieldChange),
  shape('SyncRecord', 'A revision that a GitOps engine reported.', syncRecord),
  shape('Usage', 'What was spent.', usage().unwrap()),
];

/** Rows of path, type, meaning; a struct is followed by its own fields. */
export function fieldRows(schema: StructuralSchema, path = ''): readonly (readonly string[])[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const need = required.has(name) ? '**required**' : defaultOf(property);
    const row = [code(at), typeOf(property), [need, property.description ?? ''].filter((part) => part !== '').join(' ')];
    return [row, ...nestedRows(property, at)];
  });
}

function nestedRows(schema: StructuralSchema, path: string): readonly (readonly string[])[] {
  if (shapeOf(schema) !== undefined) return [];
  if (schema.type === 'array' && schema.items !== undefined) return nestedRows(schema.items, `${path}[]`);
  return fieldRows(schema, path);
}

function defaultOf({ default: value }: StructuralSchema): string {
  return value === undefined ? '' : `default ${code(JSON.stringify(value))}.`;
}

function typeOf(schema: StructuralSchema): string {
  const named = shapeOf(schema);
  if (named !== undefined) return `[${named.name}](#${named.name.toLowerCase()})`;
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  return TYPES[schema.type](schema);
}

const TYPES: Readonly<Record<StructuralSchema['type'], (schema: StructuralSchema) => string>> = {
  array: ({ items, maxItems }) => `list of ${items === undefined ? 'anything' : typeOf(items)}, at most ${String(maxItems)}`,
  object: ({ additionalProperties, maxProperties }) =>
    additionalProperties === undefined ? 'struct' : `map, at most ${String(maxProperties)}`,
  integer: ({ minimum, maximum }) => `integer${bounds(minimum, maximum)}`,
  boolean: () => 'boolean',
  string: ({ format, minLength, maxLength }) => (format === 'date-time' ? 'time' : `string${bounds(minLength, maxLength)}`),
};

function bounds(least: number | undefined, most: number | undefined): string {
  if (least === undefined && most === undefined) return '';
  if (most === undefined) return ` from ${String(least)}`;
  return least === undefined || least === 0 ? ` up to ${String(most)}` : ` ${String(least)} to ${String(most)}`;
}

function shapeOf(schema: StructuralSchema): Shape | undefined {
  return sharedShapes.find((candidate) => sameFields(candidate.schema, schema));
}

function sameFields(a: StructuralSchema, b: StructuralSchema): boolean {
  return b.properties !== undefined && JSON.stringify([a.properties, a.required]) === JSON.stringify([b.properties, b.required]);
}
