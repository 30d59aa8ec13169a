/** Whether an object is of a selection, judged here as the API server judges it: for objects that are already in memory. */
import { ownMember } from '../../domain/ownMember.ts';
import type { Selection } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Selector } from './snapshot.ts';

type Labels = Readonly<Record<string, string>>;

export function isSelected(object: KubeObject, { namespace, labelSelector, fieldSelector }: Selection): boolean {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  return fitsLabels(object.metadata.labels ?? {}, labelSelector) && fitsFields(object, fieldSelector);
}

/** Up to a comma that is in no parentheses. */
const REQUIREMENT = /(?:[^,(]|\([^)]*\)?)+/gu;

/** The syntax of list calls: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`. */
function fitsLabels(labels: Labels, selector: string | undefined): boolean {
  if (selector === undefined) return true;
  return (selector.match(REQUIREMENT) ?? []).every((requirement) => fitsRequirement(labels, requirement.trim()));
}

function fitsRequirement(labels: Labels, requirement: string): boolean {
  const set = /^(\S+) (in|notin) \(([^)]*)\)$/u.exec(requirement);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const isIn = list.split(',').some((value) => value.trim() === ownMember(labels, key));
    return operator === 'in' ? isIn : !isIn;
  }
  if (requirement.startsWith('!')) return ownMember(labels, requirement.slice(1)) === undefined;
  const [unequal = '', other] = requirement.split('!=');
  if (other !== undefined) return labels[unequal] !== other;
  const [key = '', value] = requirement.split(/==?/u);
  return value === undefined ? ownMember(labels, key) !== undefined : labels[key] === value;
}

function fitsFields(object: KubeObject, selector: string | undefined): boolean {
  if (selector === undefined) return true;
  return selector.split(',').every((term) => {
    const [path = '', value = ''] = term.split(/==?/u);
    const found = path.split('.').reduce<unknown>(member, object) ?? '';
    return typeof found === 'string'
      ? found === value
      : (typeof found === 'number' || typeof found === 'boolean') && String(found) === value;
  });
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;

/** An empty selector selects everything, as in policies and budgets. */
export function selects({ labels, expressions }: Selector, of: Labels): boolean {
  return (
    Object.entries(labels).every(([key, value]) => of[key] === value) &&
    expressions.every(({ key, operator, values }) => fitsExpression(ownMember(of, key), operator, values))
  );
}

/** Operators of label selectors and, for numbers, of node affinity. */
export function fitsExpression(value: string | undefined, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return whole(value) > whole(values[0]);
    case 'Lt':
      return whole(value) < whole(values[0]);
    default:
      return false;
  }
}

/** NaN, which fits no comparison, for what is no whole number. */
const whole = (text = ''): number => (/^-?\d+$/u.test(text) ? Number(text) : Number.NaN);
