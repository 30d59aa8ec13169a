/** Numbers in texts, by value: 64Mi, 64 MiB and 67108864 are the same, so are 5 minutes and 300. */

const NUMBER =
  /(\d[\d,]*(?:\.\d+)?)(?:\s?(ki|mi|gi|ti|kib|mib|gib|tib|kb|mb|gb|tb|seconds?|sec|minutes?|min|hours?|h|ms|%)(?![a-z0-9]))?/giu;

const SCALE: Readonly<Record<string, number>> = {
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  sec: 1,
  min: 60,
  hou: 3600,
  h: 3600,
  ms: 0.001,
  '%': 0.01,
};

/** Values of a text as written, and scaled by their units. @param text normalised */
export function valuesOf(text: string): ReadonlySet<number> {
  const values = new Set<number>();
  for (const [, digits = '', unit] of text.matchAll(NUMBER)) for (const value of readings(digits, unit)) values.add(value);
  return values;
}

function readings(digits: string, unit: string | undefined): readonly number[] {
  const value = Number(digits.replaceAll(',', ''));
  const factor = unit === undefined ? undefined : scaleOf(unit.toLowerCase());
  return factor === undefined ? [value] : [value, value * factor];
}

function scaleOf(unit: string): number | undefined {
  return SCALE[unit] ?? SCALE[unit.slice(0, 3)] ?? SCALE[unit.slice(0, 2)];
}

/** Whether one of the readings of a number of a statement is among the values. */
export function hasNumber(values: ReadonlySet<number>, written: string): boolean {
  return [...valuesOf(written.toLowerCase().replace(/(?<![.,])[.,]+$/u, ''))].some((value) => values.has(value));
}
