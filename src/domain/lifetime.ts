/** How long a plan may wait for its approval, and an approval for its effect: short where nothing but a click stands between, long where a review does. */
import type { RemediationPolicy } from '../crds/kinds.ts';
import type { RemediationPlanSpec } from '../crds/remediationPlan.ts';
import type { RemediationPolicySpec } from '../crds/remediationPolicy.ts';

const COMMIT_SECONDS = 30 * 60;
const PULL_REQUEST_SECONDS = 7 * 24 * 3600;

/** In milliseconds; of several policies the shortest counts. */
export function lifetimeMs(strategy: RemediationPlanSpec['strategy'], policies: readonly RemediationPolicy[] = []): number {
  const seconds = policies.map(({ spec }) => secondsBy(strategy, spec.lifetimes));
  return 1000 * Math.min(...(seconds.length === 0 ? [secondsBy(strategy)] : seconds));
}

function secondsBy(strategy: RemediationPlanSpec['strategy'], lifetimes?: RemediationPolicySpec['lifetimes']): number {
  const { commitSeconds = COMMIT_SECONDS, pullRequestSeconds = PULL_REQUEST_SECONDS } = lifetimes ?? {};
  return strategy === 'PullRequest' ? pullRequestSeconds : commitSeconds;
}
