/** Whether two values are the same JSON: the order of an object's members does not matter, and an undefined member is none. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((element, at) => sameJson(element, b[at]));
  }
  const [left, right] = [present(a), present(b)];
  return left.size === right.size && [...left].every(([name, value]) => right.has(name) && sameJson(value, right.get(name)));
}

function present(object: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(object).filter(([, value]) => value !== undefined));
}
