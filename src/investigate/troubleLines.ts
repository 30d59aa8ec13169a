/**
 * Lines that tell of trouble, wherever they were read: the logs of containers in trouble, and what sources of logs hold of the others.
 *
 * Lines that begin with a time of long before the window are old news and left out; so are those of a run that failed once, before one that
 * is ready.
 */

import { objectName } from '../sources/kubernetes/names.ts';
import type { Container, Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';

export interface TroubleLine {
  readonly text: string;
  readonly count: number;
  readonly evidence: string;
  /** Pod that wrote it, where that is known. */
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
}

const LEADING_TIME = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)/u;

/** All lines of a workload, those of crashed runs first. */
export function linesOf(snapshot: Snapshot, { ref }: Pick<Workload, 'ref'>): TroubleLine[] {
  const name = objectName(ref);
  const pods = snapshot.pods.filter(({ owner }) => objectName(owner) === name);
  const own = pods.flatMap((pod) =>
    pod.containers.flatMap((container) => {
      const { previous, current, head } = container.logs;
      return [hasComeRight(container) ? undefined : previous, current, head].flatMap((tail) =>
        (tail?.lines ?? []).map((text) => ({ text, count: 1, evidence: tail?.evidence ?? '', pod: pod.name, container: container.name })),
      );
    }),
  );
  const kept = snapshot.errorLines
    .filter(({ owner }) => objectName(owner) === name)
    .flatMap(({ lines, evidence, container }) => lines.map((line) => ({ ...line, evidence, container })));
  return [...own, ...kept].filter(({ text }) => !isOld(snapshot, text));
}

/** It ended once and is ready now: what it said before it ended is over. One that ends again and again is ready in between. */
const hasComeRight = ({ ready, restarts }: Container): boolean => ready && restarts === 1;

function isOld({ window }: Snapshot, text: string): boolean {
  const at = timeOf(text);
  return at !== undefined && at < window.start;
}

/** The time that a line begins with, if it says in which zone; in milliseconds since the epoch. */
export function timeOf(text: string): number | undefined {
  const stamp = LEADING_TIME.exec(text)?.[1];
  if (stamp === undefined || !/(?:Z|[+-]\d\d:?\d\d)$/u.test(stamp)) return undefined;
  const at = Date.parse(stamp.replace(' ', 'T'));
  return Number.isNaN(at) ? undefined : at;
}

const TROUBLE =
  /no such host|not resolve|NXDOMAIN|ENOTFOUND|EAI_AGAIN|Unknown ?Host|refused|timed? ?out|unavailable|unreachable|reset by peer|no route|dial|connect|fail|error/iu;
const MOST = 5;

/** A name that is not found, in the words of the common resolvers. */
export const LOOKUP_FAILS =
  /\blookup \S.{0,300}(?:i\/o timeout|no such host|server misbehaving|refused)|Temporary failure in name resolution|EAI_AGAIN|\bENOTFOUND\b|UnknownHostException|could not (?:be )?resolved?|bad address/iu;

/** Lines in which a workload complains of something by its name. */
export function troubleWith(snapshot: Snapshot, workload: Pick<Workload, 'ref'>, name: string): TroubleLine[] {
  const word = new RegExp(String.raw`(?<![\w-])${name.replace(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)}(?![\w-])`, 'u');
  return linesOf(snapshot, workload)
    .filter(({ text }) => word.test(text) && TROUBLE.test(text))
    .slice(0, MOST);
}
