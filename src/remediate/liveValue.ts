/** Reads a live object by a path as `compareRendered` writes it: `spec.template.spec.containers[app].image`, `data["a.b"]`, `args[0]`. */

import { LIST_KEYS } from '../gitops/kustomize/compare.ts';

const STEP = /\.?([A-Za-z_$][\w$-]*)|\[("(?:[^"\\]|\\.)*"|[^\]]*)\]/guy;

/** As text; what is no scalar as JSON. */
export function liveValue(object: unknown, path: string): string | undefined {
  let value: unknown = object;
  for (const [, field, item] of path.matchAll(STEP)) {
    if (value === undefined || value === null) return undefined;
    value = field === undefined ? inBrackets(value, item ?? '') : (value as Record<string, unknown>)[field];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function inBrackets(value: unknown, item: string): unknown {
  if (item.startsWith('"')) return (value as Record<string, unknown>)[JSON.parse(item) as string];
  if (!Array.isArray(value)) return undefined;
  const items = value as readonly (Record<string, unknown> | undefined)[];
  for (const key of LIST_KEYS) {
    const found = items.find((entry) => typeof entry === 'object' && String(entry[key]) === item);
    if (found !== undefined) return found;
  }
  return items[Number(item)];
}
