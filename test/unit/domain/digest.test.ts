import { describe, expect, test } from 'vitest';
import type { RemediationPlanSpec } from '../../../src/crds/remediationPlan.ts';
import { type DigestInput, planDigest } from '../../../src/domain/digest.ts';
import { planSpec } from '../../support/plans.ts';

const material = {
  repository: 'https://git.example/shop.git',
  ref: 'main',
  targets: [{ uid: 'u1', fields: [{ path: 'a', value: '1' }] }],
  files: [{ path: 'x.yaml', mode: '100644', baseBlob: 'a', newBlob: 'b' }],
};
const input: DigestInput = {
  plan: { uid: 'plan-1', spec: planSpec() },
  clusterUid: 'cluster-1',
  material,
  policies: [{ uid: 'policy-1', generation: 1 }],
};
const withSpec = (change: Partial<RemediationPlanSpec>): DigestInput => ({ ...input, plan: { uid: 'plan-1', spec: planSpec(change) } });

describe('the digest of a plan', () => {
  test('is the same for the same plan in the same world', () => {
    expect(planDigest(structuredClone(input))).toBe(planDigest(input));
  });

  test.each<{ name: string; moved: DigestInput }>([
    { name: 'another plan', moved: { ...input, plan: { ...input.plan, uid: 'plan-2' } } },
    { name: 'another cluster', moved: { ...input, clusterUid: 'cluster-2' } },
    {
      name: 'another parameter of an action',
      moved: withSpec({
        actions: [
          {
            type: 'RevertCommit',
            target: { kind: 'Deployment', namespace: 'shop', name: 'checkout' },
            revertCommit: { commit: 'b'.repeat(40) },
          },
        ],
      }),
    },
    { name: 'a weaker success criterion', moved: withSpec({ successCriteria: [{ type: 'AlertResolved', withinSeconds: 9 }] }) },
    { name: 'an abort criterion that was taken out', moved: withSpec({ abortCriteria: [] }) },
    { name: 'a shorter soak', moved: withSpec({ soakSeconds: 1 }) },
    { name: 'a rollback that is left to people', moved: withSpec({ rollback: 'Manual' }) },
    { name: 'another way of delivery', moved: withSpec({ strategy: 'PullRequest' }) },
    { name: 'a later expiry', moved: withSpec({ expiresAt: '2026-01-02T00:00:00Z' }) },
    { name: 'other bytes in a file', moved: { ...input, material: { ...material, files: [{ ...material.files[0], newBlob: 'c' }] } } },
    {
      name: 'a target that was replaced',
      moved: { ...input, material: { ...material, targets: [{ ...material.targets[0], uid: 'u2' }] } },
    },
    { name: 'a policy that was edited', moved: { ...input, policies: [{ uid: 'policy-1', generation: 2 }] } },
    { name: 'no policy any more', moved: { ...input, policies: [] } },
  ])('changes with $name', ({ moved }) => {
    expect(planDigest(moved)).not.toBe(planDigest(input));
  });

  test('does not cover the words: a summary and alternatives change nothing that is done', () => {
    expect(planDigest(withSpec({ summary: 'other words', alternatives: [] }))).toBe(planDigest(input));
  });
});
