/** Last lines of the present and the previous run of containers that are in trouble; of those that run and are not ready, also the first. */
import type { LogOptions } from '../../kube/client.ts';
import type { Cleaner } from '../text.ts';
import type { ApiContainerStatus, ApiPod } from './api.ts';
import { LIMITS } from './limits.ts';
import { evidenceKeys } from './names.ts';
import { hasFailed, statusesOf } from './podHealth.ts';
import type { Reader } from './reader.ts';
import type { Logs, LogTail } from './snapshot.ts';

/** Logs by pod uid and container. */
export type LogIndex = (pod: ApiPod, container: string) => Logs;

interface Wanted {
  readonly pod: ApiPod;
  readonly status: ApiContainerStatus;
}

/** @param pods the most interesting first */
export async function readLogs(reader: Reader, pods: readonly ApiPod[], cleaner: Cleaner): Promise<LogIndex> {
  const wanted = pods.flatMap((pod) =>
    statusesOf(pod)
      .filter((status) => isTelling(pod, status))
      .map((status) => ({ pod, status })),
  );
  const read = await Promise.all(
    onePerContainerFirst(wanted)
      .slice(0, LIMITS.logs)
      .map(async (one) => [keyOf(one.pod, one.status.name), await readOne(reader, one, cleaner)] as const),
  );
  const logs = new Map(read);
  return (pod, container) => logs.get(keyOf(pod, container)) ?? {};
}

const keyOf = (pod: ApiPod, container: string): string => `${pod.metadata.uid}/${container}`;

function isTelling(pod: ApiPod, status: ApiContainerStatus): boolean {
  const hasRun =
    status.state?.running !== undefined || status.state?.terminated !== undefined || status.lastState?.terminated !== undefined;
  if (!hasRun) return false;
  const isInit = pod.status?.initContainerStatuses?.includes(status) ?? false;
  return hasFailed(status) || (!isInit && status.ready !== true);
}

/** The same container of a second pod says the same again: others come first. */
function onePerContainerFirst(wanted: readonly Wanted[]): Wanted[] {
  const seen = new Set<string>();
  const isFirst = wanted.map(({ status }) => !seen.has(status.name) && seen.add(status.name) !== undefined);
  return [...wanted.filter((_, index) => isFirst[index]), ...wanted.filter((_, index) => !isFirst[index])];
}

async function readOne(reader: Reader, { pod, status }: Wanted, cleaner: Cleaner): Promise<Logs> {
  const ranBefore = (status.restartCount ?? 0) > 0 || status.lastState?.terminated !== undefined;
  const runs = status.state?.running !== undefined || status.state?.terminated !== undefined;
  const tail = (previous: boolean): Promise<LogTail | undefined> => readTail(reader, pod, status.name, previous, cleaner);
  const [current, previous, head] = await Promise.all([
    runs ? tail(false) : undefined,
    ranBefore ? tail(true) : undefined,
    status.state?.running !== undefined && status.ready !== true ? readHead(reader, pod, status.name, cleaner) : undefined,
  ]);
  return { current, previous, head };
}

/** The API server cuts the end off a tail that is too long, and the end is what counts: then fewer lines are asked for. */
async function readTail(reader: Reader, pod: ApiPod, container: string, previous: boolean, cleaner: Cleaner): Promise<LogTail | undefined> {
  const ask = (tailLines: number): Promise<string | undefined> =>
    read(reader, pod, { container, previous, tailLines, limitBytes: LIMITS.logBytes });
  const isCut = (text: string | undefined): text is string => text !== undefined && Buffer.byteLength(text) >= LIMITS.logBytes;
  let text = await ask(LIMITS.logLines);
  for (const fewer of LIMITS.fewerLogLines) if (isCut(text)) text = (await ask(fewer)) ?? text;
  return tailOf(text, pod, container, previous ? 'previous' : 'current', cleaner);
}

async function readHead(reader: Reader, pod: ApiPod, container: string, cleaner: Cleaner): Promise<LogTail | undefined> {
  return tailOf(await read(reader, pod, { container, limitBytes: LIMITS.headBytes }), pod, container, 'head', cleaner);
}

const read = (reader: Reader, { metadata }: ApiPod, options: LogOptions): Promise<string | undefined> =>
  reader.logs(metadata.namespace ?? '', metadata.name, options);

function tailOf(text: string | undefined, { metadata }: ApiPod, container: string, which: string, cleaner: Cleaner): LogTail | undefined {
  if (text === undefined) return undefined;
  return { lines: cleaner.lines(text), evidence: evidenceKeys.logs(metadata.namespace ?? '', metadata.name, container, which) };
}
