/** What a store of logs, such as Loki, holds of pods in a window and in the time before it: the newest lines of each. */
import type { LogLines, LogQuery, LogsPort } from '../../sources/logs.ts';
import { MAX_LINES } from '../../sources/logs.ts';
import type { TimeWindow } from '../../sources/window.ts';
import type { LogText } from './analyse.ts';

export interface StoredLogs {
  readonly source: string;
  readonly now: LogText;
  readonly before: LogText | undefined;
  readonly notes: readonly string[];
}

/** From the first store that has lines; undefined where none has. Throws what the last one said when none answers. */
export async function readStoredLogs(
  ports: readonly LogsPort[],
  query: Omit<LogQuery, 'window'>,
  { window, before }: { readonly window: TimeWindow; readonly before: TimeWindow },
  signal: AbortSignal,
): Promise<StoredLogs | undefined> {
  let trouble: Error | undefined;
  let answered = false;
  for (const port of ports) {
    try {
      const now = await port.lines({ ...query, window }, { limit: MAX_LINES }, signal);
      answered = true;
      if (now.lines.length === 0) continue;
      const earlier = await port.lines({ ...query, window: before }, { limit: MAX_LINES }, signal).catch((error: unknown) => {
        if (signal.aborted) throw error;
        return undefined;
      });
      return {
        source: port.name,
        now: textOf(now, window),
        before: earlier && compared(earlier, before),
        notes: notesOf(port, now, earlier),
      };
    } catch (error) {
      if (signal.aborted) throw error;
      trouble = new Error(`ask ${port.name} for lines`, { cause: error });
    }
  }
  if (!answered && trouble !== undefined) throw trouble;
  return undefined;
}

/** Of lines that were cut, the time that those cover which were kept. */
function textOf({ lines, truncated }: LogLines, { start, end }: TimeWindow): LogText {
  const from = truncated ? (lines[0]?.at ?? start) : start;
  return {
    text: lines.map(({ at, line }) => `${new Date(at).toISOString()} ${line}\n`).join(''),
    seconds: Math.max(1, (end - from) / 1000),
  };
}

/** No lines in an answer that may not be all prove nothing. */
const compared = (lines: LogLines, window: TimeWindow): LogText | undefined =>
  lines.lines.length === 0 ? undefined : textOf(lines, window);

function notesOf(port: LogsPort, now: LogLines, earlier: LogLines | undefined): string[] {
  return [
    ...now.notes,
    ...(now.truncated
      ? [`${port.name} holds more; only the newest ${now.lines.length.toLocaleString('en-US')} lines were read. Take a shorter duration.`]
      : []),
    ...(earlier === undefined ? [`${port.name} did not give the time before, so nothing can be told to be new.`] : []),
  ];
}
