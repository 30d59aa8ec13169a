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

export const TROUBLE =
  /error|warn|fail|exception|fatal|panic|refused|denied|timed? ?out|timeout|unavailable|unreachable|not found|no such|cannot|can't|could not|couldn't|unable|invalid|reset|critical|no route|nxdomain|enotfound|eai_again|not resolve|bad address|unknown ?host|too many|exhausted|deadlock|read-only|\b5\d\d\b/iu;

/** @param most containers */
export async function readErrorLines(
  reader: Reader,
  { pods }: Pick<Snapshot, 'pods'>,
  cleaner: Cleaner,
  most: number = LIMITS.quietLogs,
): Promise<ErrorLines[]> {
  const running = pods.filter(({ ready, deleting }) => ready && !deleting);
  const onePerOwner = new Map(running.map((pod) => [objectName(pod.owner), pod]));
  const wanted = [...onePerOwner.values()]
    .slice(0, most)
    .flatMap((pod) =>
      pod.containers
        .filter(({ role, state }) => role !== 'init' && state.running !== undefined)
        .map(({ name }) => ({ pod, container: name })),
    );
  const read = await Promise.all(wanted.slice(0, most).map(({ pod, container }) => linesOf(reader, pod, container, cleaner)));
  return read.filter(({ lines }) => lines.length > 0);
}

async function linesOf(reader: Reader, pod: Pod, container: string, cleaner: Cleaner): Promise<ErrorLines> {
  const options = { container, tailLines: LIMITS.quietLogLines, limitBytes: LIMITS.logBytes, sinceSeconds: 3600 };
  const text = (await reader.logs(pod.namespace, pod.name, options)) ?? '';
  const lines = cleaner.lines(text).filter((line) => TROUBLE.test(line));
  return {
    owner: pod.owner,
    container,
    lines: alike(lines).slice(-LIMITS.quietErrorLines),
    evidence: evidenceKeys.errors(pod.owner),
  };
}

/** Lines that differ in nothing but digits are one that was said so often; the last of them stands for all, at its place. */
export function alike(lines: readonly string[]): { readonly text: string; readonly count: number }[] {
  const groups = new Map<string, { readonly text: string; readonly count: number }>();
  for (const text of lines) {
    const key = text.replaceAll(/\d+/gu, '#');
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.delete(key);
    groups.set(key, { text, count });
  }
  return [...groups.values()];
}
