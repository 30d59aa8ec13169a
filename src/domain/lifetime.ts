/** How long a plan may wait for its approval, and an approval for its effect: short where nothing but a click stands between, long where a review does. */
import type { RemediationPolicy } from '../crds/kinds.ts';
import type { RemediationPlanSpec } from '../crds/remediationPlan.ts';

const COMMIT_SECONDS = 30 * 60;
const PULL_REQUEST_SECONDS = 7 * 24 * 3600;

/** In milliseconds. */
export function lifetimeMs(strategy: RemediationPlanSpec['strategy'], policy?: RemediationPolicy): number {
  const { commitSeconds = COMMIT_SECONDS, pullRequestSeconds = PULL_REQUEST_SECONDS } = policy?.spec.lifetimes ?? {};
  return 1000 * (strategy === 'PullRequest' ? pullRequestSeconds : commitSeconds);
}
