/**
 * What one field manager owns of an object, by server-side apply's own bookkeeping (`metadata.managedFields`, format
 * FieldsV1: `f:` a field, `k:` an element of a list by its keys, `v:` a set's value, `i:` an element by index, `.` the thing itself).
 */
import type { KubeObject } from './object.ts';

type FieldSet = Readonly<Record<string, unknown>>;

/**
 * The part of `object` that `manager` applied through `subresource`: its fields with their present values. Undefined when that manager has
 * applied nothing.
 */
export function appliedPart(object: KubeObject, manager: string, subresource: string): unknown {
  const entry = object.metadata.managedFields?.find(
    (each) => each.manager === manager && each.operation === 'Apply' && each.subresource === subresource,
  );
  return isFieldSet(entry?.fieldsV1) ? pick(object, entry.fieldsV1) : undefined;
}

function pick(value: unknown, fields: FieldSet): unknown {
  const members = Object.entries(fields).filter(([name]) => name !== '.');
  if (members.length === 0) return value;
  if (Array.isArray(value)) return pickElements(value, members);
  if (typeof value !== 'object' || value === null) return value;
  const found: Record<string, unknown> = {};
  for (const [name, below] of members) {
    const field = name.slice(2);
    const member = (value as Record<string, unknown>)[field];
    if (name.startsWith('f:') && member !== undefined && isFieldSet(below)) found[field] = pick(member, below);
  }
  return found;
}

/** In the order of the list, which the manager's intent keeps. */
function pickElements(list: readonly unknown[], members: readonly (readonly [string, unknown])[]): unknown[] {
  return list.flatMap((element, at) => {
    const owned = members.find(([name]) => names(name, element, at));
    return owned !== undefined && isFieldSet(owned[1]) ? [pick(element, owned[1])] : [];
  });
}

function names(member: string, element: unknown, at: number): boolean {
  const what = member.slice(2);
  if (member.startsWith('i:')) return Number(what) === at;
  const wanted: unknown = JSON.parse(what);
  if (member.startsWith('v:')) return wanted === element;
  return (
    typeof wanted === 'object' &&
    wanted !== null &&
    typeof element === 'object' &&
    element !== null &&
    Object.entries(wanted).every(([key, value]) => (element as Record<string, unknown>)[key] === value)
  );
}

function isFieldSet(value: unknown): value is FieldSet {
  return typeof value === 'object' && value !== null;
}
