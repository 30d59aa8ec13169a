/** `docs/api.md` and `docs/reasons.md`: the API as people read it, made from the schemas, rules, roles and policies that the cluster is given. */
import { stringify } from 'yaml';
import { renderAdmission } from '../admission/render.ts';
import { API_VERSION, CATEGORY } from '../common.ts';
import { type KindDefinition, kindDefinitions } from '../definitions.ts';
import { PROCESSES } from '../installation.ts';
import type { Manifest } from '../manifest.ts';
import { ownNamespaceRules, type PolicyRule, processRules, renderPeople } from '../rbac.ts';
import { findingReasonGroups, holdReasons } from '../reasons.ts';
import { samples } from '../samples.ts';
import { objectSchema } from './crd.ts';
import { fieldRows, sharedShapes } from './fields.ts';
import { code, table } from './markdown.ts';
import type { StructuralSchema } from './structural.ts';

const HEADER = '<!-- Generated from src/crds by `make generate`. Do not edit. -->\n';

export function apiReference(): string {
  const sections = [
    HEADER + `# API reference: ${code(API_VERSION)}`,
    introduction(),
    ...kindDefinitions.map(kindSection),
    sharedSection(),
    admissionSection(),
    rbacSection(),
  ];
  return `${sections.join('\n\n')}\n`;
}

export function reasonsReference(): string {
  const groups = Object.entries(findingReasonGroups).map(([title, reasons]) => reasonTable(`## ${title}`, reasons));
  const intro =
    'What a finding of an Investigation can say is wrong. Analyzers give these names, rules match them, and they stay as they are once published.';
  const held = [
    '# Reasons that hold a plan up',
    'Why a RemediationPlan that may begin does not yet: reasons of its condition `Approved` while it is `False`. It goes on by itself, and a revert is never held up.',
    reasonTable('', holdReasons),
  ];
  return `${[`${HEADER}# Reasons of findings`, intro, ...groups, ...held].join('\n\n')}\n`;
}

function reasonTable(heading: string, reasons: Readonly<Record<string, string>>): string {
  const rows = Object.entries(reasons).map(([reason, means]) => [code(reason), means]);
  return [heading, table(['Reason', 'Means'], rows)].filter((part) => part !== '').join('\n\n');
}

function introduction(): string {
  const rows = kindDefinitions.map(({ resource, shortName, madeBy, statusWriter }) => [
    `[${resource.kind}](#${resource.kind.toLowerCase()})`,
    code(shortName),
    resource.namespaced ? 'namespace' : 'cluster',
    madeBy,
    `the ${statusWriter}`,
  ]);
  return [
    table(['Kind', 'Short', 'Scope', 'Made by', 'Status written by'], rows),
    `All are in category ${code(CATEGORY)}: ${code(`kubectl get ${CATEGORY}`)} lists them, ${code('kubectl explain incident.status')} explains them. A spec is what people or intake say; a status is what Agent-SRE found. Conditions are the truth (${code('kubectl wait --for=condition=Resolved incident/NAME')}); a phase is derived from them, for people. Every list, map and string has a bound.`,
    'An object in the operator’s namespace may be about the whole cluster; one in another namespace is about that namespace only.',
  ].join('\n\n');
}

function kindSection(definition: KindDefinition): string {
  const { resource, description, columns, conditions } = definition;
  const { properties } = objectSchema(definition);
  const { spec, status } = properties as Readonly<Record<'spec' | 'status', StructuralSchema>>;
  const rules = rulesOf(spec, 'spec');
  return [
    `## ${resource.kind}`,
    description,
    `### ${resource.kind}: spec`,
    fieldTable(spec),
    ...(rules.length === 0 ? [] : ['The API server also refuses:', table(['Where', 'Says'], rules)]),
    `### ${resource.kind}: status`,
    status.description ?? '',
    fieldTable(status),
    table(
      ['Condition', 'True means'],
      Object.entries(conditions).map(([type, means]) => [code(type), means]),
    ),
    `### ${resource.kind}: columns`,
    table(
      ['Column', 'Shows', ''],
      columns.map(({ name, description: shows, wide }) => [name.toUpperCase(), shows, wide === true ? 'with `-o wide`' : '']),
    ),
    ...exampleOf(resource.kind),
  ].join('\n\n');
}

function fieldTable(schema: StructuralSchema): string {
  return table(['Field', 'Type', 'Meaning'], fieldRows(schema));
}

function exampleOf(kind: string): readonly string[] {
  const sample = Object.values(samples).find((candidate) => candidate.kind === kind);
  return sample === undefined ? [] : [`### ${kind}: example`, `\`\`\`yaml\n${stringify(sample, { lineWidth: 0 })}\`\`\``];
}

/** CEL rules below `schema`, as path and message. */
function rulesOf(schema: StructuralSchema, path: string): readonly (readonly [string, string])[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message, fieldPath = '' }) => [code(path + fieldPath), message] as const);
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => rulesOf(property, `${path}.${name}`));
  const items = schema.items === undefined ? [] : rulesOf(schema.items, `${path}[]`);
  return [...own, ...below, ...items];
}

function sharedSection(): string {
  const shapes = sharedShapes.map(({ name, says, schema }) => `### ${name}\n\n${says}\n\n${fieldTable(schema)}`);
  return ['## Shared shapes', ...shapes].join('\n\n');
}

function admissionSection(): string {
  const purposeOf = ({ metadata }: Manifest): string => metadata.annotations?.['agentsre.io/purpose'] ?? '';
  const rows = renderAdmission()
    .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy' || kind === 'MutatingAdmissionPolicy')
    .map((manifest) => [
      code(manifest.metadata.name),
      manifest.kind === 'MutatingAdmissionPolicy' ? 'fills in' : 'refuses',
      purposeOf(manifest),
    ]);
  return [
    '## Admission',
    'The API server judges first, by the policies in `config/admission`; the executor judges again before every effect, and acts only while the refusing policies and their bindings are in place as they were installed. Where MutatingAdmissionPolicy is missing (before Kubernetes 1.36), install `config/admission/without-mutation`: people then write `spec.requestedBy`, `spec.approver` and `spec.approverGroups` themselves, and the API server checks them.',
    table(['Policy', '', 'What for'], rows),
    'For some seconds after the CustomResourceDefinitions were made, or the API server restarted, a kind with a policy that fills in is answered with 503 ("Resource kind … not found. There can be a delay"): try again. Whoever may impersonate a person is that person to the API server; give that right to nobody, or read `config/rbac/chat`.',
  ].join('\n\n');
}

function rbacSection(): string {
  const people = renderPeople().map(({ metadata, ...role }) => {
    const says = metadata.annotations?.['agentsre.io/purpose'] ?? '';
    return `### ${code(metadata.name)}\n\n${says}\n\n${ruleTable(role['rules'] as readonly PolicyRule[])}`;
  });
  const processes = PROCESSES.map(
    (process) =>
      `### The ${process}\n\nIn every namespace:\n\n${ruleTable(processRules[process])}\n\nIn the operator’s own namespace:\n\n${ruleTable(ownNamespaceRules[process])}`,
  );
  return [
    '## Roles',
    'No process may read a Secret. Roles of people are ClusterRoles: bind them in a namespace, or for the whole cluster.',
    ...people,
    ...processes,
  ].join('\n\n');
}

function ruleTable(rules: readonly PolicyRule[]): string {
  return table(
    ['API group', 'Resources', 'Verbs'],
    rules.map(({ apiGroups, resources, verbs }) => [
      apiGroups.map((group) => (group === '' ? 'core' : group)).join(', '),
      resources.join(', '),
      verbs.join(', '),
    ]),
  );
}
