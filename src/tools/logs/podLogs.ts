/**
 * What containers have logged in a window and in the time before it, from the API server: the ill first, the run before a restart included.
 *
 * Bounded: the last lines of each of a number of containers. What was left out is said. Lines carry the time at which they were logged.
 */
import type { KubeClient, LogOptions } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { gapReason } from '../../sources/gap.ts';
import type { ApiContainerStatus, ApiPod } from '../../sources/kubernetes/api.ts';
import { isUnhealthy, statusesOf } from '../../sources/kubernetes/podHealth.ts';
import type { TimeWindow } from '../../sources/window.ts';

export interface PodLogs {
  readonly now: string;
  readonly before: string;
  /** Containers whose logs were read. */
  readonly containers: number;
  readonly notes: readonly string[];
}

const MOST_CONTAINERS = 12;
const LINES = 25_000;
const FEWER_LINES = 4_000;
const BYTES = 6 * 2 ** 20;
const AT_ONCE = 4;
const TIMEOUT_MS = 10_000;

interface Wanted {
  readonly pod: ApiPod;
  readonly container: string;
  readonly previous: boolean;
}

export interface PodLogsOptions {
  readonly client: Pick<KubeClient, 'logs'>;
  readonly window: TimeWindow;
  readonly before: TimeWindow;
  readonly now: number;
  readonly container?: string | undefined;
  readonly signal: AbortSignal;
}

export async function readPodLogs(pods: readonly ApiPod[], options: PodLogsOptions): Promise<PodLogs> {
  const all = pods.toSorted((a, b) => Number(isUnhealthy(b)) - Number(isUnhealthy(a))).flatMap((pod) => wantedOf(pod, options.container));
  const wanted = all.slice(0, MOST_CONTAINERS);
  const left =
    all.length > wanted.length ? [`${all.length - wanted.length} more containers were not read; name a pod or a container.`] : [];
  const read: Text[] = [];
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    read.push(...(await Promise.all(wanted.slice(at, at + AT_ONCE).map((one) => readOne(one, options)))));
    options.signal.throwIfAborted();
  }
  const parts = read.map(({ text }) => splitAt(text, options.before.start, options.window));
  return {
    now: parts.map(({ now }) => now).join(''),
    before: parts.map(({ before }) => before).join(''),
    containers: read.filter(({ text }) => text !== '').length,
    notes: [...left, ...new Set(read.flatMap(({ notes }) => notes))],
  };
}

function wantedOf(pod: ApiPod, container: string | undefined): Wanted[] {
  const statuses = statusesOf(pod).filter(
    ({ name, state }) => (container === undefined || name === container) && state?.waiting?.reason !== 'PodInitializing',
  );
  return statuses.flatMap((status) => [
    ...(status.lastState?.terminated === undefined ? [] : [{ pod, container: status.name, previous: true }]),
    ...(hasRun(status) ? [{ pod, container: status.name, previous: false }] : []),
  ]);
}

const hasRun = ({ state }: ApiContainerStatus): boolean => state?.running !== undefined || state?.terminated !== undefined;

interface Text {
  readonly text: string;
  readonly notes: readonly string[];
}

async function readOne({ pod, container, previous }: Wanted, { client, before, now, signal }: PodLogsOptions): Promise<Text> {
  const { namespace = '', name } = pod.metadata;
  const sinceSeconds = Math.max(1, Math.ceil((now - before.start) / 1000));
  const options: LogOptions = { container, previous, sinceSeconds, timestamps: true, limitBytes: BYTES, timeoutMs: TIMEOUT_MS, signal };
  try {
    const text = await client.logs(namespace, name, { ...options, tailLines: LINES });
    // The node cuts the end off, and the end is what counts.
    if (Buffer.byteLength(text) < BYTES) return { text: ended(text), notes: linesIn(text) < LINES ? [] : [cutNote(LINES)] };
    return { text: ended(await client.logs(namespace, name, { ...options, tailLines: FEWER_LINES })), notes: [cutNote(FEWER_LINES)] };
  } catch (error) {
    if (signal.aborted) throw error;
    if (previous && isNotFound(error)) return { text: '', notes: [] };
    return { text: '', notes: [`the log of ${container} in ${name} could not be read (${gapReason(error)}).`] };
  }
}

const cutNote = (lines: number): string => `of at least one container, only the last ${lines.toLocaleString('en-US')} lines were read.`;
const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** Lines come oldest first, each with its time before it. */
function splitAt(text: string, from: number, { start, end }: TimeWindow): { readonly before: string; readonly now: string } {
  const [first, begin, stop] = [from, start, end + 1].map((time) => placeOf(text, new Date(time).toISOString()));
  return { before: text.slice(first, begin), now: text.slice(begin, stop) };
}

/** Where the first line begins that is not before `time`: both are RFC 3339 in UTC, which sort as text up to the seconds. */
function placeOf(text: string, time: string): number {
  const wanted = time.slice(0, 23);
  let from = 0;
  while (from < text.length) {
    const stamp = text.slice(from, from + 23);
    if (/^\d{4}-/u.test(stamp) && stamp >= wanted) return from;
    const next = text.indexOf('\n', from);
    if (next === -1) return text.length;
    from = next + 1;
  }
  return from;
}
