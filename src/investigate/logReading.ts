/**
 * Reading the last lines of a log the way a person does: which line says why it ended, whether it is about configuration, and on
 * which port it listens.
 *
 * General terms only, no product's messages. The expressions have no nested repetition and lines are at most 400 characters, so
 * none of them is slow on hostile text; and what a line says is only ever quoted, never followed.
 */
import type { LogTail } from '../sources/kubernetes/snapshot.ts';

const TROUBLE =
  /\b(?:error|err|fatal|panic|exception|critical|emerg|abort(?:ed|ing)?|cannot|can't|could not|couldn't|fail(?:ed|ure)?|refused|denied|not found|no such|invalid|unable|undefined|missing|required|unknown|unrecogni[sz]ed)\b|(?:Error|Exception)\b/iu;
/** Where in the program it was, which says nothing to somebody who has to know what is wrong. */
const FRAME =
  /^\s+(?:at\s|\.{3}\s|\.\.\. \d+ more)|^\s*File "|^goroutine \d|^\s+\S+\.(?:go|rs|py|java|js|ts|rb|c|cc|cpp):\d+|^Traceback |^\s*[\^~]+\s*$|^Node\.js v\d/u;
/** What programs say after they have said why. */
const FAREWELL = /\b(?:shutting down|shutdown|exiting|exit(?:ed)? (?:with )?(?:code|status)|bye|stopping|terminating|process exited)\b/iu;

/** The last line that says what is wrong; without one, the last line at all. */
export function decisiveLine(tail: LogTail | undefined): string | undefined {
  const lines = (tail?.lines ?? []).filter((line) => line.trim() !== '' && !FRAME.test(line));
  return lines.findLast((line) => TROUBLE.test(line) && !FAREWELL.test(line)) ?? lines.at(-1);
}

const CONFIGURATION = String.raw`(?:config(?:uration|s)?(?:error|exception)?|settings?|options?|flags?|arguments?|parameters?|directives?|environment variables?|env(?:ironment)? vars?|[\w./-]{1,80}\.(?:ya?ml|json|toml|ini|conf|cfg|properties|xml|env))`;
const BROKEN = String.raw`(?:invalid|malformed|missing|required|unknown|unrecogni[sz]ed|unexpected|undefined|unset|not set|not defined|not provided|must be|must not be|cannot be|parse|parsing|unmarshal|decode|decoding|deserializ\w*|syntax|no such|not found|could not (?:read|load|find|open)|cannot (?:read|load|find|open)|failed to (?:read|load|open|validate)|error (?:reading|loading|in))`;

const CONFIGURATION_IS_BROKEN = [
  new RegExp(String.raw`\b${BROKEN}\b.{0,120}\b${CONFIGURATION}`, 'iu'),
  new RegExp(String.raw`\b${CONFIGURATION}\b.{0,120}\b${BROKEN}`, 'iu'),
  // a variable by its name: DATABASE_URL is required, KeyError: 'DATABASE_URL'
  /\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b.{0,40}\b(?:required|missing|not set|unset|undefined|empty|invalid|be set|must be|not defined|cannot be|not found)\b/u,
  /\b(?:missing|required|invalid|undefined|unset|empty|bad|unknown|KeyError|no such)\b.{0,40}["'`\s:=][A-Z][A-Z0-9]*_[A-Z0-9_]+\b/u,
];
/** A fault of the program itself may well mention its configuration. */
const PROGRAM_FAULT =
  /TypeError|ReferenceError|AttributeError|IndexError|NullPointer|NoneType|is not a function|Cannot read propert|nil pointer|segmentation fault|assertion|\binvalid argument\s*$/iu;

/** The line that says that the configuration cannot be read or lacks something. */
export function configurationLine(tail: LogTail | undefined): string | undefined {
  const decisive = decisiveLine(tail);
  if (decisive === undefined || PROGRAM_FAULT.test(decisive)) return undefined;
  return CONFIGURATION_IS_BROKEN.some((pattern) => pattern.test(decisive)) ? decisive : undefined;
}

const DENIED = /\b(?:permission denied|operation not permitted|EACCES|EPERM|access is denied|read-only file system|EROFS)\b/iu;

/** The line that says that the operating system refused something to the program. */
export function deniedLine(tail: LogTail | undefined): string | undefined {
  const decisive = decisiveLine(tail);
  return decisive !== undefined && DENIED.test(decisive) ? decisive : undefined;
}

const LISTENING = String.raw`\b(?:listen(?:ing|s)?|running\s+(?:on|at)|serving\s+(?:\w+\s+)?(?:on|at)|(?:started|bound)\s+(?:[\w-]+\s+){0,3}(?:on|at|to))\b`;
/** A number that is not a part of a time or a date. */
const PORT = String.raw`(\d{2,5})(?![-:\d]|\.\d)`;
const LISTENS = [
  new RegExp(String.raw`${LISTENING}.{0,60}?(?:[\w.\]*]?:|\bports?(?:\(s\))?["'\s:=#]*|\bon\s+)${PORT}`, 'iu'),
  new RegExp(String.raw`\bport["'\s:=#]*${PORT}.{0,80}\blisten`, 'iu'),
];
/** Minutes and seconds are below it. */
const LOWEST_PORT = 80;

/** Ports on which the program says that it listens, with the lines that say so. */
export function listeningPorts(...tails: readonly (LogTail | undefined)[]): ReadonlyMap<number, string> {
  const ports = new Map<number, string>();
  for (const line of tails.flatMap((tail) => tail?.lines ?? [])) {
    const found = LISTENS.map((pattern) => Number(pattern.exec(line)?.[1])).find((port) => port >= LOWEST_PORT && port < 65_536);
    if (found !== undefined && !ports.has(found)) ports.set(found, line);
  }
  return ports;
}
