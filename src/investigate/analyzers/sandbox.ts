/**
 * Pods for which the container runtime cannot set up a sandbox: network, cgroups, or the runtime itself.
 *
 * Right while none of the pod's containers has been made and the kubelet says so after anything better. Disproved by an image being pulled for
 * it since: then the sandbox was made by the next try. One that is killed for memory is told by `oomKilled`.
 */
import type { ObjectEvent, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, evidenceFor, livingPods, onset, podName } from '../containers.ts';
import { podFields } from '../fields.ts';
import type { Analyzer } from '../finding.ts';
import { quoteEnd } from '../quote.ts';
import { isKilledForMemory } from './oomKilled.ts';

export const sandbox: Analyzer = {
  name: 'sandbox',
  *find(snapshot) {
    for (const pod of livingPods(snapshot).filter(hasNothingYet)) {
      const failure = failureOf(snapshot, pod);
      if (failure === undefined) continue;
      yield {
        analyzer: sandbox.name,
        reason: 'ContainerSandboxFailed',
        object: pod.owner,
        message: `The sandbox of pod ${podName(pod)} cannot be set up on node ${pod.node ?? 'unknown'}: ${quoteEnd(failure.message)}.`,
        cures: ['RevertCommit', 'DeletePod'],
        evidence: [
          ...evidenceFor(snapshot, pod),
          ...snapshot.nodes.filter(({ name }) => name === pod.node).map(({ evidence }) => evidence),
        ],
        pods: [pod.name],
        since: onset(snapshot, pod),
        touchedBy: { direct: podFields(pod.owner, 'runtimeClassName', 'securityContext', 'hostNetwork'), plausible: [] },
      };
    }
  },
};

const STARTING = new Set(['ContainerCreating', 'PodInitializing']);

const hasNothingYet = ({ phase, containers, ip }: Pod): boolean =>
  phase === 'Pending' && ip === undefined && containers.every(({ state }) => STARTING.has(state.waiting?.reason ?? ''));

const FAILED = new Set(['FailedCreatePodSandBox', 'FailedPodSandBoxStatus', 'NetworkNotReady']);
const PROGRESS = new Set(['Pulling', 'Pulled', 'Created', 'Started']);

function failureOf(snapshot: Snapshot, pod: Pod): ObjectEvent | undefined {
  const events = eventsOf(snapshot, pod);
  const progress = Math.max(0, ...events.filter(({ reason }) => PROGRESS.has(reason)).map(({ lastAt }) => lastAt));
  return events
    .filter(({ reason, lastAt, message }) => FAILED.has(reason) && lastAt > progress && !isKilledForMemory(message))
    .toSorted((a, b) => b.lastAt - a.lastAt)[0];
}
