/**
 * NetworkPolicies that cut traffic that is declared, or that was seen to time out.
 *
 * Right when, by the policies' own words, no port that a flow may mean passes: its caller may not leave, or it may not enter. A policy
 * alone is no finding, however strict. Disproved by the same flow passing: a network plug-in that does not enforce policies lets it pass,
 * so a cut that is only declared weighs less than one that was seen to fail. What a policy's peers match cannot always be known; what
 * is not known is taken for allowed.
 */
import type { NetworkPolicy, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { cutOnEntry, cutOnExit } from '../networkPolicies.ts';
import { policyRef } from '../refs.ts';
import { type Flow, flowsOf } from '../traffic.ts';

export const networkPolicy: Analyzer = {
  name: 'networkPolicy',
  *find(snapshot) {
    if (snapshot.policies.length === 0) return;
    const cuts = flowsOf(snapshot).flatMap((flow) => {
      const policy = policyThatCuts(snapshot.policies, flow);
      return policy === undefined ? [] : [{ flow, policy }];
    });
    for (const [policy, group] of Map.groupBy(cuts, (cut) => cut.policy)) {
      yield finding(
        snapshot,
        policy,
        group.map(({ flow }) => flow),
      );
    }
  },
};

/** The newest of those that cut every port; undefined when one passes. */
export function policyThatCuts(
  policies: readonly NetworkPolicy[],
  { from, to, ports }: Pick<Flow, 'from' | 'to' | 'ports'>,
): NetworkPolicy | undefined {
  const cuts = ports.map((port) => [
    ...(from === undefined ? [] : cutOnExit(policies, from, to, port)),
    ...cutOnEntry(policies, from, to, port),
  ]);
  if (cuts.length === 0 || cuts.some((cut) => cut.length === 0)) return undefined;
  return cuts.flat().toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))[0];
}

function finding({ window }: Snapshot, policy: NetworkPolicy, flows: readonly Flow[]): Finding {
  const failed = flows.some((flow) => flow.failed);
  const told = [...new Set(flows.toSorted((a, b) => Number(b.failed) - Number(a.failed)).map(({ says }) => says))];
  const more = told.length > 3 ? ` and ${told.length - 3} more` : '';
  const ref = policyRef(policy);
  return {
    analyzer: networkPolicy.name,
    reason: 'NetworkPolicyBlocks',
    object: ref,
    message: `NetworkPolicy ${policy.namespace}/${policy.name} cuts traffic ${told.slice(0, 3).join(', ')}${more}${failed ? ', which times out' : ''}.`,
    cures: ['RevertCommit'],
    evidence: [...new Set([policy.evidence, ...flows.flatMap(({ evidence }) => evidence)])],
    pods: [...new Set(flows.filter((flow) => flow.failed).flatMap(({ pods }) => pods))],
    since: policy.createdAt !== undefined && policy.createdAt >= window.start ? policy.createdAt : undefined,
    indirect: !failed,
    touchedBy: { direct: objectFields(ref, ''), plausible: [] },
  };
}
