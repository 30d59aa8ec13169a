/**
 * Redacts JSON-like values with what their keys say, and errors with their causes.
 *
 * Depth and number of nodes are bounded; what lies beyond is replaced, never passed through. Getters and `toJSON` that throw,
 * cycles, and keys such as `__proto__` are harmless. Nothing of the input is changed or shared with the result.
 */
import type { KeyMeaning } from './keys.ts';
import type { Kind, Mask } from './kinds.ts';

export interface StructureOptions {
  readonly text: (text: string) => string;
  readonly keyMeaning: (name: string) => KeyMeaning;
  readonly mask: Mask;
  readonly maxDepth: number;
  readonly maxNodes: number;
}

/** Below a key that names a secret, these still say what it is and where it is kept. */
const DESCRIPTIVE_KEYS: ReadonlySet<string> = new Set(
  'name namespace secretName kind apiVersion type mode defaultMode optional path mountPath expirationSeconds audience'.split(' '),
);

interface Walk {
  readonly options: StructureOptions;
  readonly above: Set<object>;
  nodes: number;
}

/** What is known of a value before it is looked at. */
interface Place {
  readonly depth: number;
  /** Everything in here is a secret of this kind. */
  readonly secret?: Kind | undefined;
}

export function redactValue(value: unknown, options: StructureOptions): unknown {
  return walk(value, { depth: 0 }, { options, above: new Set(), nodes: 0 });
}

function walk(value: unknown, place: Place, state: Walk): unknown {
  const { mask, maxDepth, maxNodes } = state.options;
  state.nodes++;
  switch (typeof value) {
    case 'string':
      return place.secret === undefined ? state.options.text(value) : hideString(value, place.secret, state.options);
    case 'number':
    case 'bigint':
      return place.secret === undefined ? value : mask(place.secret, String(value));
    case 'object':
      break;
    case 'boolean':
    case 'undefined':
      return value;
    case 'function':
    case 'symbol':
      return undefined;
  }
  if (value === null) return null;
  if (state.above.has(value)) return mask('circular', '');
  if (place.depth >= maxDepth || state.nodes > maxNodes) return mask('too-deep', '');
  state.above.add(value);
  try {
    return walkObject(value, place, state);
  } finally {
    state.above.delete(value);
  }
}

/** A reference, a literal or a path stays where text would keep it: the text redactor is asked with the key it would see. */
function hideString(value: string, kind: Kind, { text, mask }: StructureOptions): string {
  if (value === '' || kind === 'secret-data') return value === '' ? value : mask(kind, value);
  const harmless = `"password":${JSON.stringify(value)}`;
  return text(harmless) === harmless ? value : mask(kind, value);
}

function walkObject(value: object, place: Place, state: Walk): unknown {
  if (Array.isArray(value)) return walkArray(value, place, state);
  if (value instanceof Error) return walkError(value, place, state);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map)
    return walkEntries(
      [...value].map(([key, item]) => [String(key), item]),
      place,
      state,
    );
  if (value instanceof Set) return walkArray([...value], place, state);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return state.options.mask('binary', '');
  if (value instanceof URL) return state.options.text(value.href);
  if ('toJSON' in value && typeof value.toJSON === 'function') return walk(value.toJSON(), deeper(place), state);
  return walkEntries(Object.entries(value), place, state);
}

const deeper = ({ depth, secret }: Place): Place => ({ depth: depth + 1, secret });

function walkArray(items: readonly unknown[], place: Place, state: Walk): unknown[] {
  const { keyMeaning, maxNodes, mask } = state.options;
  const out: unknown[] = [];
  let next: Kind | undefined;
  for (const [at, item] of items.entries()) {
    if (state.nodes > maxNodes) {
      out.push(mask('too-deep', ''));
      break;
    }
    const announced = next;
    next = typeof item === 'string' && announces(item, at, items) ? keyMeaning(item).secret : undefined;
    const hidden = announced !== undefined && !(typeof item === 'string' && item.startsWith('-'));
    out.push(walk(item, { depth: place.depth + 1, secret: hidden ? announced : place.secret }, state));
  }
  return out;
}

/** `["--password", "x"]` of a command, `["authorization", "x"]` of a list of headers: the next item is a value. */
function announces(item: string, at: number, items: readonly unknown[]): boolean {
  return (item.startsWith('--') && !item.includes('=')) || (at === 0 && items.length === 2 && typeof items[1] === 'string');
}

function walkEntries(entries: readonly (readonly [string, unknown])[], place: Place, state: Walk): Record<string, unknown> {
  const { options } = state;
  const fields = new Map(entries);
  const named = namedSecret(fields, options);
  const isSecret = fields.get('kind') === 'Secret';
  const out: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    if (state.nodes > options.maxNodes) {
      define(out, 'truncated', options.mask('too-deep', ''));
      break;
    }
    const secret = secretIn(key, { place, named, isSecret }, options);
    define(out, options.text(key), walk(item, { depth: place.depth + 1, secret }, state));
  }
  return out;
}

interface Surroundings {
  readonly place: Place;
  readonly named: Kind | undefined;
  readonly isSecret: boolean;
}

function secretIn(key: string, { place, named, isSecret }: Surroundings, { keyMeaning }: StructureOptions): Kind | undefined {
  if (isSecret && (key === 'data' || key === 'stringData')) return 'secret-data';
  const meaning = keyMeaning(key);
  if (meaning.secret !== undefined && key !== 'auth') return meaning.secret;
  if (meaning.role === 'value' && named !== undefined) return named;
  return place.secret === 'secret-data' || !DESCRIPTIVE_KEYS.has(key) ? place.secret : undefined;
}

/** `{name: DB_PASSWORD, value: x}`, as in a container's environment. */
function namedSecret(fields: ReadonlyMap<string, unknown>, { keyMeaning }: StructureOptions): Kind | undefined {
  const name = fields.get('name') ?? fields.get('key') ?? fields.get('Name');
  return typeof name === 'string' ? keyMeaning(name).secret : undefined;
}

/** Own property under any name, `__proto__` included. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function walkError(error: Error, place: Place, state: Walk): Record<string, unknown> {
  const { text } = state.options;
  const { name, message, stack, cause, ...rest } = error as Error & Record<string, unknown>;
  return {
    name: text(name),
    message: text(message),
    ...(typeof stack === 'string' ? { stack: text(stack) } : {}),
    ...walkEntries(Object.entries(rest), deeper(place), state),
    ...(cause === undefined ? {} : { cause: walk(cause, deeper(place), state) }),
    ...(error instanceof AggregateError ? { errors: walkArray(error.errors, deeper(place), state) } : {}),
  };
}

/** An error for a log or a reply: the same name, and message, stack, causes and properties redacted. */
export function redactError(error: unknown, options: StructureOptions): Error {
  const plain = redactValue(error instanceof Error ? error : { name: 'Error', message: messageOf(error) }, options);
  return asError(plain);
}

function messageOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown));
}

function asError(plain: unknown): Error {
  if (typeof plain !== 'object' || plain === null || !('message' in plain)) return new Error(String(plain));
  const { name, message, stack, cause, ...rest } = plain as Record<string, unknown>;
  const error = new Error(String(message), cause === undefined ? undefined : { cause: asCause(cause) });
  define(error as unknown as Record<string, unknown>, 'name', name ?? 'Error');
  if (typeof stack === 'string') error.stack = stack;
  else delete error.stack;
  for (const [key, value] of Object.entries(rest)) define(error as unknown as Record<string, unknown>, key, value);
  return error;
}

function asCause(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'message' in cause && 'name' in cause ? asError(cause) : cause;
}
