/**
 * A variable whose value comes from a field, resource or variable that there is none of, or whose name cannot be one.
 *
 * Right when the kubelet says so of a container that waits, or when the program itself writes a reference of its arguments or environment
 * just as it stands there: `$(NAME)` is left as it is when no such variable comes before it, and `${NAME}` is never expanded.
 * Disproved by the container running without that word in its log. ConfigMaps, Secrets and their keys are told by `missingConfig`.
 */
import type { Container, ObjectEvent, Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, evidenceFor, livingContainers, onset, podName } from '../containers.ts';
import { containerFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';

export const environmentReference: Analyzer = {
  name: 'environmentReference',
  *find(snapshot) {
    for (const { pod, container } of livingContainers(snapshot)) {
      const said = refusedByKubelet(snapshot, pod, container) ?? leftAsItIs(pod, container);
      if (said !== undefined) yield finding(snapshot, pod, container, said);
    }
  },
};

interface Said {
  readonly words: string;
  readonly detail: string;
  readonly evidence: readonly string[];
}

const REFUSED =
  /unsupported (?:fieldPath|container resource)|invalid (?:fieldRef|fieldPath|resourceFieldRef)|couldn't resolve fieldPath|container .{1,253} not found for resource/iu;
const NAMES = /considered invalid environment variable names/iu;

function refusedByKubelet(snapshot: Snapshot, pod: Pod, container: Container): Said | undefined {
  if (container.ready) return undefined;
  const waiting = container.state.waiting;
  const events: ObjectEvent[] = eventsOf(snapshot, pod, container);
  if (waiting?.reason === 'CreateContainerConfigError' || waiting?.reason === 'CreateContainerError') {
    const words = [waiting.message, ...events.map(({ message }) => message)].find((text) => REFUSED.test(text));
    if (words !== undefined) return { words: `cannot start: ${quote(words)}`, detail: words, evidence: [] };
  }
  const skipped = events.find(({ message }) => NAMES.test(message));
  return (
    skipped && {
      words: `lacks variables that it is meant to have: ${quote(skipped.message)}`,
      detail: 'names',
      evidence: [skipped.evidence],
    }
  );
}

const REFERENCE = /\$(?:\([A-Za-z_][\w.-]{0,127}\)|\{[A-Za-z_]\w{0,127}\})/gu;

function leftAsItIs(pod: Pod, { command, args, env, logs, ready }: Container): Said | undefined {
  if (ready || pod.ready) return undefined;
  const shell = command.some((word) => /(?:^|\/)(?:ba|da|a|z)?sh$/u.test(word));
  const written = [...(shell ? [] : [...command, ...args]), ...Object.values(env)].flatMap((text) => text.match(REFERENCE) ?? []);
  for (const tail of [logs.previous, logs.current]) {
    for (const reference of new Set(written)) {
      const line = tail?.lines.find((text) => text.includes(reference));
      if (line !== undefined && tail !== undefined)
        return {
          words: `gets ${reference} as it is written, as nothing gives it a value: ${quote(line)}`,
          detail: reference,
          evidence: [tail.evidence],
        };
    }
  }
  return undefined;
}

function finding(snapshot: Snapshot, pod: Pod, container: Container, { words, detail, evidence }: Said): Finding {
  return {
    analyzer: environmentReference.name,
    reason: 'EnvironmentReferenceInvalid',
    object: { ...pod.owner, container: container.name },
    message: `Container ${container.name} of ${podName(pod)} ${words}.`,
    cures: ['RevertCommit'],
    evidence: [...new Set([...evidenceFor(snapshot, pod), ...evidence])],
    pods: [pod.name],
    since: onset(snapshot, pod, container),
    detail,
    touchedBy: { direct: containerFields(pod.owner, container, 'env', 'envFrom', 'args', 'command'), plausible: [] },
  };
}
