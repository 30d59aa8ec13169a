/**
 * The fields of a request: JSON, or plain text where a route has a field for it, within bounds of size and depth, all bodies together
 * within one more. What `curl -d` and `fetch` send where nobody says a type is taken for the JSON that it is.
 */
import { bytesOf } from '../../intake/body.ts';
import type { Buffered } from '../../intake/buffered.ts';
import { ToolError } from '../../tools/errors.ts';
import { Refusal } from '../refusal.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface FieldsOptions {
  readonly maxBytes: number;
  /** The field that a body of plain text is. */
  readonly textField?: string | undefined;
  readonly buffer: Buffered;
}

const MAX_DEPTH = 32;

export async function fieldsOf(request: Request, { maxBytes, textField, buffer }: FieldsOptions): Promise<Fields> {
  const type = typeOf(request, textField);
  using held = buffer.open();
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytesOf(request, { maxBytes, advice: 'send less at once' }, held.add)) chunks.push(chunk);
  const text = decoded(Buffer.concat(chunks));
  if (type === 'text' && textField !== undefined) return { [textField]: text };
  const value = parsed(text, textField);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ToolError('Invalid', 'The body is JSON and not an object; send the fields as in {"name": "value"}.');
  return value as Fields;
}

function typeOf({ headers }: Request, textField: string | undefined): 'json' | 'text' {
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/plain' && textField !== undefined) return 'text';
  const isDefault = type === '' || type === 'application/x-www-form-urlencoded' || type === 'text/plain';
  if (isDefault || type === 'application/json' || /^application\/[a-z0-9.-]+\+json$/u.test(type)) return 'json';
  const wanted = textField === undefined ? 'application/json' : 'application/json or text/plain';
  throw new Refusal(415, `The content type ${JSON.stringify(type.slice(0, 100))} is not understood; send ${wanted}.`);
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ToolError('Invalid', 'The body is not text in UTF-8.', { cause });
  }
}

function parsed(text: string, textField: string | undefined): unknown {
  const hint = textField === undefined ? '' : ', or plain text with the header Content-Type: text/plain';
  if (text.trim() === '') return {};
  if (isDeep(text)) throw new ToolError('Invalid', `The body is nested more than ${MAX_DEPTH} deep; send plain fields.`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ToolError('Invalid', `The body is not JSON${whereOf(cause, text)}; send an object such as {"name": "value"}${hint}.`, {
      cause,
    });
  }
}

/** The engine names the place, and quotes what stands there, which is not for an answer. */
function whereOf(cause: unknown, text: string): string {
  const position = /at position ([0-9]+)/u.exec((cause as Error).message)?.[1];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return ` at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** By counting brackets outside of strings: nothing is built of what is too deep. */
function isDeep(text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isString = !isString;
    else if (isString && code === BACKSLASH) at += 1;
    else if (!isString && (code === CURLY || code === SQUARE)) depth += 1;
    else if (!isString && (code === CURLY + 2 || code === SQUARE + 2)) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

const [QUOTE, BACKSLASH, CURLY, SQUARE] = [0x22, 0x5c, 0x7b, 0x5b];
