/** Places in a kustomization, and in the files that it reads, that make the data of a generated ConfigMap: literals, and lines of files of variables. */
import { type Document, isScalar, type Scalar } from 'yaml';
import type { FieldPath } from '../yaml/document.ts';
import { itemsAt, stringAt } from '../yaml/document.ts';
import { replaceScalar, type Splice, type SpliceResult } from '../yaml/splice.ts';

interface WantedData {
  readonly kind: string;
  /** As rendered: with the hash of its content. */
  readonly name: string;
  readonly path: FieldPath;
  /** Data is text. */
  readonly value: string | number;
}

/** The key of a ConfigMap's data that is wanted; undefined where something else is. */
export function dataKey({ kind, path }: WantedData): string | undefined {
  const [field, key, ...rest] = path;
  return kind === 'ConfigMap' && field === 'data' && typeof key === 'string' && rest.length === 0 ? key : undefined;
}

export function inLiterals(text: string, document: Document, wanted: WantedData): readonly SpliceResult[] {
  const key = dataKey(wanted);
  if (key === undefined) return [];
  return itemsAt(document, ['configMapGenerator']).flatMap((generator) => {
    const name = stringAt(document, ['name'], generator);
    if (name === undefined || !wanted.name.includes(name)) return [];
    return itemsAt(document, ['literals'], generator).flatMap((item) =>
      isScalar(item) && typeof item.value === 'string' && item.value.startsWith(`${key}=`)
        ? [literal(text, item, key, String(wanted.value))]
        : [],
    );
  });
}

/** Behind a name and a `=` a text stays a text, so that it needs no quotes which it has not. */
function literal(text: string, scalar: Scalar, key: string, value: string): SpliceResult {
  const [start = 0, end = 0] = scalar.range ?? [];
  const source = text.slice(start, end);
  if (source !== scalar.value) return replaceScalar(text, scalar, `${key}=${value}`);
  if (!/^[\w./:@+=-]*$/u.test(value) || value.endsWith(':')) return { refused: 'the value needs quotes, which the literal has not' };
  return { start: start + key.length + 1, end, text: value };
}

/** `KEY=value` in a file of variables. */
export function inVariables(text: string, wanted: WantedData): readonly Splice[] {
  const key = dataKey(wanted);
  if (key === undefined || String(wanted.value).includes('\n')) return [];
  let at = 0;
  return text.split('\n').flatMap((raw) => {
    const start = at;
    at += raw.length + 1;
    const line = raw.replace(/\r$/u, '');
    return line.startsWith(`${key}=`) ? [{ start: start + key.length + 1, end: start + line.length, text: String(wanted.value) }] : [];
  });
}
