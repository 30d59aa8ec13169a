/**
 * A zod schema as the structural OpenAPI v3 schema that a CustomResourceDefinition takes.
 *
 * Guarantees: only keywords that apiextensions.k8s.io/v1 admits, in a fixed order; everything else is an error that names the path, never dropped in
 * silence. Bounds that JavaScript needs and Kubernetes does not (safe integers) go. Rules arrive as metadata (`rules.ts`).
 */
import { z } from 'zod';

export interface StructuralSchema {
  readonly description?: string;
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly items?: StructuralSchema;
  readonly additionalProperties?: StructuralSchema;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string; readonly fieldPath?: string }[];
}

/** Scalars first, then what nests, then the extensions: the order in which a person reads the YAML. */
const KEYWORDS = [
  'description',
  'type',
  'format',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'default',
  'minItems',
  'maxItems',
  'maxProperties',
  'required',
  'properties',
  'items',
  'additionalProperties',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
] as const;
const TYPES: readonly unknown[] = ['object', 'array', 'string', 'integer', 'boolean'] satisfies readonly StructuralSchema['type'][];

type Json = Readonly<Record<string, unknown>>;

export function structuralSchema(schema: z.ZodType, path: string): StructuralSchema {
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'throw',
    cycles: 'throw',
    reused: 'inline',
  });
  return structural(json, path);
}

function structural(json: Json, path: string): StructuralSchema {
  for (const keyword of Object.keys(json)) {
    if (!(KEYWORDS as readonly string[]).includes(keyword)) throw new Error(`${path}: a structural schema cannot hold "${keyword}"`);
  }
  if (!TYPES.includes(json['type'])) throw new Error(`${path}: a structural schema needs a type, and "${String(json['type'])}" is none`);
  if (json['additionalProperties'] === false) throw new Error(`${path}: a structural schema cannot refuse other fields; they are pruned`);
  const converted: Json = json['type'] === 'integer' ? int64(json) : nested(json, path);
  const ordered = KEYWORDS.filter((keyword) => converted[keyword] !== undefined).map((keyword) => [keyword, converted[keyword]] as const);
  return Object.fromEntries(ordered) as unknown as StructuralSchema;
}

function nested(json: Json, path: string): Json {
  const { properties, items, additionalProperties } = json as {
    properties?: Record<string, Json>;
    items?: Json;
    additionalProperties?: Json;
  };
  return {
    ...json,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, structural(property, `${path}.${name}`)])),
    }),
    ...(items && { items: structural(items, `${path}[]`) }),
    ...(additionalProperties && { additionalProperties: structural(additionalProperties, `${path}{}`) }),
  };
}

function int64(json: Json): Json {
  const { minimum, maximum, ...rest } = json;
  return {
    ...rest,
    format: 'int64',
    ...(minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
  };
}
