/**
 * What is left behind on purpose until somebody ends it: by plans, and by people who have stopped everything.
 *
 * Each source is a function from what was read to its debts. Another source is another entry in `SOURCES`, and what it needs another field of `Books`.
 */
import type { ObjectRef } from '../crds/common.ts';
import type { RemediationPlan } from '../crds/kinds.ts';
import type { StopState } from './stopSwitch.ts';

export interface Debt {
  readonly what: string;
  /** What it is about. */
  readonly object?: ObjectRef;
  /** Who answers for it. */
  readonly owner: string;
  /** RFC 3339. */
  readonly since: string;
  /** RFC 3339: when nobody has ended it by then, somebody should look. */
  readonly overdueAt: string;
  /** The command that ends it. */
  readonly end: string;
  /** Where it is recorded. */
  readonly from: string;
}

export interface Books {
  readonly plans: readonly RemediationPlan[];
  /** Absent: the caller may not see it. */
  readonly stop: StopState | undefined;
}

const SOURCES: readonly ((books: Books) => readonly Debt[])[] = [ofPlans, ofStop];

/** What is overdue longest comes first, then what will be next. */
export function debtsOf(books: Books): readonly Debt[] {
  return SOURCES.flatMap((source) => source(books)).toSorted((a, b) => Date.parse(a.overdueAt) - Date.parse(b.overdueAt));
}

export const isOverdue = ({ overdueAt }: Debt, now: number): boolean => Date.parse(overdueAt) <= now;

/** The executor looks every so often whether it is still so, and says in the plan when it was not any more. */
function ofPlans({ plans }: Books): readonly Debt[] {
  return plans.flatMap(({ metadata, status }) => {
    const { leftBehind } = status ?? {};
    if (leftBehind === undefined || leftBehind.endedAt !== undefined) return [];
    const { endedAt: _, ...debt } = leftBehind;
    return [{ ...debt, from: `plan ${metadata.namespace}/${metadata.name}` }];
  });
}

/** A stop is for a while: after a day somebody should ask whether it still has to be. */
const STOP_REVIEW_MS = 24 * 3600 * 1000;

function ofStop({ stop }: Books): readonly Debt[] {
  if (stop?.kind !== 'stopped') return [];
  const { by, since, reason } = stop;
  const what = `every effect of Agent-SRE is stopped${reason === undefined ? '' : `: ${reason}`}`;
  const overdueAt = new Date(Date.parse(since) + STOP_REVIEW_MS).toISOString();
  return [{ what, owner: by, since, overdueAt, end: 'kubectl sre start', from: 'the stop switch' }];
}
