/** Figures of rules and requests, rounded to what a person would write. */

/** Two significant digits. */
export const rounded = (value: number): number => Number(value.toPrecision(2));
export const atLeast = (least: number, value: number): number => Math.max(least, Number.isFinite(value) ? value : least);

export const percentText = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;
export const secondsText = (seconds: number): string =>
  seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${Number(seconds.toPrecision(2))} s`;

/** `250m`, `2`: upwards, in steps that people write. @param cores of CPU */
export function cpuText(cores: number): string {
  const milli = Math.max(10, Math.ceil((cores * 1000) / 10) * 10);
  return milli >= 1000 && milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** `128Mi`, `2Gi`: upwards. */
export function memoryText(bytes: number): string {
  const mebibytes = Math.max(16, Math.ceil(bytes / 2 ** 20 / 16) * 16);
  return mebibytes >= 1024 && mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}
