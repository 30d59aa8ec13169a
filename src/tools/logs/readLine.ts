/**
 * One line of a log, whatever wrote it: when, how bad by its own word, what it says, and in which format.
 *
 * Knows what containers' runtimes and kubectl put before it; JSON (Docker's, with the line inside it, as well), logfmt, klog, syslog, access logs
 * of HTTP servers, and lines with a time and a level. A line that goes on from the one before (a stack trace, an indented text) says so.
 */
import { partsOf } from '../../analysis/logTemplates/message.ts';
import { structuredLine } from '../../analysis/logTemplates/structured.ts';
import { timeInField, timeInHeader } from './times.ts';

export const LEVELS = ['fatal', 'error', 'warning', 'info', 'debug'] as const;
export type Level = (typeof LEVELS)[number];

export const FORMATS = ['JSON', 'logfmt', 'klog', 'syslog', 'access log', 'time and level', 'plain text', 'continuation'] as const;
export type LineFormat = (typeof FORMATS)[number];

export interface LogEntry {
  readonly format: LineFormat;
  /** Milliseconds since the epoch. */
  readonly at?: number | undefined;
  readonly level?: Level | undefined;
  readonly message: string;
  /** Of an access log: what was answered. */
  readonly status?: number | undefined;
  /** A trace in a field of its own. */
  readonly stack?: string | undefined;
}

/** `[pod/cart-1/app] ` of `kubectl logs --prefix`, and `2026-01-31T10:00:00.0Z stdout F ` of the kubelet. */
const PREFIX = /^\[pod\/[\w.-]{1,253}\/[\w.-]{1,63}\] /u;
const CRI = /^(\d{4}-\d{2}-\d{2}T\S{8,30}) (?:std(?:out|err) [FP] )?/u;
const ACCESS =
  /^(?:\S{1,100} ){1,4}?\[?(?:\d{2}\/[A-Z][a-z]{2}\/\d{4}[^\]]{0,30}\] )?"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) (\S{1,2000})[^"]{0,30}" (\d{3})\b/u;
const KLOG = /^([IWEF])\d{4} \d{2}:\d{2}:\d{2}\./u;
const SYSLOG = /^(?:<\d{1,3}>)?(?:\d{1,2} \d{4}-\d\d-\d\dT|[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \S)/u;

/** @param now for times without a year or a date */
export function readLine(line: string, now: number): LogEntry {
  const bare = line.startsWith('[pod/') ? line.replace(PREFIX, '') : line;
  const stamped = /^\d/u.test(bare) ? CRI.exec(bare) : null;
  if (stamped === null) return readBare(bare, now);
  const at = timeInHeader(stamped[1] ?? '', now);
  const rest = bare.slice(stamped[0].length);
  const entry = rest === '' ? undefined : readBare(rest, now);
  if (entry === undefined) return { format: 'plain text', at, message: '' };
  const format = entry.format === 'plain text' && at !== undefined ? 'time and level' : entry.format;
  return { ...entry, format, at: at ?? entry.at };
}

function readBare(line: string, now: number): LogEntry {
  if (isContinuation(line)) return { format: 'continuation', message: line.trimEnd() };
  const access = line.includes('HTTP/') ? ACCESS.exec(line) : null;
  if (access !== null) return ofAccess(line, access, now);
  const { header, body } = partsOf(line);
  const structured = structuredLine(body);
  if (structured !== undefined) return ofFields(structured, { header, body, now });
  const [format, level] = formatOf(line, header);
  return { format, at: timeInHeader(header, now), level: level ?? levelIn(header), message: body === '' ? header.trim() : body };
}

function formatOf(line: string, header: string): readonly [LineFormat, Level | undefined] {
  const klog = KLOG.exec(line)?.[1];
  if (klog !== undefined) return ['klog', KLOG_LEVELS[klog]];
  if (header === '') return ['plain text', undefined];
  return [SYSLOG.test(line) ? 'syslog' : 'time and level', undefined];
}

const KLOG_LEVELS: Readonly<Record<string, Level>> = { I: 'info', W: 'warning', E: 'error', F: 'fatal' };

/** The status is a word of the message: answers of different kinds are different events. */
function ofAccess(line: string, [, path = '', code = '']: RegExpExecArray, now: number): LogEntry {
  const status = Number(code);
  const level = status >= 500 ? 'error' : 'info';
  const message = `${code[0] ?? ''}xx answered to ${path.split('?', 1)[0] ?? ''}`;
  return { format: 'access log', at: timeInHeader(line.slice(0, 200), now), level, message, status };
}

interface Around {
  readonly header: string;
  readonly body: string;
  readonly now: number;
}

const TIME_KEYS = ['time', 'ts', 'timestamp', '@timestamp', 't', 'datetime', 'date', 'eventTime', 'asctime'] as const;
const LEVEL_KEYS = ['level', 'severity', 'lvl', 'levelname', 'log.level', 'loglevel', 'Level', 'severityText'] as const;
const STACK_KEYS = ['stack', 'stack_trace', 'stacktrace', 'exc_info', 'error.stack_trace', 'exception'] as const;
const STATUS_KEYS = ['status', 'status_code', 'statusCode', 'http_status', 'code'] as const;

function ofFields({ form, fields, message }: NonNullable<ReturnType<typeof structuredLine>>, { header, body, now }: Around): LogEntry {
  const inner = form === 'JSON' && typeof fields['log'] === 'string' && 'stream' in fields ? fields['log'] : undefined;
  const at = timeInField(first(fields, TIME_KEYS), now) ?? timeInHeader(header, now);
  if (inner !== undefined) {
    const entry = readBare(inner.trimEnd(), now);
    return { ...entry, at: entry.at ?? at };
  }
  const level = levelOf(first(fields, LEVEL_KEYS)) ?? levelIn(header);
  const stack = first(fields, STACK_KEYS) ?? stackOf(fields['err'] ?? fields['error']);
  const status = statusOf(first(fields, STATUS_KEYS));
  return { format: form, at, level, message: message ?? body, status, stack: typeof stack === 'string' ? stack : undefined };
}

/** pino's and bunyan's errors are objects. */
function stackOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? (error as { readonly stack?: unknown }).stack : undefined;
}

function first(fields: Readonly<Record<string, unknown>>, keys: readonly string[]): unknown {
  for (const key of keys) if (Object.hasOwn(fields, key) && fields[key] !== null) return fields[key];
  return undefined;
}

function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/u.test(value) ? Number(value) : value;
  return typeof status === 'number' && status >= 100 && status < 600 ? status : undefined;
}

const WORDS: Readonly<Record<string, Level>> = {
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  panic: 'fatal',
  dpanic: 'fatal',
  emerg: 'fatal',
  alert: 'fatal',
  error: 'error',
  err: 'error',
  severe: 'error',
  warn: 'warning',
  warning: 'warning',
  info: 'info',
  information: 'info',
  informational: 'info',
  notice: 'info',
  log: 'info',
  debug: 'debug',
  trace: 'debug',
  verbose: 'debug',
};

/** A word; or a number, as pino and bunyan have it. */
function levelOf(value: unknown): Level | undefined {
  if (typeof value === 'string') return WORDS[value.toLowerCase()];
  if (typeof value !== 'number') return undefined;
  if (value >= 60) return 'fatal';
  if (value >= 50) return 'error';
  if (value >= 40) return 'warning';
  return value >= 30 ? 'info' : value >= 10 ? 'debug' : undefined;
}

const LEVEL_WORD =
  /(?<![\w.-])(?:fatal|critical|crit|panic|emerg|alert|error|err|severe|warn|warning|info|information|notice|debug|trace|verbose|log)(?![\w-]|\.\w)/iu;
/** Redis writes a mark in place of a level. */
const REDIS = /^\d{1,8}:[A-Z] .{0,40}#\s*$/u;

function levelIn(header: string): Level | undefined {
  if (header === '') return undefined;
  const word = LEVEL_WORD.exec(header)?.[0];
  if (word !== undefined) return WORDS[word.toLowerCase()];
  return REDIS.test(header) ? 'warning' : undefined;
}

const CONTINUES =
  /^(?:\s{1,200}(?![[{<]|\d{2,4}[-:/]|[A-Z][a-z]{2} [ \d]\d )\S|Caused by: |goroutine \d{1,10} \[|\.{3} \d{1,6} more|created by |\[signal SIG|Traceback \(most recent|During handling of the above|The above exception was|[\w./*()-]{1,200}\((?:0x|\{|\.{3}|\)$)|stack backtrace:|note: run with)/u;

/** Indented, or what belongs to a stack trace. */
const isContinuation = (line: string): boolean => CONTINUES.test(line);
