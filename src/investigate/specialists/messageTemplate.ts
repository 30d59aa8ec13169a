/**
 * Sentences of rules, with plain fields: `{{namespace}}`, `{{workload}}`, `{{pod}}`, `{{alert}}`, and `{{metrics.NAME}}` for the value of a
 * query of the same specialist. What stands in a field is a name or a number, never free text of strangers; what is not known reads "unknown".
 */
import { cut } from '../../sources/text.ts';

export interface MessageFields {
  readonly namespace?: string | undefined;
  readonly workload?: string | undefined;
  readonly pod?: string | undefined;
  readonly alert?: string | undefined;
  readonly metrics: ReadonlyMap<string, number>;
}

const FIELD = /\{\{([^{}]{0,100})\}\}/gu;
const NAMES = ['namespace', 'workload', 'pod', 'alert'] as const;
const METRIC = 'metrics.';
/** Names of objects and of alerts; nothing that could read as a sentence. */
const PLAIN_NAME = /^[A-Za-z0-9_.:-]{1,253}$/u;
const LONGEST_MESSAGE = 500;

/** What is wrong with a template; undefined when nothing is. @param queries names of the specialist's queries */
export function wrongMessage(template: string, queries: readonly string[]): string | undefined {
  const known = [...NAMES, ...queries.map((name) => `${METRIC}${name}`)];
  const unknown = [...template.matchAll(FIELD)].find(({ 1: field = '' }) => !known.includes(field));
  return unknown && `${unknown[0]} is not a field; there are ${known.map((field) => `{{${field}}}`).join(', ')}`;
}

export function fillMessage(template: string, fields: MessageFields): string {
  const filled = template.replace(FIELD, (_text, field: string) => valueOf(field, fields) ?? 'unknown');
  return cut(filled.replace(/\s+/gu, ' ').trim(), LONGEST_MESSAGE);
}

function valueOf(field: string, fields: MessageFields): string | undefined {
  if (field.startsWith(METRIC)) {
    const value = fields.metrics.get(field.slice(METRIC.length));
    return value === undefined ? undefined : String(Number(value.toPrecision(4)));
  }
  const name = NAMES.find((known) => known === field);
  const value = name === undefined ? undefined : fields[name];
  return value !== undefined && PLAIN_NAME.test(value) ? value : undefined;
}
