/** Exceptions and panics with their stack traces: which type, what it said, and the first frame that is the program's own. */
import { copyOf } from '../../analysis/logTemplates/pattern.ts';
import { framesIn, type StackFrame } from '../../sources/applicationSource/frames.ts';

export interface Exception {
  /** As in `java.lang.NullPointerException`, `panic`. */
  readonly type: string;
  readonly message: string;
  /** Where in the program; absent when no frame of its own is in the trace. */
  readonly frame?: StackFrame | undefined;
  readonly count: number;
  readonly firstLine: number;
  readonly firstAt?: number | undefined;
  readonly lastAt?: number | undefined;
}

export interface Thrown {
  readonly head: string;
  /** What followed it. */
  readonly trace: readonly string[];
  readonly line: number;
  readonly at?: number | undefined;
}

export interface Exceptions {
  /** What was thrown, in a line; undefined when no exception is in it. */
  add(thrown: Thrown): string | undefined;
  /** The most frequent first. */
  all(): readonly Exception[];
}

const MOST = 200;
/** Traces whose frames are known; more are looked at anew. */
const MOST_KNOWN = 2_000;
const KEY_LINES = 8;

export function createExceptions(): Exceptions {
  const byPlace = new Map<string, Writable<Exception>>();
  const frames = new Map<string, StackFrame | undefined>();

  function frameOf({ head, trace }: Thrown): StackFrame | undefined {
    const key = [head.slice(0, 80), ...trace.slice(0, KEY_LINES)].join('\n');
    if (frames.has(key)) return frames.get(key);
    const [frame] = framesIn([head, ...innermostFirst(trace)], 1);
    if (frames.size < MOST_KNOWN) frames.set(copyOf(key), frame);
    return frame;
  }

  return {
    add(thrown) {
      const named = nameOf(thrown);
      if (named === undefined) return undefined;
      const frame = frameOf(thrown);
      const key = `${named.type} ${frame?.file ?? ''}:${frame?.line ?? ''}`;
      const known = byPlace.get(key);
      if (known !== undefined) {
        known.count++;
        known.lastAt = thrown.at ?? known.lastAt;
      } else if (byPlace.size < MOST) {
        const { at, line } = thrown;
        byPlace.set(copyOf(key), { ...named, frame, count: 1, firstLine: line, firstAt: at, lastAt: at });
      }
      return `${named.type}: ${named.message}`;
    },
    all: () => [...byPlace.values()].toSorted((a, b) => b.count - a.count || a.firstLine - b.firstLine),
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Python prints the innermost frame last. */
const innermostFirst = (trace: readonly string[]): readonly string[] =>
  trace.some((line) => /^\s*File "/u.test(line)) ? trace.toReversed() : trace;

const LONGEST_MESSAGE = 300;
const GO = /^(?:.{0,80}\b)?panic: (.{1,300})/u;
const RUST = /panicked at (?:'(.{1,300})', )?/u;

function nameOf({ head, trace }: Thrown): Pick<Exception, 'type' | 'message'> | undefined {
  const causes = trace.filter((line) => line.startsWith('Caused by: ')).map((line) => line.slice('Caused by: '.length));
  const last = trace.findLast((line) => /^\S/u.test(line) && endOfType(line) > 0);
  for (const text of [causes.at(-1), last, head]) {
    const named = text === undefined ? undefined : typed(text);
    if (named !== undefined) return named;
  }
  const panic = GO.exec(head)?.[1] ?? (RUST.test(head) ? (RUST.exec(head)?.[1] ?? trace[0] ?? head) : undefined);
  return panic === undefined ? undefined : { type: 'panic', message: panic.slice(0, LONGEST_MESSAGE).trim() };
}

/** `java.lang.IllegalStateException: no such cart`, wherever it begins in the text. */
function typed(text: string): Pick<Exception, 'type' | 'message'> | undefined {
  const end = endOfType(text);
  if (end <= 0) return undefined;
  let start = end;
  while (start > 0 && end - start < 120 && /[\w.$]/u.test(text.charAt(start - 1))) start--;
  const type = copyOf(text.slice(start, end).replace(/^\.+/u, ''));
  return {
    type,
    message: copyOf(
      text
        .slice(end)
        .replace(/^[:\s]{1,5}/u, '')
        .slice(0, LONGEST_MESSAGE)
        .trim(),
    ),
  };
}

const TYPE_ENDS = /[A-Za-z](?:Error|Exception|Fault|Panic)(?![\w.])|(?<![\w.])Error(?=: )/gu;

/** Where the name of a type ends; 0 when there is none. */
function endOfType(text: string): number {
  TYPE_ENDS.lastIndex = 0;
  return TYPE_ENDS.exec(text.slice(0, 500)) === null ? 0 : TYPE_ENDS.lastIndex;
}
