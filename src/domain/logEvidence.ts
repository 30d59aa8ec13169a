/** Evidence that is what a container has logged: how it says so, and how that is read. */
import type { EvidenceItem, InvestigationStatus } from '../crds/investigation.ts';
import type { FindingReason } from '../crds/reasons.ts';

const WHICH = { current: 'last log lines', previous: 'last log lines of the previous run', head: 'first log lines' } as const;

/** What was asked of a container's log. @param pod as namespace/name */
export const logQuery = (which: keyof typeof WHICH, container: string, pod: string): string => `${WHICH[which]} of ${container} in ${pod}`;

/** Whether a piece of evidence holds lines of a container; its summary is then the line that says what is wrong. */
const isLogQuery = (query: string): boolean => Object.values(WHICH).some((which) => query.startsWith(`${which} of `));

/** What is cited of a log where these are found is what a program says that works, as that it listens: cured, it goes on saying so. */
const BY_WHAT_WORKS: ReadonlySet<FindingReason> = new Set<FindingReason>([
  'ProbePortMismatch',
  'ProbePathNotFound',
  'ProbeSchemeMismatch',
  'ProbeTimingTooTight',
  'ProbeFailing',
  'ServicePortMismatch',
]);

/** Of what the root cause rests on, the lines of containers that complain: they should be logged no more once it is cured. */
export function citedComplaints({ rootCause, evidence = [] }: InvestigationStatus): readonly EvidenceItem[] {
  if (rootCause === undefined || BY_WHAT_WORKS.has(rootCause.reason)) return [];
  const cited = new Set(rootCause.evidence);
  return evidence.filter(({ id, query }) => cited.has(id) && isLogQuery(query));
}
