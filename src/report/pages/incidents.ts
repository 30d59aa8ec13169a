/**
 * The list of Incidents: the worst first, then the oldest. Who has to act stands in the same line; how many follow (`+17`) and who looks after it
 * (`✓ alice`) in the next.
 */
import { SEVERITIES } from '../../crds/incident.ts';
import type { Incident } from '../../crds/kinds.ts';
import { age } from '../../text/age.ts';
import { cut } from '../../text/layout.ts';
import type { Page } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';
import { ofSeverity } from '../../text/style.ts';

/** Of who looks after it. */
const MOST_OF_A_NAME = 24;

export function incidentLines(incidents: readonly Incident[], page: Page): readonly string[] {
  const { style, width, now } = page;
  const nameWidth = Math.max(8, ...incidents.map(({ metadata }) => metadata.name.length));
  const head = `${'INCIDENT'.padEnd(nameWidth)}  SEVERITY   AGE  WAITING-ON`;
  const left = Math.max(10, width - nameWidth - 18);
  const lines = incidents.toSorted(worstFirst).flatMap((incident) => {
    const { metadata, spec, status } = incident;
    const severity = ofSeverity(style, spec.severity)(spec.severity.padEnd(8));
    const first = `${style.bold(metadata.name.padEnd(nameWidth))}  ${severity}  ${age(metadata.creationTimestamp, now).padStart(4)}  ${cut(waitingText(incident), left)}`;
    const cause = status?.rootCause === undefined ? [] : [style.dim(cut(`  ${oneLine(status.rootCause)}`, width))];
    const followed = status?.membersTotal === undefined ? '' : `  +${status.membersTotal}`;
    const more = `${followed}${spec.acknowledgement === undefined ? '' : `  ✓ ${cut(oneLine(spec.acknowledgement.by), MOST_OF_A_NAME)}`}`;
    return [first, `${cut(`  ${oneLine(spec.title)}`, width - more.length)}${style.bold(more)}`, ...cause];
  });
  return [style.dim(head), ...lines];
}

/** `Person: an approver` */
export function waitingText({ status }: Pick<Incident, 'status'>): string {
  const { who = 'AgentSRE', detail } = status?.waitingOn ?? {};
  return oneLine(detail === undefined ? who : `${who}: ${detail}`);
}

/** Without those that follow another one of these: their leader counts them. */
export function withoutFollowers(incidents: readonly Incident[]): readonly Incident[] {
  const uids = new Set(incidents.map(({ metadata }) => metadata.uid));
  return incidents.filter(({ status }) => !uids.has(status?.groupedInto?.uid ?? ''));
}

export function isResolved({ status }: Incident): boolean {
  return status?.conditions?.some(({ type, status: holds }) => type === 'Resolved' && holds === 'True') === true;
}

/** The order of urgency: severity, then age. */
export function worstFirst(a: Incident, b: Incident): number {
  const bySeverity = SEVERITIES.indexOf(a.spec.severity) - SEVERITIES.indexOf(b.spec.severity);
  return bySeverity !== 0 ? bySeverity : Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp);
}
