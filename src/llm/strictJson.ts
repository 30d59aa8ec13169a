/**
 * JSON as RFC 8259 has it, and nothing beside it: a key that stands twice, text before or after, and deep nesting are errors.
 *
 * `JSON.parse` lets the last of two equal keys win, so that a checker and a reader who differ in that see different objects. It judges
 * the grammar here too; the scan before it only looks for what it lets pass.
 */

export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError';
}

const DEEPEST = 32;

/** @throws StrictJsonError with what is wrong, in words that a model can act on */
export function parseStrictJson(text: string, maxBytes: number): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw new StrictJsonError(`it has ${bytes} bytes, at most ${maxBytes} are read`);
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    throw new StrictJsonError(
      text.trimStart().startsWith('{')
        ? 'it is not valid JSON'
        : 'it is not a JSON object: write the object alone, without any text around it',
    );
  }
  refuseDoubledKeys(text);
  return value;
}

/** Over a text that is valid JSON: keys of each open object, one pass. */
function refuseDoubledKeys(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined);
      if (open.length > DEEPEST) throw new StrictJsonError(`it is nested deeper than ${DEEPEST} levels`);
    } else if (character === '}' || character === ']') open.pop();
    if (character !== '"') {
      at += 1;
      continue;
    }
    const end = stringEnd(text, at);
    const keys = open.at(-1);
    if (keys !== undefined && isFollowedByColon(text, end)) addKey(keys, JSON.parse(text.slice(at, end)) as string);
    at = end;
  }
}

function addKey(keys: Set<string>, key: string): void {
  if (keys.has(key)) throw new StrictJsonError(`the key ${JSON.stringify(key.slice(0, 60))} stands twice in one object`);
  keys.add(key);
}

function stringEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isFollowedByColon(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  return text[at] === ':';
}
