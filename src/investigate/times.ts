/** Times for people: UTC, to the second. */
export const isoTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/u, 'Z');

/** `2026-11-21 03:22:10 UTC` */
export const spokenTime = (ms: number): string => isoTime(ms).replace('T', ' ').replace('Z', ' UTC');
