/**
 * What is wrong with a configuration: each problem with its file and line or environment variable, its path, and what to do.
 *
 * All problems are told at once. A key that nobody knows is told with the nearest one that is known.
 */
import type { z } from 'zod';

interface Problem {
  /** `config.yaml:12`, or `environment variable PROMETHEUS_URL`. */
  readonly where: string;
  /** `sources.prometheus[0].url`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ where, path, message }) => [where, path, message].filter((part) => part !== '').join(': ')).join('\n'));
    this.problems = problems;
  }
}

export type Path = readonly PropertyKey[];

/** `sources.prometheus[0].url` */
export function pathText(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./u, '');
}

/** One issue of zod, in our words; a group of unknown keys is a problem each. */
export function problemsOf(
  issue: z.core.$ZodIssue,
  input: unknown,
  schema: z.ZodType,
  whereIs: (path: Path) => string,
): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { where: whereIs(path), path: pathText(path), message: unknownKey(key, knownKeys(schema, issue.path)) };
    });
  }
  const at = whereIs(issue.path);
  return [{ where: at, path: pathText(issue.path), message: messageOf(issue, valueAt(input, issue.path)) }];
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_type')
    return value === undefined ? `is missing; add ${kindOf(issue.expected)}` : `${shown(value)} is not ${kindOf(issue.expected)}`;
  if (issue.code === 'invalid_value') return `${shown(value)} is none of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'custom') return issue.message;
  if (issue.message.startsWith('is ')) return `${shown(value)} ${issue.message}`;
  if (issue.code === 'too_small')
    return `${shown(value)} is too ${sizeWord(issue.origin, 'short', 'small')}; the least is ${issue.minimum}`;
  if (issue.code === 'too_big') return `${shown(value)} is too ${sizeWord(issue.origin, 'long', 'large')}; the most is ${issue.maximum}`;
  return `${shown(value)}: ${issue.message}`;
}

const sizeWord = (origin: string, ofLength: string, ofNumber: string): string =>
  origin === 'string' || origin === 'array' ? ofLength : ofNumber;

const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of settings',
};
const kindOf = (expected: string): string => KINDS[expected] ?? expected;

/** A value as a person wrote it, cut: it may be a secret in the wrong place. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestTo(key, known);
  if (nearest !== undefined) return `is not a setting; did you mean ${nearest}?`;
  return `is not a setting; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
}

/** The candidate that somebody may have meant. */
export function nearestTo(key: string, known: readonly string[]): string | undefined {
  const begun = known.find((candidate) => key.length >= 3 && candidate.startsWith(key));
  if (begun !== undefined) return begun;
  const measured = known.map((candidate) => ({ candidate, distance: editDistance(key.toLowerCase(), candidate.toLowerCase()) }));
  const [best] = measured.toSorted((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.max(2, Math.floor(key.length / 3)) ? best.candidate : undefined;
}

/** The keys that the object at `path` may have. */
function knownKeys(schema: z.ZodType, path: Path): readonly string[] {
  const at = path.reduce<Definition>(
    (definition, part) => unwrapped(typeof part === 'number' ? definition.element : definition.shape?.[String(part)]),
    unwrapped(schema),
  );
  return Object.keys(at.shape ?? {});
}

/** What zod knows of a schema, as far as it is needed to walk down to a nested one. */
interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
}

/** Without defaults and the like around it. */
function unwrapped(schema: z.ZodType | undefined): Definition {
  const definition = (schema?.def ?? {}) as Definition;
  return definition.innerType === undefined ? definition : unwrapped(definition.innerType);
}

export function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[part] : undefined),
    input,
  );
}

/** Levenshtein distance, by rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split('').entries()) {
      next.push(Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
