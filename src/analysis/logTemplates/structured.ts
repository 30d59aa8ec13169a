/** A structured line, JSON or logfmt: its fields, and the message in them with the error beside it, which tells one failure from another. */

const MESSAGE_KEYS = ['message', 'msg', '@message', 'short_message', 'Message', 'log', 'event', 'body', 'text'] as const;
const ERROR_KEYS = ['error', 'err', 'exception', 'error.message', 'Exception'] as const;
/** Longer ones are read by their beginning alone. */
const LONGEST_JSON = 16_384;

export interface StructuredLine {
  readonly form: 'JSON' | 'logfmt';
  /** Empty when the end of the line is missing. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string | undefined;
}

/** Undefined when the line has no such structure, or no message in it. */
export const structuredMessage = (text: string): string | undefined => structuredLine(text)?.message;

/** Undefined when the line has no such structure. */
export function structuredLine(text: string): StructuredLine | undefined {
  return text.startsWith('{') ? jsonLine(text) : logfmtLine(text);
}

function jsonLine(text: string): StructuredLine | undefined {
  const fields = text.length < LONGEST_JSON ? parsed(text) : undefined;
  if (fields !== undefined)
    return { form: 'JSON', fields, message: joined(firstText(fields, MESSAGE_KEYS), firstText(fields, ERROR_KEYS)) };
  const message = cutJsonMessage(text);
  return message === undefined ? undefined : { form: 'JSON', fields: {}, message };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function firstText(fields: Readonly<Record<string, unknown>>, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const text = textIn(Object.hasOwn(fields, key) ? fields[key] : undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Of a text; of an object, such as pino's and ECS's errors, its message. */
function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  if (typeof value !== 'object' || value === null) return undefined;
  const { message, stringValue } = value as { readonly message?: unknown; readonly stringValue?: unknown };
  if (typeof message === 'string') return message.trim();
  return typeof stringValue === 'string' ? stringValue.trim() : undefined;
}

function joined(message: string | undefined, error: string | undefined): string | undefined {
  if (message === undefined || error === undefined) return message ?? error;
  return message.includes(error) ? message : `${message}: ${error}`;
}

/** JSON of which the end is missing: containers' runtimes cut lines. */
const CUT_JSON = /"(?:message|msg|error|err|log)"\s{0,4}:\s{0,4}"((?:[^"\\]|\\.){1,2000})/u;

const cutJsonMessage = (text: string): string | undefined => CUT_JSON.exec(text)?.[1]?.trim();

/** The closing quote may be missing, so that a quote that nothing closes is passed once and not looked through for every pair. */
const PAIR = /(?:^|\s)([A-Za-z_][\w.-]{0,60})=("(?:[^"\\]|\\.){0,4000}"?|[^\s"]{0,4000})/gu;
/** A line of pairs begins with one; sentences with a pair in them do not. */
const BEGINS_WITH_PAIR = /^[A-Za-z_][\w.-]{0,60}=/u;
const MOST_PAIRS = 64;

function logfmtLine(text: string): StructuredLine | undefined {
  if (!BEGINS_WITH_PAIR.test(text)) return undefined;
  const fields: Record<string, unknown> = {};
  let pairs = 0;
  for (const [, key = '', value = ''] of text.matchAll(PAIR)) {
    fields[key] ??= value.startsWith('"') ? unquoted(value) : value;
    if (++pairs >= MOST_PAIRS) break;
  }
  const message = firstText(fields, ['msg', 'message', 'Message']);
  return { form: 'logfmt', fields, message: message === undefined ? undefined : joined(message, firstText(fields, ERROR_KEYS)) };
}

const unquoted = (value: string): string =>
  value
    .slice(1, value.length > 1 && value.endsWith('"') ? -1 : undefined)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll(String.raw`\n`, ' ');
