/**
 * Lines of pods that run that tell of trouble: what a caller says of its callee is in a log that nobody reads while its pod is ready.
 *
 * One pod a workload, its app containers, the last lines only; bounded by `LIMITS`. Pods in trouble have their logs in the snapshot already.
 */
import type { Cleaner } from '../text.ts';
import { LIMITS } from './limits.ts';
import { evidenceKeys, objectName } from './names.ts';
import type { Reader } from './reader.ts';
import type { ErrorLines, Pod, Snapshot } from './snapshot.ts';

const TROUBLE =
  /error|warn|fail|exception|fatal|panic|refused|denied|timed? ?out|timeout|unavailable|unreachable|not found|no such|cannot|can't|unable|reset|critical|\b5\d\d\b/iu;

export async function readErrorLines(reader: Reader, { pods }: Pick<Snapshot, 'pods'>, cleaner: Cleaner): Promise<ErrorLines[]> {
  const running = pods.filter(({ ready, deleting }) => ready && !deleting);
  const onePerOwner = new Map(running.map((pod) => [objectName(pod.owner), pod]));
  const wanted = [...onePerOwner.values()]
    .slice(0, LIMITS.quietLogs)
    .flatMap((pod) =>
      pod.containers
        .filter(({ role, state }) => role !== 'init' && state.running !== undefined)
        .map(({ name }) => ({ pod, container: name })),
    );
  const read = await Promise.all(wanted.slice(0, LIMITS.quietLogs).map(({ pod, container }) => linesOf(reader, pod, container, cleaner)));
  return read.filter(({ lines }) => lines.length > 0);
}

async function linesOf(reader: Reader, pod: Pod, container: string, cleaner: Cleaner): Promise<ErrorLines> {
  const options = { container, tailLines: LIMITS.quietLogLines, limitBytes: LIMITS.logBytes, sinceSeconds: 3600 };
  const text = (await reader.logs(pod.namespace, pod.name, options)) ?? '';
  const lines = cleaner.lines(text).filter((line) => TROUBLE.test(line));
  return {
    owner: pod.owner,
    container,
    lines: lines.slice(-LIMITS.quietErrorLines).map((line) => ({ text: line, count: 1 })),
    evidence: evidenceKeys.errors(pod.owner),
  };
}
