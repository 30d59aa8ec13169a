/** The report in one line, as `kubectl get -o wide` shows it: what is wrong with what, how sure that is, and whether all was seen. */
import type { InvestigationStatus } from '../crds/investigation.ts';
import { clean, objectText, shortened } from './clean.ts';

/** What the schema admits. */
const LONGEST = 256;

export function renderStatus(status: InvestigationStatus): string {
  const { gaps = [] } = status;
  const unseen = gaps.length === 0 ? '' : ` (${gaps.length === 1 ? '1 source' : `${gaps.length} sources`} not seen)`;
  return `${shortened(clean(said(status)), LONGEST - unseen.length)}${unseen}`;
}

function said({ outcome, rootCause, report }: InvestigationStatus): string {
  if (outcome === undefined) return 'The investigation is under way.';
  if (rootCause === undefined) return report?.rootCause ?? (outcome === 'NothingWrong' ? 'Nothing is wrong.' : 'Unresolved.');
  const { reason, object, confidence, statement } = rootCause;
  return `${reason} of ${objectText(object)}, ${confidence} %: ${statement}`;
}
