/** A YAML file as plain data that still knows on which line each setting stands. */
import { isMap, isPair, LineCounter, parseDocument } from 'yaml';
import { ConfigError, type Path } from './problems.ts';

export interface Source {
  readonly data: unknown;
  /** `config.yaml:12` for a path; for one that is not written there, of the nearest that is. */
  readonly whereIs: (path: Path) => string;
}

/** @param name as messages call the file */
export function parseSource(text: string, name: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map(({ message, pos }) => ({
        where: `${name}:${lines.linePos(pos[0]).line}`,
        path: '',
        message: `not valid YAML: ${message}`,
      })),
    );
  }
  const lineOf = (path: Path): number | undefined => {
    const offset = offsetOf(document.contents, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  return {
    data: document.toJS({ maxAliasCount: 20 }) ?? {},
    whereIs: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const line = lineOf(path.slice(0, length));
        if (line !== undefined) return `${name}:${line}`;
      }
      return name;
    },
  };
}

/** Offset of a setting's key, or of a list's item. */
function offsetOf(root: unknown, path: Path): number | undefined {
  let at: unknown = root;
  let offset: number | undefined;
  for (const part of path) {
    const found = isMap(at) ? at.items.find((pair) => isPair(pair) && String(pair.key) === String(part)) : undefined;
    if (found !== undefined) {
      offset = startOf(found.key);
      at = found.value;
    } else {
      at = itemOf(at, part);
      offset = startOf(at);
    }
    if (at === undefined || offset === undefined) return undefined;
  }
  return offset;
}

function itemOf(node: unknown, part: PropertyKey): unknown {
  if (typeof part !== 'number' || typeof node !== 'object' || node === null || !('items' in node)) return undefined;
  return (node.items as readonly unknown[])[part];
}

function startOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node
    ? (node.range as readonly number[] | null | undefined)?.[0]
    : undefined;
}
