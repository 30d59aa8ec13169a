/** Texts of an Investigation, on one line and of a bounded length, whoever wrote them. */
import type { ObjectRef } from '../crds/common.ts';
import { oneLine } from '../text/plain.ts';

const SEPARATORS = /[\p{Zs}\p{Zl}\p{Zp}]+/gu;

/** On one line, without what hides or reorders characters, and without halves of characters, which no JSON may carry. */
export function clean(text: string): string {
  return oneLine(text).toWellFormed().replace(SEPARATORS, ' ').trim();
}

/** At most so many UTF-16 units, cut between code points, and marked as cut. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, Math.max(0, most - 1)).replace(/[\ud800-\udbff]$/u, '')}…`;
}

/** `Deployment/shop/checkout (app)` */
export function objectText({ kind, namespace, name, container }: ObjectRef): string {
  const where = namespace === undefined || namespace === '' ? '' : `${namespace}/`;
  return clean(`${kind}/${where}${name}${container === undefined ? '' : ` (${container})`}`);
}

/** ` [f1, e2]`, as the texts of a report cite. */
export function citation(ids: readonly (string | undefined)[]): string {
  const known = ids.filter((id) => id !== undefined);
  return known.length === 0 ? '' : ` [${known.join(', ')}]`;
}
