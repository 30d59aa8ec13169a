/**
 * A container that runs and fails its probe, by what is wrong between the two.
 *
 * Right while the kubelet reports failures of a probe of the present or just ended run and the container is not ready, or was killed for
 * it. The port is compared with what the program says that it listens on (its log is the best witness), then with the ports that the
 * container declares. Disproved by a container that is ready again; not asked at all where the program ends by itself
 * (`crashLoop`, `oomKilled`): a dead program answers nobody.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import type { Container, ObjectEvent, Pod, Probe, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, evidenceFor, lastEnd, livingContainers, onset, podName, RECENT_MS, restartsOf } from '../containers.ts';
import { configurationOf, containerFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { wasKilledByProbe } from './livenessKills.ts';
import { mismatchByLog, type Verdict, verdictOf } from './probeVerdict.ts';

export const probe: Analyzer = {
  name: 'probe',
  *find(snapshot) {
    for (const { pod, container } of livingContainers(snapshot)) {
      const killed = wasKilledLately(snapshot, pod, container);
      if (container.role === 'init' || (!killed && (container.ready || endsByItself(container)))) continue;
      const failures = failuresOf(snapshot, pod, container).filter((failure) => killed || isOfPresentRun(container, failure));
      const reported = new Set(failures.map(({ probe: failing }) => failing));
      for (const { probe: failing, event, words } of failures) {
        const passing = container.probes.filter((one) => !reported.has(one) && passes(container, one, failing));
        const verdict = verdictOf({ pod, container, probe: failing, words, killed, passing });
        yield finding(snapshot, { pod, container, failing, verdict, event });
      }
      if (failures.length === 0) yield* withoutEvents(snapshot, pod, container);
    }
  },
};

/** Between two kills a container without a readiness probe counts as ready; one that has such a probe and passes it has come right. */
function wasKilledLately(snapshot: Snapshot, pod: Pod, container: Container): boolean {
  const isAsked = container.probes.some(({ type }) => type === 'readiness');
  if (isAsked && container.ready && container.restarts <= 1) return false;
  return wasKilledByProbe(snapshot, pod, container) && snapshot.at - (lastEnd(container)?.finishedAt ?? 0) < RECENT_MS;
}

function endsByItself(container: Container): boolean {
  return container.state.running === undefined || lastEnd(container)?.reason === 'OOMKilled';
}

interface Failure {
  readonly probe: Probe;
  readonly event: ObjectEvent;
  readonly words: string;
}

/** Events and states are written by different hands, and seconds are cut off. */
const GRACE_MS = 5_000;

const FAILURE = /\b(Readiness|Liveness|Startup) probe (?:failed|errored)(?: and resulted in [a-z ]+)?:?\s*(.*)$/su;

/** The newest failure of each probe. */
function failuresOf(snapshot: Snapshot, pod: Pod, container: Container): Failure[] {
  const reported = eventsOf(snapshot, pod, container).flatMap((event) => {
    const [, type = '', words = ''] =
      event.reason === 'Unhealthy' && snapshot.at - event.lastAt < RECENT_MS ? (FAILURE.exec(event.message) ?? []) : [];
    const failing = container.probes.find((one) => one.type === type.toLowerCase());
    return failing === undefined ? [] : [{ probe: failing, event, words }];
  });
  return container.probes.flatMap((one) => {
    const own = reported.filter((failure) => failure.probe === one);
    return own.toSorted((a, b) => b.event.lastAt - a.event.lastAt).slice(0, 1);
  });
}

/** Of a probe of whose failure nobody has told: it was asked while the other failed. None is, before the startup probe has passed. */
function passes({ ready }: Container, { type, initialDelaySeconds }: Probe, failing: Probe): boolean {
  if (type === 'startup') return true;
  if (failing.type === 'startup') return false;
  const failedUntil = failing.initialDelaySeconds + failing.periodSeconds * failing.failureThreshold;
  return (type === 'readiness' && ready) || initialDelaySeconds < failedUntil;
}

/** A startup probe may fail as often as it is allowed to; what the run before this one did says nothing about this one. */
function isOfPresentRun({ state }: Container, { probe: { type, failureThreshold }, event }: Failure): boolean {
  if (event.lastAt < (state.running?.startedAt ?? 0) - GRACE_MS) return false;
  return type !== 'startup' || event.count >= failureThreshold;
}

/** Where no events could be had, the program's own word on its port still counts. */
function* withoutEvents(snapshot: Snapshot, pod: Pod, container: Container): Iterable<Finding> {
  const readiness = container.probes.find(({ type }) => type === 'readiness');
  const verdict = readiness === undefined ? undefined : mismatchByLog(container, readiness);
  if (readiness !== undefined && verdict !== undefined) yield finding(snapshot, { pod, container, failing: readiness, verdict });
}

interface Seen {
  readonly pod: Pod;
  readonly container: Container;
  readonly failing: Probe;
  readonly verdict: Verdict;
  readonly event?: ObjectEvent | undefined;
}

function finding(snapshot: Snapshot, { pod, container, failing, verdict, event }: Seen): Finding {
  const { reason, says, words, indirect } = verdict;
  const { current, head, previous } = container.logs;
  const said = words === undefined || words === '' ? '' : `: ${quote(words)}`;
  return {
    analyzer: probe.name,
    reason,
    object: { ...pod.owner, container: container.name },
    message: `The ${failing.type} probe of container ${container.name} of ${podName(pod)} fails, as ${says}${said}${restartsOf(container)}.`,
    cures: ['RevertCommit'],
    evidence: evidenceFor(snapshot, pod, head, current, previous),
    pods: [pod.name],
    since: event === undefined ? onset(snapshot, pod, container) : event.firstAt,
    indirect,
    detail: failing.type,
    touchedBy: interestOf(pod, container, failing, reason),
  };
}

function interestOf(pod: Pod, container: Container, failing: Probe, reason: FindingReason): Finding['touchedBy'] {
  const of = (...fields: readonly string[]) => containerFields(pod.owner, container, ...fields);
  const own = of(`${failing.type}Probe`);
  const program = [...of('image', 'command', 'args', 'env', 'envFrom'), ...configurationOf(pod, container)];
  if (reason === 'ProbeFailing') return { direct: [...own, ...program], plausible: of('resources', 'ports') };
  if (reason === 'ProbeTimingTooTight') return { direct: own, plausible: [...program, ...of('resources')] };
  return { direct: [...own, ...of('ports', 'env', 'args', 'command')], plausible: program };
}
