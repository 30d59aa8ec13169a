/** The last entry of a log, which may go on over several lines: a stack trace belongs to what was said before it. */
import type { Exceptions } from './exceptions.ts';
import type { LogEntry } from './readLine.ts';

export interface Pending {
  /** Whether the line belongs to the entry before it. */
  goesOn(line: string, entry: LogEntry): boolean;
  /** After the end of the entry before. */
  begin(entry: LogEntry, line: number): void;
  /** What was thrown in it, in a line; undefined when nothing was. */
  end(): string | undefined;
}

const MOST_TRACE_LINES = 80;
const LONGEST_TRACE_LINE = 2_000;
const TRACEBACK = 'Traceback (most recent';
const PANIC = /^panic: |panicked at/u;
/** `ValueError: not a number`, which ends a traceback of Python. */
const LAST_OF_TRACEBACK = /^[A-Za-z_][\w.]{0,120}(?::|$)/u;

/** What a logger writes below the line that it was logged with. */
const EXCEPTION = /^[A-Za-z_][\w.$]{0,200}(?:Error|Exception|Fault)(?::|$)/u;

export function createPending(exceptions: Exceptions): Pending {
  let head: { readonly message: string; readonly at?: number | undefined; readonly line: number } | undefined;
  let trace: string[] = [];
  let isInTraceback = false;

  function end(): string | undefined {
    const thrown =
      head !== undefined && (trace.length > 0 || PANIC.test(head.message))
        ? exceptions.add({ head: head.message, trace, line: head.line, at: head.at })
        : undefined;
    head = undefined;
    trace = [];
    isInTraceback = false;
    return thrown;
  }

  return {
    goesOn(line, { format, at, message }) {
      if (head === undefined) return false;
      const isBare = at === undefined && format === 'plain text';
      const isLast = isBare && isInTraceback && LAST_OF_TRACEBACK.test(message);
      const isThrown = isBare && head.at !== undefined && EXCEPTION.test(message);
      if (format !== 'continuation' && !isLast && !isThrown) return false;
      if (line.startsWith(TRACEBACK)) isInTraceback = true;
      if (isLast) isInTraceback = false;
      if (trace.length < MOST_TRACE_LINES) trace.push(line.slice(0, LONGEST_TRACE_LINE));
      return true;
    },
    begin({ message, at, stack }, line) {
      head = { message, at, line };
      isInTraceback = message.startsWith(TRACEBACK);
      if (stack !== undefined) trace = stack.split('\n').slice(0, MOST_TRACE_LINES);
    },
    end,
  };
}
