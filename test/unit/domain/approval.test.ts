import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/crds/kinds.ts';
import { type ApprovalContext, judgeApprovals } from '../../../src/domain/approval.ts';
import { approval, DIGEST } from '../../support/plans.ts';

const context: ApprovalContext = {
  planUid: 'rp-uid',
  digest: DIGEST,
  risk: 'Low',
  requestedBy: undefined,
  lifetimeMs: 30 * 60_000,
  now: Date.parse('2026-01-01T00:10:00Z'),
  stillMay: () => true,
  personOf: (username) => username.replace('agentsre:chat:', ''),
};

interface Case {
  readonly name: string;
  readonly approvals: readonly Approval[];
  readonly given?: Partial<ApprovalContext>;
  readonly want: readonly (readonly [who: string, reason: string])[];
}

describe('the executor’s judgement of approvals', () => {
  test.each<Case>([
    { name: 'accepts a fresh approval of the present digest', approvals: [approval()], want: [['alice', 'Accepted']] },
    {
      name: 'refuses one for a plan of the same name and another uid',
      approvals: [approval({ planRef: { name: 'rp-1', uid: 'older' } })],
      want: [['alice', 'OtherPlan']],
    },
    {
      name: 'refuses one for another digest',
      approvals: [approval({ planDigest: `sha256:${'0'.repeat(64)}` })],
      want: [['alice', 'OtherDigest']],
    },
    {
      name: 'refuses one that the person has let expire',
      approvals: [approval({ expiresAt: '2026-01-01T00:09:00Z' })],
      want: [['alice', 'Expired']],
    },
    {
      name: 'refuses one that is older than its strategy allows, whatever it says',
      approvals: [approval({ expiresAt: '2027-01-01T00:00:00Z' })],
      given: { lifetimeMs: 60_000 },
      want: [['alice', 'Expired']],
    },
    {
      name: 'expires at the very moment, not after it',
      approvals: [approval()],
      given: { lifetimeMs: 10 * 60_000 },
      want: [['alice', 'Expired']],
    },
    {
      name: 'refuses a person who may no longer approve',
      approvals: [approval()],
      given: { stillMay: () => false },
      want: [['alice', 'NotAllowed']],
    },
    {
      name: 'counts a person once',
      approvals: [approval({ name: 'a' }), approval({ name: 'b' })],
      want: [
        ['alice', 'Accepted'],
        ['alice', 'SamePerson'],
      ],
    },
    {
      name: 'counts a person once over their channels',
      approvals: [approval({ name: 'a' }), approval({ name: 'b', approver: 'agentsre:chat:alice' })],
      want: [
        ['alice', 'Accepted'],
        ['agentsre:chat:alice', 'SamePerson'],
      ],
    },
    {
      name: 'hears a rejection from somebody who approved before',
      approvals: [approval({ name: 'a' }), approval({ name: 'b', decision: 'Reject' })],
      want: [
        ['alice', 'Accepted'],
        ['alice', 'Accepted'],
      ],
    },
    {
      name: 'lets nobody approve their own plan of high risk',
      approvals: [approval()],
      given: { risk: 'High', requestedBy: { username: 'alice' } },
      want: [['alice', 'OwnHighRiskPlan']],
    },
    {
      name: 'lets people approve their own plan of low risk',
      approvals: [approval()],
      given: { requestedBy: { username: 'alice' } },
      want: [['alice', 'Accepted']],
    },
    {
      name: 'lets people reject their own plan of high risk',
      approvals: [approval({ decision: 'Reject' })],
      given: { risk: 'High', requestedBy: { username: 'alice' } },
      want: [['alice', 'Accepted']],
    },
    {
      name: 'takes no approval of a plan that is approved by merging, and every rejection',
      approvals: [approval({ name: 'a' }), approval({ name: 'b', decision: 'Reject' })],
      given: { mergedAt: 'https://git.test/shop/pulls/1' },
      want: [
        ['alice', 'ByMerge'],
        ['alice', 'Accepted'],
      ],
    },
    {
      name: 'looks at the earliest first',
      approvals: [approval({ name: 'late', approver: 'bob', createdAt: '2026-01-01T00:05:00Z' }), approval()],
      want: [
        ['alice', 'Accepted'],
        ['bob', 'Accepted'],
      ],
    },
  ])('$name', ({ approvals, given, want }) => {
    const verdicts = judgeApprovals(approvals, { ...context, ...given });
    expect(verdicts.map(({ approval: { spec }, reason }) => [spec.approver, reason])).toEqual(want);
    expect(verdicts.every(({ valid, reason }) => valid === (reason === 'Accepted'))).toBe(true);
  });
});
