/**
 * Reading why a program ended at once: arguments that it refuses, a port that is taken, a binary of another architecture.
 *
 * In any of the last lines, as usage texts and farewells come after the line that counts. General terms only; what a line says is quoted,
 * never followed.
 */
import type { LogTail } from '../sources/kubernetes/snapshot.ts';

const LAST_LINES = 40;

function lineWith(tail: LogTail | undefined, pattern: RegExp): string | undefined {
  return tail?.lines.slice(-LAST_LINES).findLast((line) => pattern.test(line));
}

const WRONG_ARCHITECTURE = /exec format error|cannot execute binary file|rosetta error: failed to open elf/iu;
export const architectureLine = (tail: LogTail | undefined): string | undefined => lineWith(tail, WRONG_ARCHITECTURE);

const PORT_IN_USE =
  /\baddress (?:is )?already in use|\bEADDRINUSE\b|\baddress in use\b|\bport \d{1,5}\b.{0,30}\balready (?:in use|used|allocated|bound|taken)|only one usage of each socket address/iu;
export const portInUseLine = (tail: LogTail | undefined): string | undefined => lineWith(tail, PORT_IN_USE);

const REFUSED_ARGUMENT =
  /\b(?:unknown|unrecogni[sz]ed|invalid|illegal|unexpected|unsupported|bad) (?:shorthand |long |short |command[- ]line )?(?:flag|option|argument|switch|command)s?\b|\bno such (?:option|flag|command)\b|flag provided but not defined|unrecognized arguments/iu;
const IN_A_FILE = /\.(?:conf|cfg|ini|ya?ml|json|toml|properties|xml)\b/iu;
const LOOKS_LIKE_ONE = /(?:^|[\s"'`=:(])-{1,2}[a-zA-Z]/u;
const USAGE = /^\s*usage\b/iu;

/** Of the command line and not of a file: the line has a flag in it, or a usage text stands beside it. */
export function argumentsLine(tail: LogTail | undefined): string | undefined {
  const line = lineWith(tail, REFUSED_ARGUMENT);
  if (line === undefined || IN_A_FILE.test(line)) return undefined;
  return LOOKS_LIKE_ONE.test(line) || lineWith(tail, USAGE) !== undefined ? line : undefined;
}
