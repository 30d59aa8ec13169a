/** Evidence that is what a container has logged: how it says so, and how that is read. */
import type { EvidenceItem, InvestigationStatus } from '../crds/investigation.ts';
import type { FindingReason } from '../crds/reasons.ts';

const WHICH = { current: 'last log lines', previous: 'last log lines of the previous run', head: 'first log lines' } as const;

/** What was asked of a container's log. @param pod as namespace/name */
export const logQuery = (which: keyof typeof WHICH, container: string, pod: string): string => `${WHICH[which]} of ${container} in ${pod}`;

/** Whether a piece of evidence holds lines of a container; its summary is then the line that says what is wrong. */
const isLogQuery = (query: string): boolean => Object.values(WHICH).some((which) => query.startsWith(`${which} of `));

/** These are not shown by what a program complains of: what is cited of its log is what it said last while it worked, and cured, it says so again. */
const NOT_BY_COMPLAINTS: ReadonlySet<FindingReason> = new Set<FindingReason>([
  'ContainerKilledBySignal',
  'ContainerOutOfMemory',
  'MemoryLeak',
  'NodeOutOfMemory',
  'ProbeFailing',
  'ProbePathNotFound',
  'ProbePortMismatch',
  'ProbeSchemeMismatch',
  'ProbeTimingTooTight',
  'ServicePortMismatch',
]);

/** What a program says at each start; a crash that leaves no word has it as its last. */
const ANNOUNCES = /\b(?:listen(?:s|ing)?|serv(?:es|ing)|start(?:s|ed|ing)|ready|initiali[sz](?:ed|ing))\b/iu;
const COMPLAINS =
  /error|fail|fatal|panic|exception|cannot|can.?t\b|could not|unable|refused|denied|time(?:d )?.?out|invalid|missing|not found/iu;
const isAnnouncement = (line: string): boolean => ANNOUNCES.test(line) && !COMPLAINS.test(line);

/** Of what the root cause rests on, the lines of containers that complain: they should be logged no more once it is cured. */
export function citedComplaints({ rootCause, evidence = [] }: InvestigationStatus): readonly EvidenceItem[] {
  if (rootCause === undefined || NOT_BY_COMPLAINTS.has(rootCause.reason)) return [];
  const cited = new Set(rootCause.evidence);
  return evidence.filter(({ id, query, summary }) => cited.has(id) && isLogQuery(query) && !isAnnouncement(summary));
}
