/**
 * The message of a line of a pod's log: without the time, the level, the thread and the logger that stand before it, or out of the fields of a
 * structured line (JSON, logfmt).
 *
 * Knows layouts by their parts, not by programs: klog; syslog (RFC 3164 and 5424); log4j, logback and Spring; Python; Go's log, zap and slog;
 * nginx, PostgreSQL, Redis. What follows no layout is its own message. Linear in the length: every expression is anchored at a place and has
 * no nested repetition.
 */
import { structuredMessage } from './structured.ts';

/** Nothing that is looked for begins later. */
const LONGEST_LINE = 16_384;

/** Never empty for a line that is not. */
export function messageOf(line: string): string {
  const { header, body } = partsOf(line);
  const message = structuredMessage(body) ?? body;
  return message === '' ? header + body : message;
}

/** What stands before the message, and the rest, which is the message or has it in its fields. Without colours. */
export function partsOf(line: string): { readonly header: string; readonly body: string } {
  const text = line.slice(0, LONGEST_LINE).replace(COLOURS, '').trim();
  const end = headerEnd(text);
  return { header: text.slice(0, end), body: text.slice(end) };
}

const COLOURS = new RegExp(String.raw`${String.fromCharCode(0x1b)}\[[0-9;?]{0,20}[ -/]{0,5}[@-~]`, 'gu');

const KLOG = /[IWEF]\d{4} \d{2}:\d{2}:\d{2}\.\d{1,9} {1,10}\d{1,10} [\w.-]{1,80}:\d{1,7}\] /uy;
const SYSLOG_5424 = /<\d{1,3}>\d{1,2} \S{1,40} (\S{1,255}) \S{1,48} \S{1,128} \S{1,32} (?:- |\[[^\]]{0,1000}\] )?/uy;
const SYSLOG_3164 = /(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \S{1,255} [\w./()-]{1,100}(?:\[\d{1,10}\])?: /uy;
/** What the kubelet writes before what a container said. */
const CRI = /\d{4}-\d{2}-\d{2}T\S{8,30} std(?:out|err) [FP] /uy;

const CLOCK = String.raw`\d{1,2}:\d{2}(?::\d{2})?(?:[.,:]\d{1,9})?`;
const ZONE = String.raw`(?:Z|(?: ?[+-]\d{2}:?\d{2})| (?:UTC|GMT|[A-Z]{3,4}(?= \[)))?`;
const TIMES = [
  String.raw`\d{2,4}[-/.]\d{2}[-/.]\d{2,4}(?:[T ]{1,2}${CLOCK}${ZONE})?`,
  String.raw`\d{1,2}-\d{2} ${CLOCK}`,
  String.raw`(?:[A-Z][a-z]{2},? )?[A-Z][a-z]{2} {1,2}\d{1,2} ${CLOCK}(?: \d{4})?`,
  String.raw`\d{1,2}[ /][A-Z][a-z]{2}[ /]\d{4}[ :]${CLOCK}${ZONE}`,
  CLOCK + ZONE,
  String.raw`\d{10}(?:\.\d{1,9})?(?=[\s\]])`,
  String.raw`\d{13}(?=[\s\]])`,
].join('|');
const LEVELS = String.raw`(?:TRACE|DEBUG|INFO|INFORMATION|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|CRIT|PANIC|ALERT|EMERG|SEVERE|LOG|VERBOSE)`;

const PYTHON = new RegExp(String.raw`${LEVELS}:[\w.]{1,80}:`, 'uy');

/** The parts that a header is made of. The first of the line must be a time or a level. */
const TIME = new RegExp(String.raw`(?:\[(?:${TIMES})\]|(?:${TIMES}))(?=[\s|:,\[\]-]|$)`, 'uy');
const LEVEL = new RegExp(String.raw`(?:\[${LEVELS}\]|<${LEVELS}>|${LEVELS})(?=[\s|:\]\[-]|$)`, 'iuy');
const BRACKETED = /\[[^[\]"]{0,80}\]|\([\w.:-]{1,60}\)(?=\s)/uy;
const PROCESS = /\d{1,8}(?:#\d{1,8}|:[A-Z])?(?=[\s:]|$)/uy;
const LOGGER = /[A-Za-z_][\w$/-]{0,80}(?:[.:]{1,2}[\w$/-]{1,80}){0,20}(?:\.\[[^\]]{1,60}\])?(?=\s{1,40}(?:[:|]|-{1,3})\s|:\s|\s{0,4}\t)/uy;
/** The place in the source. */
const CALLER = /[\w./-]{1,80}\.\w{1,4}:\d{1,7}(?=[\s:])/uy;
const SEPARATORS = /[\s|,]{1,40}|(?:[:*#>.]|-{1,3})(?=\s)/uy;

const MOST_PARTS = 12;

/** Where the message begins. */
function headerEnd(text: string): number {
  const behind = Math.max(0, after(CRI, text, 0));
  for (const whole of [KLOG, SYSLOG_5424, SYSLOG_3164, PYTHON]) {
    const end = after(whole, text, behind);
    if (end > 0) return end;
  }
  return partsEnd(text, behind);
}

function partsEnd(text: string, from: number): number {
  let at = from;
  let known = false;
  let loggers = 0;
  for (let parts = 0; parts < MOST_PARTS; parts++) {
    let end = Math.max(after(TIME, text, at), known || isShouted(text, at) ? after(LEVEL, text, at) : -1);
    if (end < 0 && known) end = Math.max(after(BRACKETED, text, at), after(PROCESS, text, at), after(CALLER, text, at));
    if (end < 0 && known && loggers === 0) {
      end = after(LOGGER, text, at);
      loggers++;
    }
    if (end < 0 && !known && parts === 0) end = beforeTime(text, at);
    if (end < 0) break;
    known = true;
    at = separatorsEnd(text, end);
  }
  return at;
}

/** Redis and others begin with the process: "1:M 01 Jan 2026 …". */
function beforeTime(text: string, at: number): number {
  const end = after(PROCESS, text, at);
  if (end < 0) return -1;
  return after(TIME, text, separatorsEnd(text, end)) < 0 ? -1 : end;
}

/** Without a time before it, only a level in capitals, or in brackets, is one: "error: …" and "Info about …" are messages. */
function isShouted(text: string, at: number): boolean {
  const first = text.charAt(at);
  if (first === '[' || first === '<') return true;
  return first === first.toUpperCase() && text.charAt(at + 1) === text.charAt(at + 1).toUpperCase();
}

function separatorsEnd(text: string, from: number): number {
  let at = from;
  for (let end = after(SEPARATORS, text, at); end > at; end = after(SEPARATORS, text, at)) at = end;
  return at;
}

/** Where a match that begins exactly at `at` ends, or -1. */
function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
