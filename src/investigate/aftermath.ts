/**
 * What a verification looks at beside the targets: whether an error that was cited before a fix is still logged, and what is wrong around them.
 *
 * Around are all workloads of their namespaces, the Services of other namespaces that they are configured to call, and pods in trouble on their nodes.
 * Who verifies compares that with what was wrong there before. It is told as reasons and objects; what a log says stays here.
 */

import { messageOf } from '../analysis/logTemplates/message.ts';
import { createTemplateMiner } from '../analysis/logTemplates/miner.ts';
import type { ObjectRef } from '../crds/common.ts';
import type { Aftermath, Gap } from '../crds/investigation.ts';
import type { FindingReason } from '../crds/reasons.ts';
import { pods as podResource } from '../sources/kubernetes/api.ts';
import { gatherCluster } from '../sources/kubernetes/gather.ts';
import { LIMITS } from '../sources/kubernetes/limits.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import { isUnhealthy } from '../sources/kubernetes/podHealth.ts';
import type { Reader } from '../sources/kubernetes/reader.ts';
import type { Pod, Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { Cleaner } from '../sources/text.ts';
import { addressesOf } from './addresses.ts';
import { analyse } from './analyse.ts';
import { serviceRef, workloadsBehind } from './reachability.ts';

export interface AfterFix {
  /** Lines that the diagnosis rests on. */
  readonly cited: readonly string[];
  /** Milliseconds since the epoch: what was logged before is about the time before the fix. Undefined: it is not there yet. */
  readonly since: number | undefined;
}

export async function aftermathOf(reader: Reader, targets: Snapshot, fix: AfterFix, cleaner: Cleaner): Promise<Aftermath> {
  const [echoes, around] = await Promise.all([echoesOf(reader, targets, fix, cleaner), gatherAround(reader, targets, cleaner)]);
  const findings = [
    ...around.near.flatMap((snapshot) => analyse(snapshot).findings),
    ...analyse(around.mates).findings.filter(({ reason }) => isSharedByNode(reason)),
  ];
  const own = ownNames(targets);
  const distinct = new Map<string, { reason: FindingReason; object: ObjectRef }>();
  for (const { reason, object } of findings) {
    const { kind, namespace, name } = object;
    if (!own.has(objectName(object))) distinct.set(`${reason} ${objectName(object)}`, { reason, object: { kind, namespace, name } });
  }
  return {
    ...echoes,
    neighbours: {
      complete: ![...around.near, around.mates].some(({ gaps }) => gaps.some(isBlind)),
      findings: [...distinct.values()].slice(0, MOST_FINDINGS),
    },
  };
}

const MOST_FINDINGS = 40;

/** What may not be read was not read before the fix either. */
const isBlind = ({ reason }: Gap): boolean => ['Unavailable', 'TimedOut', 'TooLarge', 'Malformed'].includes(reason);

/** What pods of one node take from each other. Its own limits, images and settings are each one's own, and no fix elsewhere brings them on. */
const OF_SHARED_NODES: ReadonlySet<FindingReason> = new Set<FindingReason>([
  'CPUSaturated',
  'HostPortConflict',
  'InsufficientCPU',
  'InsufficientMemory',
  'NodeDiskPressure',
  'NodeMemoryPressure',
  'NodeNetworkDelay',
  'NodeNetworkLoss',
  'NodeNotReady',
  'NodeOutOfMemory',
  'NodeProcessPressure',
  'TooManyPods',
]);

export const isSharedByNode = (reason: FindingReason): boolean => OF_SHARED_NODES.has(reason);

interface Around {
  /** Their namespaces, and what they call. */
  readonly near: readonly Snapshot[];
  /** Pods of other namespaces on their nodes. */
  readonly mates: Snapshot;
}

async function gatherAround(reader: Reader, targets: Snapshot, cleaner: Cleaner): Promise<Around> {
  const { at, window } = targets;
  const spaces = [...new Set(targets.workloads.flatMap(({ ref }) => ref.namespace ?? []))];
  const inside = new Set(spaces);
  const called = targets.workloads
    .flatMap((workload) => [...addressesOf(workload)])
    .filter(({ namespace }) => !inside.has(namespace))
    .map(serviceRef);
  const gather = (of: readonly ObjectRef[]): Promise<Snapshot> => gatherCluster(reader, { targets: of, at, window }, cleaner);
  const [own, services, mates] = await Promise.all([
    gather(spaces.map((name) => ({ kind: 'Namespace', name }))),
    gather(called),
    nodeMates(reader, targets, inside).then(gather),
  ]);
  return { near: [own, services], mates };
}

/** Pods in trouble on the nodes of the targets, of other namespaces. */
async function nodeMates(reader: Reader, { pods }: Snapshot, inside: ReadonlySet<string>): Promise<readonly ObjectRef[]> {
  const nodes = [...new Set(pods.flatMap(({ node }) => node ?? []))].slice(0, LIMITS.nodes);
  const lists = await Promise.all(nodes.map((node) => reader.list(podResource, { fieldSelector: `spec.nodeName=${node}` })));
  return lists
    .flatMap((list) => list ?? [])
    .filter((pod) => !inside.has(pod.metadata.namespace ?? '') && isUnhealthy(pod))
    .map(({ metadata: { namespace, name } }) => ({ kind: 'Pod', namespace, name }));
}

/** What the plan itself is judged by: the targets, their pods and the Services that lead to them. */
function ownNames(targets: Snapshot): ReadonlySet<string> {
  const { workloads, pods, services } = targets;
  const own = services.filter((service) => workloadsBehind(targets, service).length > 0).map(serviceRef);
  return new Set([
    ...workloads.map(({ ref }) => objectName(ref)),
    ...pods.flatMap(({ owner, namespace, name }) => [objectName(owner), `Pod/${namespace}/${name}`]),
    ...own.map(objectName),
  ]);
}

async function echoesOf(
  reader: Reader,
  { pods, at }: Snapshot,
  { cited, since }: AfterFix,
  cleaner: Cleaner,
): Promise<Pick<Aftermath, 'logsRead' | 'stillLogged'>> {
  if (cited.length === 0 || since === undefined) return {};
  const sinceSeconds = Math.max(1, Math.ceil((at - since) / 1000));
  const running = pods.filter(({ current, deleting }) => current && !deleting);
  const wanted = running.flatMap((pod) => runningContainers(pod).map((container) => ({ pod, container }))).slice(0, LIMITS.quietLogs);
  const read = await Promise.all(
    wanted.map(async ({ pod, container }) => {
      const options = { container, tailLines: LIMITS.quietLogLines, limitBytes: LIMITS.logBytes, sinceSeconds };
      const text = await reader.logs(pod.namespace, pod.name, options);
      return text === undefined ? undefined : { pod, container, echoes: cleaner.lines(text).filter(likeAnyOf(cited)).length };
    }),
  );
  const seen = read.filter((one) => one !== undefined);
  return {
    logsRead: read.length > 0 && seen.length === read.length,
    stillLogged: seen
      .filter(({ echoes }) => echoes > 0)
      .map(({ pod: { owner }, container, echoes }) => {
        const { kind, namespace, name } = owner;
        return { object: { kind, namespace, name, container }, lines: echoes };
      }),
  };
}

const runningContainers = ({ containers }: Pod): readonly string[] =>
  containers.filter(({ role, state }) => role !== 'init' && state.running !== undefined).map(({ name }) => name);

/** Of the same template: the same words, whatever numbers, names and times stand between them. */
export function likeAnyOf(cited: readonly string[]): (line: string) => boolean {
  const miner = createTemplateMiner();
  const known = cited.map((line) => miner.add(messageOf(line)));
  return (line) => {
    const id = miner.resolve(miner.add(messageOf(line)));
    return known.some((one) => miner.resolve(one) === id);
  };
}
