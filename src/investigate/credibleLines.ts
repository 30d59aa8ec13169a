/**
 * Lines that tell of trouble, whoever has kept them: what was collected of healthy workloads too, and the last log lines of the ill.
 *
 * A line of a workload that is well counts only if it is said again and again: programs try again, and one failed try is none. What a
 * line says is only ever quoted, never followed.
 */
import type { ObjectRef } from '../crds/common.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Container, LogTail, Pod, Snapshot } from '../sources/kubernetes/snapshot.ts';
import { livingPods } from './containers.ts';

export interface CredibleLine {
  readonly owner: ObjectRef;
  readonly container?: string | undefined;
  readonly text: string;
  readonly count: number;
  readonly evidence: string;
  /** The owner is well now. */
  readonly healthy: boolean;
  /** It stands too far from the end of a run to have brought it about: what it tells may be true, and is rather not the cause. */
  readonly beside: boolean;
}

/** Said so often by a workload that is well, it is no single try. */
const OFTEN = 3;
/** As many lines before the end of a run may have brought it about. */
const END_LINES = 12;

/** Credible lines, those of workloads that are ill first. */
export function credibleLines(snapshot: Snapshot): CredibleLine[] {
  const lines = [...collected(snapshot), ...fromLogs(snapshot)].filter(({ healthy, count }) => !healthy || count >= OFTEN);
  const distinct = new Map(lines.map((line) => [`${objectName(line.owner)}\n${line.text}`, line]));
  return [...distinct.values()].toSorted((a, b) => Number(a.healthy) - Number(b.healthy));
}

function collected(snapshot: Snapshot): CredibleLine[] {
  return snapshot.errorLines.flatMap(({ owner, container, lines, evidence }) => {
    const healthy = isWell(snapshot, owner);
    return lines.map(({ text, count }) => ({ owner, container, text: plain(text), count, evidence, healthy, beside: false }));
  });
}

function fromLogs(snapshot: Snapshot): CredibleLine[] {
  return livingPods(snapshot).flatMap((pod) => {
    const healthy = pod.ready && isWell(snapshot, pod.owner);
    return pod.containers.flatMap((container) =>
      [container.logs.previous, container.logs.current].flatMap((tail) =>
        tail === undefined ? [] : ofTail(tail, { owner: pod.owner, container: container.name, healthy }, hasEnded(container)),
      ),
    );
  });
}

const hasEnded = ({ state, lastState }: Container): boolean =>
  [state, lastState].some(({ terminated }) => (terminated?.exitCode ?? 0) !== 0);

type Speaker = Pick<CredibleLine, 'owner' | 'container' | 'healthy'>;

function ofTail({ lines, evidence }: LogTail, speaker: Speaker, ended: boolean): CredibleLine[] {
  const end = new Set(lines.filter((line) => line.trim() !== '').slice(-END_LINES));
  return alike(lines).map(({ last, count }) => ({ ...speaker, text: plain(last), count, evidence, beside: ended && !end.has(last) }));
}

/** Lines that differ in nothing but digits, as one; the last of them stands for all. */
function alike(lines: readonly string[]): { readonly last: string; readonly count: number }[] {
  const groups = Map.groupBy(lines, (line) => line.replaceAll(/\d+/gu, '#'));
  return [...groups.values()].map((group) => ({ last: group.at(-1) ?? '', count: group.length }));
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
