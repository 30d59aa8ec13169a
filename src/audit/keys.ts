/** Keys of the entries that every effect has to have, so that an effect without its entry can be told. */
import type { RemediationPlan } from '../crds/kinds.ts';
import type { Verification } from './verify.ts';

export const commitKey = (sha: string): string => `commit/${sha}`;
export const revertKey = (sha: string): string => `revert/${sha}`;
export const APPLIED_KEY = 'applied';

interface Effect {
  readonly key: string;
  readonly what: string;
  /** RFC 3339. */
  readonly at: string | undefined;
}

/** An entry follows its effect in moments. */
const PATIENCE_MS = 60_000;

/** Effects that stand in the status of a plan, and that the executor's chain should tell of and does not; one sentence each. */
export function effectsWithoutEntry(plans: readonly RemediationPlan[], executor: Verification | undefined, now: number): readonly string[] {
  const [first] = executor?.entries ?? [];
  const since = first === undefined ? 0 : Date.parse(first.at);
  const known = new Set(executor?.entries.map(({ key }) => key));
  return plans.flatMap((plan) =>
    effectsOf(plan)
      .filter(({ key, at = '' }) => !known.has(key) && Date.parse(at) >= since && Date.parse(at) < now - PATIENCE_MS)
      .map(({ what }) => `plan ${plan.metadata.name} ${what}, and no entry tells of it`),
  );
}

function effectsOf({ metadata: { uid }, status = {} }: RemediationPlan): readonly Effect[] {
  const { commit, rollback, applied } = status;
  const effects: Effect[] = [];
  if (commit !== undefined)
    effects.push({ key: `${uid}/${commitKey(commit.sha)}`, what: `has pushed ${commit.sha.slice(0, 12)}`, at: commit.pushedAt });
  const revert = rollback?.commit;
  if (revert !== undefined)
    effects.push({ key: `${uid}/${revertKey(revert.sha)}`, what: `has reverted with ${revert.sha.slice(0, 12)}`, at: revert.pushedAt });
  if (applied !== undefined) effects.push({ key: `${uid}/${APPLIED_KEY}`, what: `has made a change (${applied.what})`, at: applied.at });
  return effects;
}
