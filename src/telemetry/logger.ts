/**
 * Logs: one JSON line each, redacted before it is written.
 *
 * What goes into a line passes through the redactor as a whole: message, fields, errors with their causes, and the fields of child
 * loggers. A line that cannot be redacted is withheld, and says so.
 */
import { type DestinationStream, type Logger as Pino, pino } from 'pino';
import type { Logger } from '../kube/logger.ts';
import type { Redactor } from '../redact/redactor.ts';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Name of the service in each line. */
  readonly name: string;
  readonly redactor: Pick<Redactor, 'text' | 'value'>;
  /** Standard output, by default. */
  readonly destination?: DestinationStream | undefined;
}

export function createLogger({ level, name, redactor, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // Errors come out of the redactor as plain objects with all that is to be said of them.
    serializers: { err: (error: unknown) => error },
  };
  return redacting(destination === undefined ? pino(options) : pino(options, destination), redactor);
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

function redacting(inner: Pino, redactor: LoggerOptions['redactor']): Logger {
  const line = (level: (typeof LEVELS)[number], fields: object, message: string): void => {
    if (!inner.isLevelEnabled(level)) return;
    const safe = redacted(redactor, fields);
    inner[level](safe ?? {}, safe === undefined ? WITHHELD : messageOf(redactor, message));
  };
  return {
    debug: (fields, message) => line('debug', fields, message),
    info: (fields, message) => line('info', fields, message),
    warn: (fields, message) => line('warn', fields, message),
    error: (fields, message) => line('error', fields, message),
    child: (fields) => redacting(inner.child(redacted(redactor, fields) ?? {}), redactor),
  };
}

const WITHHELD = 'a line was withheld, as it could not be redacted';

function redacted({ value }: LoggerOptions['redactor'], fields: object): object | undefined {
  try {
    const safe = value(fields);
    return typeof safe === 'object' && safe !== null ? safe : { fields: safe };
  } catch {
    return undefined;
  }
}

function messageOf({ text }: LoggerOptions['redactor'], message: string): string {
  try {
    return text(message);
  } catch {
    return WITHHELD;
  }
}
