/**
 * A container that does not stay up, by the way in which it ends.
 *
 * Right when its last run ended within the last minutes or it waits to be started again. The exit code decides first (126 and
 * 127 are the shell's words for "may not" and "not there", above 128 a signal), then the last line of that run's log; but for lines that
 * say the same in every program (a taken port, a refused argument, another architecture), which decide whatever the code.
 * Disproved by a run that has lasted since. Left to others: kills for memory (`oomKilled`), and kills by a liveness probe
 * (`probe`), which are not the program's own end.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import type { Container, Pod, Snapshot, Terminated } from '../../sources/kubernetes/snapshot.ts';
import { evidenceFor, lastEnd, livingContainers, logOfLastEnd, onset, podName, RECENT_MS, restartsOf } from '../containers.ts';
import { architectureLine, argumentsLine, portInUseLine } from '../endReading.ts';
import { configurationOf, containerFields, podFields } from '../fields.ts';
import type { Analyzer, Finding, Interest } from '../finding.ts';
import { configurationLine, decisiveLine, deniedLine } from '../logReading.ts';
import { quote, quoteEnd } from '../quote.ts';
import { signalName } from '../signals.ts';
import { wasKilledByProbe } from './livenessKills.ts';

export const crashLoop: Analyzer = {
  name: 'crashLoop',
  *find(snapshot) {
    for (const { pod, container } of livingContainers(snapshot)) {
      const end = lastEnd(container);
      if (end?.reason === 'OOMKilled' || !isCrashing(pod, container, snapshot.at)) continue;
      if (wasKilledByProbe(snapshot, pod, container)) continue;
      const kind = kindOfEnd(pod, container, end);
      if (kind !== undefined) yield finding(snapshot, pod, container, kind);
    }
  },
};

const WAITS_AFTER_CRASH = new Set([
  'CrashLoopBackOff',
  'RunContainerError',
  'CreateContainerError',
  'StartError',
  'PostStartHookError',
  'ContainerCannotRun',
]);

function isCrashing({ restartPolicy }: Pod, { state, lastState, restarts, ready, role }: Container, now: number): boolean {
  if (state.waiting !== undefined) return WAITS_AFTER_CRASH.has(state.waiting.reason) || isRootRefused(state.waiting.message);
  if (state.terminated !== undefined) return state.terminated.exitCode !== 0 || (restartPolicy === 'Always' && role !== 'init');
  const endedAt = lastState.terminated?.finishedAt;
  if (endedAt === undefined || now - endedAt >= RECENT_MS) return false;
  return !ready || (restarts > 1 && !hasOutlasted(state, lastState, now));
}

/** The kubelet waits no longer than this between two starts. */
const LONGEST_BACK_OFF_MS = 5 * 60_000;

/** The present run has gone on for longer than the longest wait, and for twice as long as the one before. */
function hasOutlasted({ running }: Container['state'], { terminated }: Container['lastState'], now: number): boolean {
  const { startedAt: from = 0, finishedAt: to = 0 } = terminated ?? {};
  return running?.startedAt !== undefined && now - running.startedAt > Math.max(LONGEST_BACK_OFF_MS, 2 * Math.max(0, to - from));
}

interface KindOfEnd {
  readonly reason: FindingReason;
  /** Completes "Container app of shop/cart-1 ...". */
  readonly says: string;
}

function kindOfEnd(pod: Pod, container: Container, end: Terminated | undefined): KindOfEnd | undefined {
  return startFailure(container, end) ?? (end === undefined ? undefined : (byExitCode(pod, container, end) ?? byLog(container, end)));
}

/** The runtime could not start the command: it says why, and the program has said nothing. */
function startFailure({ state }: Container, end: Terminated | undefined): KindOfEnd | undefined {
  const waiting = state.waiting?.message ?? '';
  if (isRootRefused(waiting)) return { reason: 'ContainerPermissionDenied', says: `may not be started: ${quote(waiting)}` };
  if (end !== undefined && !isStartError(end)) return undefined;
  const words = end?.message === undefined || end.message === '' ? waiting : end.message;
  if (words === '') return undefined;
  const said = quoteEnd(words);
  if (/permission denied/iu.test(words)) return { reason: 'ContainerPermissionDenied', says: `cannot be started: ${said}` };
  if (/exec format error/iu.test(words)) {
    return { reason: 'ImageArchitectureMismatch', says: `is not built for the architecture of its node: ${said}` };
  }
  if (/executable file not found|no such file or directory|not found in/iu.test(words) && !/\bmount/iu.test(words)) {
    return { reason: 'ContainerCommandNotFound', says: `has a command that is not in its image: ${said}` };
  }
  return { reason: 'ContainerExitsWithError', says: `cannot be started: ${said}` };
}

const isStartError = ({ reason }: Terminated): boolean => reason === 'StartError' || reason === 'ContainerCannotRun';
const isRootRefused = (text: string): boolean => /runAsNonRoot/u.test(text);

function byExitCode(pod: Pod, container: Container, { exitCode, signal }: Terminated): KindOfEnd | undefined {
  const known = exitCode === 0 ? undefined : byTellingLine(pod, container, exitCode);
  if (known !== undefined) return known;
  const line = decisiveLine(logOfLastEnd(container));
  const said = line === undefined ? '' : `: ${quote(line)}`;
  if (exitCode === 127) return { reason: 'ContainerCommandNotFound', says: `exits with code 127, command not found${said}` };
  if (exitCode === 126) return { reason: 'ContainerPermissionDenied', says: `exits with code 126, the command may not be executed${said}` };
  if (exitCode === 0) {
    if (pod.restartPolicy !== 'Always' || container.role === 'init') return undefined;
    return { reason: 'ContainerCompletesUnexpectedly', says: `ends with code 0 although it should keep running${said}` };
  }
  const by = signal ?? (exitCode > 128 && exitCode <= 128 + 64 ? exitCode - 128 : undefined);
  if (by === undefined) return undefined;
  return { reason: 'ContainerKilledBySignal', says: `is ended by ${signalName(by)} (exit code ${exitCode})${said}` };
}

/** Lines that say the same in every program, whatever its exit code. */
function byTellingLine(pod: Pod, container: Container, exitCode: number): KindOfEnd | undefined {
  const tail = logOfLastEnd(container);
  const architecture = architectureLine(tail);
  if (architecture !== undefined) {
    return { reason: 'ImageArchitectureMismatch', says: `is not built for the architecture of its node: ${quote(architecture)}` };
  }
  const port = portInUseLine(tail);
  if (port !== undefined) {
    return {
      reason: 'ContainerPortInUse',
      says: `exits with code ${exitCode}, its port is taken${takenBy(pod, container, port)}: ${quote(port)}`,
    };
  }
  const refused = argumentsLine(tail);
  if (refused === undefined) return undefined;
  return { reason: 'ContainerArgumentsInvalid', says: `exits with code ${exitCode}, it refuses its arguments: ${quote(refused)}` };
}

/** Containers of a pod share its network. */
function takenBy({ containers }: Pod, { name }: Container, line: string): string {
  const ports = new Set((line.match(/(?<![\d.])\d{2,5}(?![\d.])/gu) ?? []).map(Number));
  const other = containers.find((one) => one.name !== name && one.ports.some(({ port }) => ports.has(port)));
  return other === undefined ? '' : ` by container ${other.name}`;
}

function byLog(container: Container, { exitCode }: Terminated): KindOfEnd {
  const tail = logOfLastEnd(container);
  const denied = deniedLine(tail);
  if (denied !== undefined) {
    return { reason: 'ContainerPermissionDenied', says: `exits with code ${exitCode}, something was refused to it: ${quote(denied)}` };
  }
  const configuration = configurationLine(tail);
  if (configuration !== undefined) {
    return { reason: 'ContainerConfigurationInvalid', says: `exits with code ${exitCode} over its configuration: ${quote(configuration)}` };
  }
  const line = decisiveLine(tail);
  const said = line === undefined ? 'its log says nothing about it' : `its log ends with ${quote(line)}`;
  return { reason: 'ContainerExitsWithError', says: `exits with code ${exitCode}; ${said}` };
}

function finding(snapshot: Snapshot, pod: Pod, container: Container, { reason, says }: KindOfEnd): Finding {
  return {
    analyzer: crashLoop.name,
    reason,
    object: { ...pod.owner, container: container.name },
    message: `Container ${container.name} of ${podName(pod)} ${says}${restartsOf(container)}.`,
    cures: ['RevertCommit', 'SetImage', 'RollbackWorkload'],
    evidence: evidenceFor(snapshot, pod, logOfLastEnd(container)),
    pods: [pod.name],
    since: onset(snapshot, pod, container),
    touchedBy: interestOf(reason, pod, container),
  };
}

function interestOf(reason: FindingReason, pod: Pod, container: Container): Interest {
  const of = (...fields: readonly string[]) => containerFields(pod.owner, container, ...fields);
  const around = [
    ...of('volumeMounts', 'securityContext', 'lifecycle', 'workingDir'),
    ...podFields(pod.owner, 'volumes', 'securityContext', 'serviceAccountName'),
  ];
  if (reason === 'ContainerCommandNotFound') return { direct: of('image', 'command', 'args'), plausible: [...of('env'), ...around] };
  if (reason === 'ContainerPermissionDenied')
    return { direct: [...of('image', 'command', 'args'), ...around], plausible: of('env', 'envFrom') };
  if (reason === 'ImageArchitectureMismatch') return { direct: of('image'), plausible: podFields(pod.owner, 'nodeSelector', 'affinity') };
  if (reason === 'ContainerPortInUse') {
    const sidecars = podFields(pod.owner, 'containers', 'initContainers', 'hostNetwork');
    return {
      direct: [...of('ports', 'args', 'command', 'env'), ...sidecars],
      plausible: [...configurationOf(pod, container), ...of('image')],
    };
  }
  if (reason === 'ContainerArgumentsInvalid') return { direct: of('command', 'args', 'image'), plausible: of('env') };
  const settings = [...of('command', 'args', 'env', 'envFrom'), ...configurationOf(pod, container)];
  if (reason === 'ContainerConfigurationInvalid') return { direct: settings, plausible: [...of('image'), ...around] };
  return { direct: [...of('image'), ...settings], plausible: [...around, ...of('resources')] };
}
