/**
 * Whether JSON that nobody has checked is of the shape that its reader expects: what is not is left out, as if the API had not sent it.
 *
 * Strings come out without what a terminal would obey and an eye would not see. What no shape speaks of is kept, to a depth.
 */
import { visible } from '../text.ts';

/** The value as it may be read; undefined: left out. */
export type Fit = (value: unknown, count: () => void) => unknown;

const when =
  (is: (value: unknown) => boolean): Fit =>
  (value, count) =>
    is(value) ? value : leftOut(value, count);

/** What is null or absent has nothing wrong with it. */
function leftOut(value: unknown, count: () => void): undefined {
  if (value !== undefined && value !== null) count();
  return undefined;
}

export const text: Fit = (value, count) => (typeof value === 'string' ? visible(value) : leftOut(value, count));
export const number = when((value) => typeof value === 'number' && Number.isFinite(value));
export const flag = when((value) => typeof value === 'boolean');
export const textOrNumber: Fit = (value, count) => (typeof value === 'string' ? text : number)(value, count);

export const list =
  (item: Fit): Fit =>
  (value, count) =>
    Array.isArray(value) ? value.map((one) => item(one, count)).filter((one) => one !== undefined) : leftOut(value, count);

export const map =
  (member: Fit): Fit =>
  (value, count) =>
    isObject(value) ? membersOf(value, () => member, count) : leftOut(value, count);

/** @param required without these it is left out as a whole */
export const record =
  (shapes: Readonly<Record<string, Fit>>, ...required: readonly string[]): Fit =>
  (value, count) => {
    if (!isObject(value)) return leftOut(value, count);
    const fitted = membersOf(value, (key) => (Object.hasOwn(shapes, key) ? shapes[key] : undefined) ?? anything, count);
    return required.every((key) => Object.hasOwn(fitted, key)) ? fitted : leftOut(value, count);
  };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

function membersOf(value: object, fitOf: (key: string) => Fit, count: () => void): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      const fitted = fitOf(key)(member, count);
      return fitted === undefined ? [] : [[visible(key), fitted]];
    }),
  );
}

/** Deeper than any object of Kubernetes' own, and shallow enough for whoever walks it. */
const DEEPEST = 40;

const anything: Fit = (value, count) => atDepth(value, 0, count);

function atDepth(value: unknown, depth: number, count: () => void): unknown {
  if (typeof value === 'string') return visible(value);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (depth >= DEEPEST) return leftOut(value, count);
  if (Array.isArray(value)) return value.map((one) => atDepth(one, depth + 1, count) ?? null);
  return membersOf(value, () => (member) => atDepth(member, depth + 1, count), count);
}
