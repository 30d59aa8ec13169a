/**
 * Nodes that say themselves that they are in trouble, and nodes whose clock is off.
 *
 * Right by the node's own conditions, for nodes that run a pod that was looked at, or that one waits for. A taint or a cordon is somebody's
 * intention and no trouble of the node. A clock is told by what its pods say of times that cannot be, while all of them are on that node.
 * Disproved by the condition turning. Which of its daemons is down is told by others, and lies deeper.
 */

import type { FindingReason } from '../../crds/reasons.ts';
import { ownMember } from '../../domain/ownMember.ts';
import type { Condition, Node, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { livingPods } from '../containers.ts';
import { credibleLines, podsOf } from '../credibleLines.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { nodeRef } from '../refs.ts';
import { isNotYetValid } from '../tlsWords.ts';

export const nodeConditions: Analyzer = {
  name: 'nodeConditions',
  *find(snapshot) {
    for (const node of snapshot.nodes.filter((one) => matters(snapshot, one))) {
      for (const condition of node.conditions) {
        const reason = reasonOf(condition);
        if (reason !== undefined)
          yield finding(snapshot, node.name, reason, saysOf(condition), { evidence: [node.evidence], since: condition.since });
      }
    }
    yield* clocks(snapshot);
  },
};

function matters(snapshot: Snapshot, { name }: Node): boolean {
  const pods = livingPods(snapshot);
  return pods.length === 0 || pods.some(({ node, unscheduled }) => node === name || unscheduled !== undefined);
}

const TROUBLE: Readonly<Record<string, FindingReason>> = {
  DiskPressure: 'NodeDiskPressure',
  MemoryPressure: 'NodeMemoryPressure',
  PIDPressure: 'NodeProcessPressure',
  NetworkUnavailable: 'NodeNetworkUnavailable',
};
const NO_NETWORK = /cni plugin not initialized|network plugin is not ready|NetworkPluginNotReady|NetworkReady=false/iu;

function reasonOf({ type, status, message }: Condition): FindingReason | undefined {
  if (type === 'Ready' && status !== 'True') return NO_NETWORK.test(message) ? 'NodeNetworkUnavailable' : 'NodeNotReady';
  return status === 'True' ? ownMember(TROUBLE, type) : undefined;
}

function saysOf({ type, status, reason, message }: Condition): string {
  const words = message === '' ? reason : message;
  const what = type === 'Ready' ? 'is not ready' : `reports ${type}`;
  return `${what}${status === 'Unknown' ? ', as it has not reported lately' : ''}: ${quote(words)}`;
}

const OFF =
  /RequestTimeTooSkewed|clock (?:skew|is out of sync|drift)|token used before issued|signature not yet current|time is not synchronized/iu;

function* clocks(snapshot: Snapshot): Iterable<Finding> {
  for (const { kind, name, reason, message, evidence, firstAt, lastAt } of snapshot.events) {
    if (kind === 'Node' && (OFF.test(message) || /^(?:ClockSkew|NTPProblem)$/u.test(reason)) && lastAt >= snapshot.window.start) {
      yield finding(snapshot, name, 'NodeClockSkewed', `has a clock that is off: ${quote(message)}`, {
        evidence: [evidence],
        since: firstAt,
      });
    }
  }
  for (const { owner, text, evidence } of credibleLines(snapshot)) {
    if (!OFF.test(text) && !isNotYetValid(text)) continue;
    const [node, another] = [...new Set(podsOf(snapshot, owner).map((pod) => pod.node))];
    if (node === undefined || another !== undefined) continue;
    yield {
      ...finding(snapshot, node, 'NodeClockSkewed', `may have a clock that is off: ${quote(text)}`, { evidence: [evidence] }),
      indirect: true,
    };
  }
}

function finding(
  snapshot: Snapshot,
  name: string,
  reason: FindingReason,
  says: string,
  seen: Pick<Finding, 'evidence' | 'since'>,
): Finding {
  const ref = nodeRef(name);
  return {
    analyzer: nodeConditions.name,
    reason,
    object: ref,
    message: `Node ${name} ${says}.`,
    cures: CORDONED_FOR.has(reason) ? ['CordonNode'] : [],
    ...seen,
    pods: takenAlong(snapshot, name, reason),
    touchedBy: { direct: objectFields(ref, ''), plausible: [] },
  };
}

/** What a pod that comes to the node now would meet, while those that run there may go on. A node that is not ready takes none anyway. */
const CORDONED_FOR = new Set<FindingReason>(['NodeDiskPressure', 'NodeMemoryPressure', 'NodeProcessPressure', 'NodeClockSkewed']);

const TAKES_ALL_ALONG = new Set<FindingReason>(['NodeNotReady', 'NodeNetworkUnavailable']);

/** A node that is not ready explains what is not ready on it; pressure explains what was evicted over it. */
function takenAlong(snapshot: Snapshot, name: string, reason: FindingReason): string[] {
  const here = snapshot.pods.filter(({ node }) => node === name);
  const taken = TAKES_ALL_ALONG.has(reason) ? here.filter(({ ready }) => !ready) : here.filter((pod) => pod.reason === 'Evicted');
  return taken.map((pod) => pod.name);
}
