/**
 * Logs for a support bundle: the last lines of the present and the previous run of containers in trouble, by pod; of the others, the lines
 * that tell of trouble, by workload.
 *
 * One pod of each healthy workload is read. Lines are cleaned and redacted; containers, lines and bytes are bounded.
 */
import type { KubeObject } from '../../kube/object.ts';
import type { ApiContainerStatus, ApiPod } from '../kubernetes/api.ts';
import { readErrorLines } from '../kubernetes/errorLines.ts';
import { gatherCluster } from '../kubernetes/gather.ts';
import { createListedReader } from '../kubernetes/listedReader.ts';
import { hasFailed, isUnhealthy, statusesOf } from '../kubernetes/podHealth.ts';
import type { Reader } from '../kubernetes/reader.ts';
import type { ErrorLines } from '../kubernetes/snapshot.ts';
import { controllerOf } from '../kubernetes/targets.ts';
import type { Cleaner } from '../text.ts';

const LIMITS = { troubled: 40, quiet: 100, tailLines: 80, tailBytes: 64 * 1024, headBytes: 8 * 1024 };
const LONGEST_LINE = 1_000;

type Lines = readonly string[];
/** Lines by container; those of the previous run of the first container as `previous`, of others as `NAME/previous`. */
export type LogParts = Readonly<Record<string, Lines>>;

/** Parts by the arguments of the call that would give them. */
export async function collectLogs(
  reader: Reader,
  namespace: string,
  objects: readonly KubeObject[],
  cleaner: Cleaner,
): Promise<Record<string, LogParts>> {
  const apiPods = objects.filter(({ kind }) => kind === 'Pod') as unknown as readonly ApiPod[];
  const ownerName = ownerNames(objects);
  const troubled = fewOfEach(
    apiPods.filter(isUnhealthy).flatMap((pod) => statusesOf(pod).flatMap((status) => (isTelling(pod, status) ? [{ pod, status }] : []))),
    3,
    ({ pod, status }) => `${ownerName(pod)}/${status.name}`,
  ).slice(0, LIMITS.troubled);
  const [tails, quiet] = await Promise.all([
    Promise.all(troubled.map(async (one) => [one.pod.metadata.name, await troubledParts(reader, one, cleaner)] as const)),
    quietLines(reader, namespace, objects, cleaner),
  ]);
  const logs: Record<string, LogParts> = {};
  const add = (service: string, found: LogParts): void => {
    if (Object.keys(found).length === 0) return;
    const call = JSON.stringify({ namespace, service_name: service });
    logs[call] = { ...logs[call], ...found };
  };
  for (const [pod, found] of tails) add(pod, found);
  for (const { owner, container = 'app', lines } of quiet) add(owner.name, { [container]: lines.map(({ text }) => text) });
  return logs;
}

interface Wanted {
  readonly pod: ApiPod;
  readonly status: ApiContainerStatus;
}

function isTelling(pod: ApiPod, status: ApiContainerStatus): boolean {
  const isInit = pod.status?.initContainerStatuses?.includes(status) ?? false;
  return (hasBegun(status) || ranBefore(status)) && (hasFailed(status) || (!isInit && status.ready !== true));
}

/** At most so many of those that would say the same, and the first of each sort before the second of any. */
function fewOfEach<T>(items: readonly T[], most: number, sameness: (item: T) => string): T[] {
  const groups = [...Map.groupBy(items, sameness).values()];
  return Array.from({ length: most }, (_, round) => groups.flatMap((group) => group.slice(round, round + 1))).flat();
}

async function troubledParts(reader: Reader, { pod, status }: Wanted, cleaner: Cleaner): Promise<LogParts> {
  const container = status.name;
  const tail = { container, tailLines: LIMITS.tailLines, limitBytes: LIMITS.tailBytes };
  const [present, previous, head] = await Promise.all([
    hasBegun(status) ? linesOf(reader, pod, tail, cleaner) : [],
    ranBefore(status) ? linesOf(reader, pod, { ...tail, previous: true }, cleaner) : [],
    isUnready(status) ? linesOf(reader, pod, { container, limitBytes: LIMITS.headBytes }, cleaner) : [],
  ]);
  const isFirst = pod.spec?.containers?.[0]?.name === container;
  return {
    ...named(container, [...before(present[0], head), ...present]),
    ...named(isFirst ? 'previous' : `${container}/previous`, previous),
  };
}

const hasBegun = ({ state }: ApiContainerStatus): boolean => state?.running !== undefined || state?.terminated !== undefined;
const ranBefore = ({ restartCount = 0, lastState }: ApiContainerStatus): boolean => restartCount > 0 || lastState?.terminated !== undefined;
const isUnready = ({ state, ready }: ApiContainerStatus): boolean => state?.running !== undefined && ready !== true;

/** What the first lines have before the last ones begin. */
function before(first: string | undefined, head: Lines): Lines {
  const at = first === undefined ? -1 : head.indexOf(first);
  return at < 0 ? head : head.slice(0, at);
}

/** The pods are judged as a diagnosis will judge them, over what was collected. */
async function quietLines(
  reader: Reader,
  namespace: string,
  objects: readonly KubeObject[],
  cleaner: Cleaner,
): Promise<readonly ErrorLines[]> {
  const collected = createListedReader(objects, async () => undefined);
  const targets = [{ apiVersion: 'v1', kind: 'Namespace', name: namespace }];
  const seen = await gatherCluster(collected, { targets, window: { start: 0, end: 0 }, at: 0 }, cleaner);
  return readErrorLines(reader, seen, cleaner, LIMITS.quiet);
}

const named = (part: string, lines: Lines): LogParts => (lines.length === 0 ? {} : { [part]: lines });

async function linesOf(reader: Reader, { metadata }: ApiPod, options: Parameters<Reader['logs']>[2], cleaner: Cleaner): Promise<Lines> {
  const text = await reader.logs(metadata.namespace ?? '', metadata.name, options);
  return cleaner.lines(text ?? '', LONGEST_LINE).filter((line) => line.trim() !== '');
}

/** Name of what stands at the top of the chain of owners: what a person calls the service. */
function ownerNames(objects: readonly KubeObject[]): (object: KubeObject) => string {
  const byUid = new Map(objects.map((object) => [object.metadata.uid, object]));
  const nameOf = (object: KubeObject, depth = 0): string => {
    const owner = controllerOf(object);
    const above = owner === undefined ? undefined : byUid.get(owner.uid);
    if (above !== undefined && depth < DEEPEST_CHAIN) return nameOf(above, depth + 1);
    return owner?.name ?? object.metadata.name;
  };
  return (object) => nameOf(object);
}

const DEEPEST_CHAIN = 5;
