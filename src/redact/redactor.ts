/**
 * One redactor for every sink: model, chat, Git, status, events, logs, traces, REST, MCP, evidence.
 *
 * Linear in its input, by hand-written scanners with a counted budget. Fail-closed: what cannot be redacted within its limits
 * is replaced as a whole. Redacting twice gives the same as once. What is caught and what is not: README.md.
 */
import type { Carry } from './carry.ts';
import { freshCarry } from './carry.ts';
import type { ScanOptions } from './cursor.ts';
import { createKeyReader } from './keys.ts';
import { createMask } from './kinds.ts';
import { createKnownSecrets } from './known.ts';
import { scanLines } from './scan.ts';
import { createStream } from './stream.ts';
import { redactError, redactValue, type StructureOptions } from './structure.ts';

export interface Redactor {
  readonly text: (text: string) => string;
  /** JSON-like values: keys that name a secret lose their values, all strings are redacted, depth and size are bounded. */
  readonly value: (value: unknown) => unknown;
  /** The error with message, stack, causes and properties redacted. */
  readonly error: (error: unknown) => Error;
  /** Text in chunks; secrets may go over them. A redactor's streams are independent of each other. */
  readonly stream: () => TransformStream<string, string>;
  /** A credential of this process: replaced wherever it occurs, encoded too. At least 6 characters, else it throws. */
  readonly addSecret: (secret: string) => void;
}

export interface RedactorOptions {
  /** As with `addSecret`. */
  readonly secrets?: readonly string[];
  /** Hides email addresses too. */
  readonly emails?: boolean;
  /**
   * Adds `#` and 32 bits of an HMAC under this key to each replacement, so that equal secrets are seen to be equal. Without a
   * key replacements are the same in every process, as content that is addressed by digest needs.
   */
  readonly fingerprintKey?: Uint8Array;
  readonly limits?: Partial<RedactorLimits>;
}

interface RedactorLimits {
  /** A longer text is replaced as a whole. */
  readonly maxChars: number;
  /** In a stream, the rest of a longer line is left out. */
  readonly maxLineChars: number;
  readonly maxDepth: number;
  readonly maxNodes: number;
}

const DEFAULT_LIMITS: RedactorLimits = { maxChars: 32 * 2 ** 20, maxLineChars: 2 ** 20, maxDepth: 32, maxNodes: 200_000 };

export function createRedactor(options: RedactorOptions = {}): Redactor {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const mask = createMask(options.fingerprintKey);
  const known = createKnownSecrets(mask);
  for (const secret of options.secrets ?? []) known.add(secret);
  const keyMeaning = createKeyReader();
  const scanOptions: ScanOptions = { mask, keyMeaning, emails: options.emails ?? false };
  const unprocessable = mask('unprocessable', '');

  const lines = (text: string, carry: Carry): string => closed(() => scanLines(text, carry, scanOptions).text, unprocessable);
  const text = (whole: string): string =>
    whole.length > limits.maxChars ? unprocessable : closed(() => lines(known.text(whole), freshCarry()), unprocessable);
  const structure: StructureOptions = { text, keyMeaning, mask, maxDepth: limits.maxDepth, maxNodes: limits.maxNodes };

  return {
    text,
    value: (value) => closed<unknown>(() => redactValue(value, structure), unprocessable),
    error: (error) => closed(() => redactError(error, structure), new Error(unprocessable)),
    stream: () => createStream({ lines, known, maxLineChars: limits.maxLineChars, tooLong: mask('line-too-long', '') }),
    addSecret: known.add,
  };
}

/** Whatever goes wrong, the input does not come out. */
function closed<T>(redact: () => T, instead: T): T {
  try {
    return redact();
  } catch {
    return instead;
  }
}
