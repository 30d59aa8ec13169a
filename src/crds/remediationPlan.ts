/** RemediationPlan: what would be changed, how we would know that it helped, and what became of it. */
import { z } from 'zod';
import { ACTION_TYPES, actionStructRules, actionStructs } from './actions/actions.ts';
import {
  commitId,
  conditions,
  count,
  fieldChange,
  name,
  namespaceName,
  nonEmpty,
  objectRef,
  observedGeneration,
  pinnedRef,
  requestedBy,
  seconds,
  sha256,
  syncRecord,
  text,
  timestamp,
  waitingOn,
} from './common.ts';
import { abortCriterion, check, criterion, notVerified } from './criteria.ts';
import { immutable, rules } from './rules.ts';

/** Values are enums, bounded numbers, or references that the executor resolves live: no text of anybody's gets into a change. */
const action = z
  .object({
    type: z.enum(ACTION_TYPES).describe('Which action; the struct of the same name holds its parameters.'),
    target: objectRef.describe('What it is about: for most actions the workload, in the namespace of the plan.'),
    ...actionStructs,
  })
  .meta(rules(...actionStructRules));
export type Action = z.infer<typeof action>;

const STRATEGIES = ['Commit', 'PullRequest', 'Direct'] as const;

/** A person can take it: then these are the fields of a plan of their own. Its parameters are judged there. */
const takenInstead = z.object({
  action: z
    .object({
      type: z.enum(ACTION_TYPES).describe('Which action.'),
      target: objectRef.describe('What it is about.'),
      ...actionStructs,
    })
    .describe('The action with its parameters.'),
  strategy: z.enum(STRATEGIES).describe('How it is delivered.'),
  successCriteria: z.array(criterion).min(1).max(12).describe('All of these have to hold for it to count.'),
  abortCriteria: z.array(abortCriterion).max(8).optional().describe('Any of these takes it back at once.'),
  soakSeconds: seconds(86_400).describe('How long the criteria have to hold.'),
});
export type TakenInstead = z.infer<typeof takenInstead>;

export const remediationPlanSpec = z
  .object({
    incidentRef: pinnedRef.describe('The Incident that it is meant to end.'),
    investigationRef: pinnedRef.describe('The Investigation that it rests on.'),
    ordinal: z.int().min(1).max(10).describe('Which proposal for this cause it is: three by rules at most, the others by people.'),
    supersedes: pinnedRef
      .optional()
      .describe('The plan in whose place a person proposes this one; that one ends once this one stands, and never the other way round.'),
    summary: nonEmpty(600).describe('What would be done and why, in a few sentences.'),
    actions: z.array(action).min(1).max(5).describe('What is done, in this order.'),
    strategy: z.enum(STRATEGIES).describe('How it is delivered.'),
    successCriteria: z.array(criterion).min(1).max(12).describe('All of these have to hold for the fix to count.'),
    abortCriteria: z.array(abortCriterion).max(8).optional().describe('Any of these takes the fix back at once.'),
    notVerified: z.array(notVerified).max(8).optional().describe('What would tell more, and can’t be looked at.'),
    soakSeconds: seconds(86_400).describe('How long the criteria have to hold before the Incident is resolved.'),
    rollback: z.enum(['Automatic', 'Manual']).default('Automatic').describe('Whether a fix that did not help is taken back by itself.'),
    expiresAt: timestamp().describe('After this nothing is begun.'),
    confidence: z.int().min(0).max(100).describe('How sure the diagnosis is, in percent.'),
    alternatives: z
      .array(
        z.object({
          action: text(63).describe('The action.'),
          whyNot: text(512).describe('Why it was not taken.'),
          take: takenInstead.optional().describe('What a plan would say that takes it; absent: it does not fit.'),
        }),
      )
      .max(8)
      .optional()
      .describe('What else was considered, and why it was not taken.'),
    requestedBy: requestedBy(),
  })
  .meta(
    rules(immutable('A RemediationPlan is what people approve: its spec cannot be changed. Propose another plan, with the next ordinal'), {
      rule: "self.strategy != 'Direct' || self.actions.size() == 1",
      message: 'a plan of strategy Direct does one thing, which is approved by itself: make a plan for each action',
      fieldPath: '.actions',
    }),
  );

export type { AbortCriterion, Check, Criterion, NotVerified } from './criteria.ts';

export const RISKS = ['Low', 'Medium', 'High'] as const;
export type Risk = (typeof RISKS)[number];

const commitRecord = z.object({
  sha: commitId().describe('Commit.'),
  parent: commitId().describe('The commit that it was made on.'),
  repository: text(1024).describe('Repository, without credentials.'),
  ref: nonEmpty(255).describe('Ref that it was pushed to.'),
  pushedAt: timestamp().optional().describe('When the push was acknowledged.'),
});

/** What people did where a plan was only suggested. */
export const SCORES = ['Same', 'Different', 'Nothing'] as const;

/** Ways in which a plan ends without having helped. */
export const ENDINGS = ['RolledBack', 'Inconclusive', 'Failed', 'Rejected', 'Expired', 'Stale', 'Superseded', 'Suggested'] as const;

const pullRequest = z.object({
  branch: nonEmpty(255).describe('Branch that is proposed.'),
  headSha: commitId().describe('The commit that is proposed; what is pushed to the branch later does not count.'),
  parent: commitId().describe('The commit that it was made on.'),
  changes: sha256().describe(
    'Digest of the files that the commit writes, with their modes and contents: what is merged has to be just this.',
  ),
  preparedAt: timestamp().describe('Date of the commit, written before it is first pushed.'),
  pushedAt: timestamp().optional().describe('When the branch was there.'),
  url: text(2048).optional().describe('Where people see it.'),
  number: count().optional().describe('Its number at the Git host.'),
  openedAt: timestamp().optional().describe('When it was opened, or found to be.'),
  mergedAt: timestamp().optional().describe('When it was merged, as the Git host says.'),
  mergeSha: commitId().optional().describe('The commit on the deployed branch that it was merged as.'),
  mergedBy: text(512).optional().describe('Who merged it: the person, and the account at the Git host.'),
  closedAt: timestamp().optional().describe('When it was found, or made, to be closed.'),
  closing: z
    .object({
      ending: z.enum(ENDINGS).describe('How the plan ends then.'),
      reason: text(1024).describe('Why, as it is told in a comment.'),
      at: timestamp().describe('When that was decided: what was merged before that is judged all the same.'),
    })
    .optional()
    .describe('That it is about to be closed: written before it is.'),
});
export type PullRequestRecord = z.infer<typeof pullRequest>;

export const PLAN_PHASES = [
  'Pending',
  'AwaitingApproval',
  'HeldUp',
  'Applying',
  'Syncing',
  'Verifying',
  'RollingBack',
  'Succeeded',
  'RolledBack',
  'Inconclusive',
  'Failed',
  'Rejected',
  'Expired',
  'Stale',
  'Superseded',
  'Suggested',
] as const;

export const remediationPlanStatus = z.object({
  observedGeneration: observedGeneration(),
  phase: z.enum(PLAN_PHASES).optional().describe('Derived from the conditions, for people.'),
  conditions: conditions(),
  digest: sha256().optional().describe('Digest of everything that an approval covers.'),
  diff: text(24_576).optional().describe('Unified diff of the files in Git, made by code.'),
  renderedDiff: z.array(fieldChange).max(40).optional().describe('Fields of rendered objects that would change, redacted.'),
  approveCommand: text(2048)
    .optional()
    .describe('Ready to paste: approves exactly this digest. Of a plan with a pull request: what to merge.'),
  waitingOn: waitingOn(),
  owner: z
    .object({
      engine: z.enum(['Flux', 'ArgoCD', 'None']).describe('GitOps engine.'),
      object: objectRef.optional().describe('The object of the engine that renders the target.'),
      repository: text(1024).optional().describe('Repository, without credentials.'),
      ref: text(255).optional().describe('Ref that is deployed.'),
      path: text(512).optional().describe('Path in the repository that is rendered.'),
    })
    .optional()
    .describe('Who owns the target.'),
  base: commitId().optional().describe('Commit that the plan was rendered on.'),
  preimages: z
    .array(
      z.object({
        object: objectRef.describe('The live object.'),
        path: text(512).describe('Path of the field in it.'),
        value: text(1024).optional().describe('Its value; absent: there was none.'),
      }),
    )
    .max(40)
    .optional()
    .describe('Live values of just the fields that the actions write.'),
  proposed: z
    .object({
      leaves: z
        .object({
          what: text(256).describe('What would stay until somebody ends it.'),
          end: text(512).describe('The command that ends it.'),
          reviewAfterSeconds: seconds(604_800).describe('After how long it counts as overdue that nobody has ended it.'),
        })
        .optional()
        .describe('What it would leave behind on purpose.'),
    })
    .optional()
    .describe('What a plan of strategy Direct would do beside the fields in renderedDiff.'),
  risk: z
    .object({
      level: z.enum(RISKS).describe('How much could go wrong.'),
      reasons: z.array(text(256)).max(10).describe('The rules that say so.'),
    })
    .optional()
    .describe('Computed by rules.'),
  blastRadius: z
    .object({
      workloads: count().describe('Workloads that it changes.'),
      pods: count().describe('Pods of these workloads.'),
      summary: text(256).describe('The same in words.'),
    })
    .optional()
    .describe('What a wrong fix would reach.'),
  policy: z
    .object({
      name: text(253).describe('Name of the RemediationPolicy; empty: none applies.'),
      decision: z.enum(['Off', 'Suggest', 'Approve', 'Auto']).describe('What it allows.'),
      approvals: count().describe('How many distinct persons have to approve.'),
      reason: text(1024).describe('Why it decides so; where Auto does not hold, what of it is missing.'),
      soakSeconds: seconds(86_400).optional().describe('How long the success criteria have to hold, where a policy says so.'),
      among: z
        .array(
          z.object({
            name: name().describe('Name of the RemediationPolicy.'),
            uid: nonEmpty(64).describe('Its uid.'),
            generation: count().describe('The generation of it that was looked at.'),
          }),
        )
        .max(20)
        .optional()
        .describe(
          'All that had a say: one for each object that the plan touches and action that it takes. Approvals, lifetimes and brakes of each hold.',
        ),
    })
    .optional()
    .describe('Which policy decided what, and why.'),
  subjects: z
    .array(
      z.object({
        action: z.enum(ACTION_TYPES).describe('The action.'),
        kind: nonEmpty(63).describe('Kind of what it is for.'),
        namespace: namespaceName().describe('Its namespace; empty for a cluster-scoped object.'),
        name: name().describe('Its name.'),
      }),
    )
    .max(10)
    .optional()
    .describe(
      'The workload that each action is for, where it is about a pod the one behind it: what is locked, and what the record is kept of.',
    ),
  approvals: z
    .array(
      z.object({
        name: name().optional().describe('Name of the Approval; absent: given at the Git host, by merging or by a review.'),
        approver: text(253).describe('Whose word it is.'),
        decision: z.enum(['Approve', 'Reject']).describe('The word.'),
        valid: z.boolean().describe('Whether it counts.'),
        reason: text(256).describe('Why it counts, or does not.'),
      }),
    )
    .max(20)
    .optional()
    .describe('Approvals that were judged.'),
  approvedAt: timestamp().optional().describe('When the last approval that was needed came in; the date of the commit.'),
  intent: z
    .object({
      effect: z
        .enum(['Commit', 'Revert', 'Direct', 'DirectUndo', 'PullRequest', 'RevertPullRequest'])
        .describe('What is about to be pushed, proposed, or done directly.'),
      at: timestamp().describe('When this was written.'),
      parent: commitId().optional().describe('The commit that it will be made on.'),
      object: objectRef.optional().describe('The object that is about to be changed directly, with its uid.'),
    })
    .optional()
    .describe('The one effect that is about to happen, written before it does.'),
  commit: commitRecord.optional().describe('The commit that carries the fix.'),
  applied: z
    .object({
      object: objectRef.describe('The object that was changed or deleted, with its uid.'),
      what: text(256).describe('What was done to it.'),
      at: timestamp().describe('When the API server had taken it.'),
    })
    .optional()
    .describe('What was done directly.'),
  leftBehind: z
    .object({
      what: text(256).describe('What stays until somebody ends it.'),
      object: objectRef.describe('The object that it is about.'),
      since: timestamp().describe('Since when.'),
      overdueAt: timestamp().describe('When it counts as overdue that nobody has ended it.'),
      owner: text(253).describe('Who approved it, and answers for it.'),
      end: text(512).describe('The command that ends it.'),
      endedAt: timestamp().optional().describe('When it was seen that somebody had ended it.'),
    })
    .optional()
    .describe('What the plan leaves behind on purpose; absent once it is taken back.'),
  pullRequest: pullRequest.optional().describe('The pull request that proposes the fix; merged by a listed person it is approved.'),
  sync: syncRecord.optional().describe('The revision that the engine reported, and when it was seen.'),
  checks: z.array(check).max(20).optional().describe('Success criteria, as last evaluated.'),
  readyBefore: z
    .array(
      z.object({
        object: objectRef.describe('The workload.'),
        ready: count().describe('Replicas that were ready.'),
      }),
    )
    .max(5)
    .optional()
    .describe('How healthy the workloads were right before the fix: as healthy they have to be again when it is taken back.'),
  baseline: pinnedRef
    .optional()
    .describe(
      'The Investigation that looked at the world before the fix: right before, or within the hour before a pull request was merged.',
    ),
  verification: pinnedRef.optional().describe('The Investigation that looked at the world after the fix.'),
  rollback: z
    .object({
      reason: text(512).describe('Why the fix was taken back.'),
      pullRequest: pullRequest
        .optional()
        .describe('Where the branch takes no push: the pull request that takes it back, for a person to merge.'),
      commit: commitRecord.optional().describe('The commit that takes it back.'),
      sync: syncRecord.optional().describe('The revision with the revert, as the engine reported it.'),
      startedAt: timestamp().describe('When it was decided.'),
      verified: z.boolean().optional().describe('Whether the pre-image was seen live again, and what runs as healthy as before the fix.'),
      completedAt: timestamp().optional().describe('When it was over.'),
    })
    .optional()
    .describe('How a fix that did not help was taken back.'),
  completedAt: timestamp().optional().describe('When it reached its end.'),
  suggestion: z
    .object({
      score: z
        .enum(SCORES)
        .optional()
        .describe(
          'Whether people then did the same, something different to the same fields, or nothing to them. Absent: nothing can be compared.',
        ),
      message: text(256).describe('The same in words.'),
      at: timestamp().describe('When it was looked at: as the Incident was resolved, or a day after the plan was shown.'),
    })
    .optional()
    .describe('What people did where the plan was only suggested.'),
  settledAt: timestamp().optional().describe('When, after its end, its locks were released and its outcome stood in the record.'),
});

export type RemediationPlanSpec = z.infer<typeof remediationPlanSpec>;
export type RemediationPlanStatus = z.infer<typeof remediationPlanStatus>;
export const PLAN_CONDITIONS = ['Validated', 'Rendered', 'Approved', 'Applied', 'Synced', 'Verified', 'Succeeded', 'Stopped'] as const;
