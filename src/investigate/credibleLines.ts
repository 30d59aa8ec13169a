/**
 * Lines that tell of trouble, whoever has kept them: what was collected of healthy workloads too, and the last log lines of the ill.
 *
 * A line of a workload that is well counts only if it is said again and again: programs try again, and one failed try is none. What a
 * line says is only ever quoted, never followed.
 */
import type { ObjectRef } from '../crds/common.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Pod, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { livingPods } from './containers.ts';

export interface CredibleLine {
  readonly owner: ObjectRef;
  readonly container?: string | undefined;
  readonly text: string;
  readonly count: number;
  readonly evidence: string;
  /** The owner is well now. */
  readonly healthy: boolean;
}

/** Said so often by a workload that is well, it is no single try. */
const OFTEN = 3;

/** Credible lines, those of workloads that are ill first. */
export function credibleLines(snapshot: Snapshot): CredibleLine[] {
  const lines = [...fromLogs(snapshot), ...collected(snapshot)].filter(({ healthy, count }) => !healthy || count >= OFTEN);
  const distinct = new Map(lines.map((line) => [`${objectName(line.owner)}\n${line.text}`, line]));
  return [...distinct.values()].toSorted((a, b) => Number(a.healthy) - Number(b.healthy));
}

function collected(snapshot: Snapshot): CredibleLine[] {
  return snapshot.errorLines.flatMap(({ owner, container, lines, evidence }) =>
    lines.map(({ text, count }) => ({ owner, container, text: plain(text), count, evidence, healthy: isWell(snapshot, owner) })),
  );
}

function fromLogs(snapshot: Snapshot): CredibleLine[] {
  return livingPods(snapshot).flatMap((pod) =>
    pod.containers.flatMap(({ name: container, logs }) =>
      [logs.previous, logs.current].flatMap((tail) =>
        alike(tail?.lines ?? []).map(([text, count]) => ({
          owner: pod.owner,
          container,
          text,
          count,
          evidence: tail?.evidence ?? pod.evidence,
          healthy: pod.ready && isWell(snapshot, pod.owner),
        })),
      ),
    ),
  );
}

/** Lines that differ in nothing but digits, as one; the last of them stands for all. */
function alike(lines: readonly string[]): (readonly [text: string, count: number])[] {
  const groups = Map.groupBy(lines, (line) => line.replaceAll(/\d+/gu, '#'));
  return [...groups.values()].map((group) => [plain(group.at(-1) ?? ''), group.length]);
}

/** As it was before somebody wrote it as a JSON string. */
const plain = (text: string): string => text.replaceAll('\\"', '"');

/** Ready in full, as far as it was seen. */
export function isWell(snapshot: Snapshot, owner: ObjectRef): boolean {
  const workload = snapshot.workloads.find(({ ref }) => objectName(ref) === objectName(owner));
  return (workload?.complete ?? true) && podsOf(snapshot, owner).every(({ ready, phase }) => ready || phase === 'Succeeded');
}

export const podsOf = (snapshot: Snapshot, owner: ObjectRef): Pod[] =>
  livingPods(snapshot).filter((pod) => objectName(pod.owner) === objectName(owner));

export const podNamesOf = (snapshot: Snapshot, owner: ObjectRef): string[] => podsOf(snapshot, owner).map(({ name }) => name);

/** Whether anything that was looked at is not as it should be: what is odd, and harms nobody, is then worth telling. */
export const hasTrouble = (snapshot: Snapshot): boolean =>
  snapshot.missing.length > 0 ||
  snapshot.workloads.some(({ complete }) => !complete) ||
  livingPods(snapshot).some(({ ready, phase }) => !ready && phase !== 'Succeeded');
