/** What must hold of every kind, field and column, whoever adds one. */
import { describe, expect, test } from 'vitest';
import { APPROVAL_CONDITIONS } from '../../../src/crds/approval.ts';
import { type KindDefinition, kindDefinitions } from '../../../src/crds/definitions.ts';
import { objectSchema } from '../../../src/crds/generate/crd.ts';
import type { StructuralSchema } from '../../../src/crds/generate/structural.ts';
import { INCIDENT_CONDITIONS } from '../../../src/crds/incident.ts';
import { INVESTIGATION_CONDITIONS } from '../../../src/crds/investigation.ts';
import { FINDING_REASONS } from '../../../src/crds/reasons.ts';
import { PLAN_CONDITIONS } from '../../../src/crds/remediationPlan.ts';
import { POLICY_CONDITIONS } from '../../../src/crds/remediationPolicy.ts';

interface Field {
  readonly path: string;
  readonly schema: StructuralSchema;
}

/** Everything below spec and status; what the API server itself defines is left out. */
const fields = kindDefinitions.flatMap((definition) => {
  const { spec, status } = objectSchema(definition).properties ?? {};
  const { kind } = definition.resource;
  return [...fieldsOf(spec, `${kind}.spec`), ...fieldsOf(status, `${kind}.status`)];
});

describe('every field', () => {
  test('is explained, so that kubectl explain says something', () => {
    const silent = fields.filter(({ path, schema }) => schema.description === undefined && !isElement(path));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test('is bounded, so that an object has a size and a rule has a cost', () => {
    const unbounded = fields.filter(({ schema }) => !isBounded(schema));
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  test('that counts or measures is an integer of 64 bits', () => {
    const narrow = fields.filter(({ schema }) => schema.type === 'integer' && schema.format !== 'int64');
    expect(narrow.map(({ path }) => path)).toEqual([]);
  });
});

describe('rules', () => {
  const rules = fields.flatMap(({ path, schema }) => (schema['x-kubernetes-validations'] ?? []).map((rule) => ({ path, ...rule })));

  test('each say in words what is wrong', () => {
    expect(rules.length).toBeGreaterThan(0);
    for (const { message } of rules) expect(message).toMatch(/\w+ \w+ \w+/u);
  });

  test.each(['Investigation', 'RemediationPlan', 'Approval'])('keep the spec of %s as it was created', (kind) => {
    expect(rules.filter(({ path, rule }) => path === `${kind}.spec` && rule === 'self == oldSelf')).toHaveLength(1);
  });

  test('do not look at what a stranger’s alert carries: intake would have to drop it', () => {
    expect(rules.filter(({ path }) => path.startsWith('Incident.spec.alerts'))).toEqual([]);
  });
});

describe('every kind', () => {
  test.each(kindDefinitions.map((definition) => ({ kind: definition.resource.kind, definition })))(
    '$kind shows columns that lead to a field',
    ({ definition }) => {
      const lost = definition.columns.filter(({ jsonPath }) => !leadsSomewhere(definition, jsonPath));
      expect(lost).toEqual([]);
    },
  );

  test('has a short name of its own', () => {
    expect(kindDefinitions.map(({ shortName }) => shortName)).toEqual(['inc', 'inv', 'rp', 'apv', 'rpol']);
  });

  test('explains just the conditions that its controller sets', () => {
    expect(kindDefinitions.map(({ conditions }) => Object.keys(conditions))).toEqual([
      [...INCIDENT_CONDITIONS],
      [...INVESTIGATION_CONDITIONS],
      [...PLAN_CONDITIONS],
      [...APPROVAL_CONDITIONS],
      [...POLICY_CONDITIONS],
    ]);
  });

  test('keeps conditions as a map by type, so that each has one writer', () => {
    for (const definition of kindDefinitions) {
      const conditions = objectSchema(definition).properties?.['status']?.properties?.['conditions'];
      expect(conditions).toMatchObject({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
    }
  });
});

test('no reason is in the vocabulary twice', () => {
  expect(new Set(FINDING_REASONS).size).toBe(FINDING_REASONS.length);
});

function fieldsOf(schema: StructuralSchema | undefined, path: string): readonly Field[] {
  if (schema === undefined) return [];
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => fieldsOf(property, `${path}.${name}`));
  return [{ path, schema }, ...named, ...fieldsOf(schema.items, `${path}[]`), ...fieldsOf(schema.additionalProperties, `${path}{}`)];
}

function isElement(path: string): boolean {
  return path.endsWith('[]') || path.endsWith('{}');
}

function isBounded({ type, enum: values, maxLength, maxItems, maxProperties, additionalProperties }: StructuralSchema): boolean {
  if (type === 'string') return values !== undefined || maxLength !== undefined;
  if (type === 'array') return maxItems !== undefined;
  return additionalProperties === undefined || maxProperties !== undefined;
}

/** Follows `.a.b[0].c` and `.a[?(...)].b` through the schema. */
function leadsSomewhere(definition: KindDefinition, jsonPath: string): boolean {
  if (jsonPath.startsWith('.metadata.')) return true;
  const names = jsonPath
    .replaceAll(/\[[^\]]*\]/gu, '')
    .split('.')
    .slice(1);
  let at: StructuralSchema | undefined = objectSchema(definition);
  for (const name of names) at = (at?.items ?? at)?.properties?.[name];
  return at !== undefined;
}
