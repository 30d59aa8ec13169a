/** What happened, oldest first: changes, when each trouble was first seen, when the alert began, when it was over. */
import type { ObservedChange } from '../sources/changes.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import { cite, type Numbered } from './citations.ts';
import type { Recovery } from './health.ts';
import type { Ranked } from './rank.ts';
import { changeName, fieldsInWords } from './statement.ts';
import { isoTime } from './times.ts';

interface Moment {
  readonly at: number;
  readonly text: string;
}

const MOST_MOMENTS = 15;

export function timelineOf(
  { window }: Snapshot,
  ranked: readonly Ranked[],
  numbered: Numbered,
  alertedAt: number | undefined,
  recovery: Recovery | undefined,
): string[] {
  const changes = numbered.changes.map((change): Moment => {
    const verb = change.kind === 'Rollout' ? ' was rolled out' : '';
    const fields = change.fields.length === 0 ? '' : `: ${fieldsInWords(change.fields, change.kind)}`;
    return {
      at: change.at,
      text: `${capitalised(changeName(change))}${verb}${elsewhere(change)}${fields}${cite([numbered.changeId(change)])}`,
    };
  });
  const troubles = ranked.flatMap(({ finding }): Moment[] => {
    if (finding.since === undefined) return [];
    return [{ at: finding.since, text: `First seen: ${finding.reason}${cite([numbered.findingId(finding)])}` }];
  });
  const alerted = alertedAt === undefined ? [] : [{ at: alertedAt, text: 'The alert began' }];
  const over = recovery === undefined ? [] : [{ at: recovery.at, text: `Ready again, after ${recovery.after}` }];
  return [...changes, ...troubles, ...alerted, ...over]
    .filter(({ at }) => at <= window.end + 60_000)
    .toSorted((a, b) => a.at - b.at)
    .slice(-MOST_MOMENTS)
    .map(({ at, text }) => `${isoTime(at)} ${text}`);
}

/** A commit to the same path may be about another object altogether; then it says which. */
function elsewhere({ fields, workload }: ObservedChange): string {
  const [first] = fields;
  const here = objectName(workload);
  return first === undefined || fields.some(({ object }) => object === here) ? '' : ` changed ${first.object}`;
}

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
