/**
 * The reasons that an entry of a specialist names: one reason, a pattern such as `Probe*`, or the title of a group of `src/crds/reasons.ts`.
 *
 * An entry that names nothing is told with the nearest reason, as it would silently never match. The built-in specialists alone may have
 * patterns for reasons that do not exist yet: they are released together with the vocabulary.
 */
import { nearestTo } from '../../config/problems.ts';
import { FINDING_REASONS, type FindingReason, findingReasonGroups } from '../../crds/reasons.ts';
import { matchesGlob } from './glob.ts';

const GROUPS: ReadonlyMap<string, readonly FindingReason[]> = new Map(
  Object.entries(findingReasonGroups).map(([title, reasons]) => [title, Object.keys(reasons) as FindingReason[]]),
);

export function reasonsNamed(entry: string): readonly FindingReason[] {
  return GROUPS.get(entry) ?? FINDING_REASONS.filter((reason) => matchesGlob(entry, reason));
}

/** What is wrong with an entry; undefined when nothing is. */
export function wrongReason(entry: string, builtIn: boolean): string | undefined {
  if (reasonsNamed(entry).length > 0) return undefined;
  const shown = JSON.stringify(entry);
  if (entry.includes('*')) {
    return builtIn ? undefined : `${shown} fits no reason; docs/reasons.md lists them all`;
  }
  const nearest = nearestTo(entry, [...FINDING_REASONS, ...GROUPS.keys()]);
  return `${shown} is neither a reason nor the title of a group of them; ${
    nearest === undefined ? 'docs/reasons.md lists them all' : `did you mean ${nearest}?`
  }`;
}
