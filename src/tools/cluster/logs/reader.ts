/**
 * Logs of pods on a caller's behalf: what they may read, on record before it is read, cleaned and redacted, within bounds.
 *
 * What a node does not give is a note, and no error as long as another container answered: "not seen" is never "has said nothing".
 */
import type { Clock } from '../../../clock.ts';
import { createCallBudget } from '../../../sources/budget.ts';
import type { ApiPod } from '../../../sources/kubernetes/api.ts';
import { hasFailed } from '../../../sources/kubernetes/podHealth.ts';
import { createReader, type Reader } from '../../../sources/kubernetes/reader.ts';
import { ToolError } from '../../errors.ts';
import type { Call } from '../../tool.ts';
import type { ClusterDeps } from '../deps.ts';
import { type PodSelection, selectPods } from './pods.ts';
import type { LogRecord } from './record.ts';

export interface LogsWanted extends PodSelection {
  /** Absent: the one that stands for the pod, else all but init containers that went well. */
  readonly container?: string | undefined;
  /** Of the run before the present one. */
  readonly previous?: boolean | undefined;
  readonly sinceSeconds?: number | undefined;
  /** Of each container, at most; the newest. */
  readonly lines: number;
}

export interface LoggedLine {
  readonly pod: string;
  readonly container: string;
  /** RFC 3339, as the node noted it; empty where it is not known. */
  readonly at: string;
  readonly text: string;
}

export interface PodLogs {
  readonly namespace: string;
  /** Oldest first, of all containers together. */
  readonly lines: readonly LoggedLine[];
  /** As `pod/container`. */
  readonly containers: readonly string[];
  /** What was not read, and why, in sentences. */
  readonly notes: readonly string[];
}

export interface LogReader {
  readonly read: (wanted: LogsWanted, call: Call) => Promise<PodLogs>;
}

const MOST_PODS = 10;
const MOST_CONTAINERS = 20;
const AT_ONCE = 5;
const MOST_BYTES = 2 ** 20;
const LONGEST_LINE = 600;

interface Stream {
  readonly pod: string;
  readonly container: string;
}

export type LogReaderDeps = Pick<ClusterDeps, 'client' | 'cleaner'> & { readonly clock: Clock; readonly logRecord: LogRecord };

export function createLogReader(deps: LogReaderDeps): LogReader {
  const { client, clock, cleaner, logRecord } = deps;
  return {
    read: async (wanted, call) => {
      const { namespace, previous = false } = wanted;
      const what = inWords(wanted);
      const found = await logRecord.refusals(call, { namespace, pods: [], what }, () => selectPods(deps, wanted, call));
      const chosen = found.slice(0, MOST_PODS);
      const streams = chosen.flatMap((pod) => streamsOf(pod, wanted)).slice(0, MOST_CONTAINERS);
      if (streams.length === 0) throw noContainer(chosen, wanted);
      const pods = [...new Set(streams.map(({ pod }) => pod))];
      await logRecord.admit(call, { namespace, pods, what });
      const budget = createCallBudget(4 * MOST_CONTAINERS, AT_ONCE);
      const reader = createReader({ kube: client, budget, signal: call.signal, clock });
      const read = await Promise.all(streams.map((stream) => readStream(reader, stream, wanted, cleaner)));
      call.signal.throwIfAborted();
      const unread = streams.filter((_, at) => read[at] === undefined);
      if (unread.length === streams.length) throw nothingRead(reader, streams, previous);
      return {
        namespace,
        lines: inTime(read.flatMap((lines) => lines ?? [])),
        containers: streams.filter((stream) => !unread.includes(stream)).map(nameOf),
        notes: [
          ...(unread.length === 0 ? [] : [`${unread.map(nameOf).join(', ')}: ${whyNot(previous)}.`]),
          ...(found.length === chosen.length
            ? []
            : [`${chosen.length} of ${found.length} pods were read, the ill and the newest; name one for others.`]),
        ],
      };
    },
  };
}

const nameOf = ({ pod, container }: Stream): string => `${pod}/${container}`;

function inWords({ name, labelSelector, container, previous }: LogsWanted): string {
  const run = previous === true ? ', the run before' : '';
  return `${container === undefined ? '' : `container ${container} of `}${name ?? `pods with ${labelSelector ?? 'any labels'}`}${run}`;
}

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

function streamsOf({ metadata, spec, status }: ApiPod, { container }: LogsWanted): Stream[] {
  const app = (spec?.containers ?? []).map(({ name }) => name);
  const init = (spec?.initContainers ?? []).map(({ name }) => name);
  const failed = (status?.initContainerStatuses ?? []).filter((one) => hasFailed(one)).map(({ name }) => name);
  const usual = metadata.annotations?.[DEFAULT_CONTAINER];
  const usually = [...failed, ...(usual !== undefined && app.includes(usual) ? [usual] : app)];
  const chosen = container === undefined ? usually : [...app, ...init].filter((name) => name === container);
  return chosen.map((name) => ({ pod: metadata.name, container: name }));
}

function noContainer(pods: readonly ApiPod[], { container = '' }: LogsWanted): ToolError {
  const names = pods.flatMap(({ spec }) => [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name }) => name));
  return new ToolError('NotFound', `There is no container ${container.slice(0, 63)}; there is ${[...new Set(names)].join(', ')}.`);
}

/** Undefined: it could not be read. */
async function readStream(
  reader: Reader,
  { pod, container }: Stream,
  { namespace, previous, sinceSeconds, lines: tailLines }: LogsWanted,
  cleaner: LogReaderDeps['cleaner'],
): Promise<LoggedLine[] | undefined> {
  const options = { container, previous, sinceSeconds, tailLines, timestamps: true, limitBytes: MOST_BYTES };
  const text = await reader.logs(namespace, pod, options);
  return text === undefined ? undefined : cleaner.lines(text, LONGEST_LINE).map((line) => ({ pod, container, ...timed(line) }));
}

/** As the node prefixes each line. */
const TIMED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))(?: (.*))?$/su;

function timed(line: string): Pick<LoggedLine, 'at' | 'text'> {
  const [, at = '', text = ''] = TIMED.exec(line) ?? [];
  return at === '' ? { at: '', text: line } : { at, text };
}

/** Lines without a time stay behind the one before them. */
function inTime(lines: readonly LoggedLine[]): readonly LoggedLine[] {
  let last = 0;
  return lines
    .map((line) => {
      last = line.at === '' ? last : Date.parse(line.at);
      return { line, at: last };
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ line }) => line);
}

const whyNot = (previous: boolean): string =>
  previous
    ? 'there is no run before the present one, or its node does not hold its log any more'
    : 'its node does not give the log: it has not started, or the node does not answer';

function nothingRead(reader: Reader, streams: readonly Stream[], previous: boolean): ToolError {
  const reasons = new Set(reader.gaps.map(({ reason }) => reason));
  const which = streams.map(nameOf).join(', ');
  if (reasons.has('Forbidden'))
    return new ToolError(
      'Forbidden',
      'Agent-SRE itself may not read logs here; an administrator can grant get on pods/log to its gateway.',
    );
  if (reasons.size === 1 && reasons.has('NotFound')) return new ToolError('NotFound', `${which}: ${whyNot(previous)}.`);
  return new ToolError(reasons.has('TimedOut') ? 'TimedOut' : 'Unavailable', `${which}: ${whyNot(previous)}.`);
}
