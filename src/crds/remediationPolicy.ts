/** RemediationPolicy: what may be done where, by whom, and when not. Cluster-scoped: a tenant's own would be self-approval. */
import { z } from 'zod';
import { ACTION_TYPES } from './actions/actions.ts';
import { conditions, count, labelMap, namespaceName, nonEmpty, observedGeneration, seconds, text } from './common.ts';
import { decimal, objectiveInBounds, policyCriterion } from './criteria.ts';
import { RISKS } from './remediationPlan.ts';
import { rules } from './rules.ts';

const POLICY_MODES = ['Off', 'Suggest', 'Approve', 'Auto'] as const;
export type PolicyMode = (typeof POLICY_MODES)[number];

/** No entry twice. */
const asSet = { 'x-kubernetes-list-type': 'set' } as const;
const timeOfDay = () =>
  z
    .string()
    .max(5)
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/u);
const endOfDay = () =>
  z
    .string()
    .max(5)
    .regex(/^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/u);

/** Hours of the day that come back every week. @param more fields besides */
const weekly = <Shape extends z.ZodRawShape>(more: Shape) =>
  z
    .object({
      name: nonEmpty(63).describe('Name, for messages.'),
      days: z
        .array(z.enum(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']))
        .max(7)
        .optional()
        .describe('Absent: every day.')
        .meta(asSet),
      from: timeOfDay().describe('Local time, 24 hours.'),
      to: endOfDay().describe('Local time; before `from`: the next day. 24:00 is the end of the day.'),
      timeZone: nonEmpty(63).default('UTC').describe('IANA name.'),
      ...more,
    })
    .meta(
      rules({
        rule: 'self.from != self.to',
        message: 'the window starts and ends at the same time; for a whole day write 00:00 to 24:00',
        fieldPath: '.to',
      }),
    );
const windows = <Window extends z.ZodType>(window: Window) =>
  z
    .array(window)
    .max(20)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] });

export const remediationPolicySpec = z
  .object({
    selector: z
      .object({
        namespaces: z
          .array(namespaceName())
          .max(100)
          .optional()
          .describe('Namespaces by name; absent: all but the protected ones.')
          .meta(asSet),
        matchLabels: labelMap(20).optional().describe('Labels of the workload.'),
        actions: z.array(z.enum(ACTION_TYPES)).max(30).optional().describe('Actions that this policy is about; absent: all.').meta(asSet),
      })
      .optional()
      .describe('What it applies to. The most specific policy decides; among equals the stricter mode.'),
    mode: z
      .enum(POLICY_MODES)
      .describe('Off: no plans. Suggest: shown, nothing written. Approve: after approval. Auto: without one, within the conditions below.'),
    auto: z
      .object({
        maxRisk: z.enum(RISKS).default('Low').describe('Highest risk.'),
        minConfidence: z.int().min(0).max(100).default(90).describe('Lowest confidence, in percent.'),
        provenSuccesses: count()
          .max(50)
          .default(3)
          .describe('Verified successes of the same action on the same workload that are needed first.'),
        withinDays: z
          .int()
          .min(1)
          .max(365)
          .default(30)
          .describe('How far back they count. A failed verification within it makes all from before it count for nothing.'),
        errorBudget: z
          .object({
            query: nonEmpty(2048).describe('PromQL that gives one number: the share of the error budget that is left, 0 to 1.'),
            minLeftPercent: z.int().min(1).max(100).describe('Auto holds only while at least this much of it is left.'),
          })
          .optional()
          .describe('No answer, several series, no number or an old one: not Auto.'),
      })
      .optional()
      .describe('Conditions of Auto.'),
    approvals: z
      .object({
        low: z.int().min(1).max(5).default(1).describe('For plans of low risk.'),
        medium: z.int().min(1).max(5).default(1).describe('For plans of medium risk.'),
        high: z.int().min(1).max(5).default(2).describe('For plans of high risk.'),
      })
      .meta(
        rules({
          rule: 'self.low <= self.medium && self.medium <= self.high',
          message: 'a higher risk cannot need fewer approvals: low, medium and high have to rise',
        }),
      )
      .optional()
      .describe('How many distinct persons have to approve, by risk.'),
    lifetimes: z
      .object({
        commitSeconds: seconds(86_400).default(1800).describe('For strategies Commit and Direct.'),
        pullRequestSeconds: seconds(2_592_000).default(604_800).describe('For strategy PullRequest.'),
      })
      .optional()
      .describe('How long a plan may wait for approval, and an approval for its effect.'),
    freezeWindows: windows(weekly({})).describe('When nothing is begun. Reverts are not held up.'),
    maintenance: windows(weekly({ reason: nonEmpty(512).describe('What is done then; told with each Incident.') })).describe(
      'When trouble is expected: nobody is told of Incidents about what the selector selects (whatever its actions), and none of their plans is carried out by itself. Absent namespaces: everything, protected namespaces and nodes too.',
    ),
    cooldownSeconds: seconds(86_400).optional().describe('Least time between two effects on one workload.'),
    maxConcurrent: z.int().min(1).max(50).optional().describe('Plans at work at once under this policy.'),
    maxNamespacePercentPerHour: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Share of a namespace’s workloads that may be touched in an hour.'),
    soakSeconds: seconds(86_400).optional().describe('Overrides how long the success criteria have to hold.'),
    objectivePercent: decimal()
      .optional()
      .describe(
        'Share of answers that the workloads promise to be good, such as 99.9: a fix has helped only if the error budget does not burn too fast.',
      ),
    criteria: z
      .array(policyCriterion)
      .max(4)
      .optional()
      .describe('What else has to hold for a fix to count.')
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    reason: text(512).optional().describe('Why it is so; shown with each decision.'),
  })
  .meta(
    rules(
      {
        rule: "self.mode != 'Auto' || has(self.auto)",
        message: 'mode Auto acts without asking anybody: state its conditions in auto, such as maxRisk, minConfidence and provenSuccesses',
        fieldPath: '.auto',
      },
      objectiveInBounds,
    ),
  );

export const remediationPolicyStatus = z.object({
  observedGeneration: observedGeneration(),
  conditions: conditions(),
});

export type RemediationPolicySpec = z.infer<typeof remediationPolicySpec>;
export const POLICY_CONDITIONS = ['Ready'] as const;
