/** Approval: one person's word on exactly one digest. Created once, never changed. */
import { z } from 'zod';
import { conditions, GROUPS_MAX, nonEmpty, observedGeneration, pinnedRef, sha256, text, timestamp } from './common.ts';
import { immutable, rules } from './rules.ts';

export const approvalSpec = z
  .object({
    planRef: pinnedRef.describe('The plan that is judged; the Approval is deleted with it.'),
    planDigest: sha256().describe('The digest that the person saw; another one is refused.'),
    decision: z.enum(['Approve', 'Reject']).describe('The word.'),
    approver: nonEmpty(253).describe(
      'User name of the person; equals the user who makes this object, and is filled in where the API server can.',
    ),
    approverGroups: z.array(text(253)).max(GROUPS_MAX).describe('Groups of the person; equal those of the user who makes this object.'),
    reason: text(1024).optional().describe('Why, in their words.'),
    channel: z.enum(['kubectl', 'Slack', 'Telegram', 'Console', 'PullRequest', 'REST']).default('kubectl').describe('Where it was given.'),
    expiresAt: timestamp().optional().describe('After this it counts no more; at most the lifetime that the strategy allows.'),
  })
  .meta(rules(immutable('An Approval is said once: its spec cannot be changed. Create another Approval in its place')));

export const approvalStatus = z.object({
  observedGeneration: observedGeneration(),
  verdict: z.enum(['Accepted', 'Refused']).optional().describe('What the executor made of it.'),
  conditions: conditions(),
});

export const APPROVAL_CONDITIONS = ['Accepted'] as const;
