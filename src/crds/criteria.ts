/**
 * How it is told whether a fix has helped, and what takes it back at once.
 *
 * What is measured is named by a signal that code knows how to ask for, or by a query that an administrator has written into a
 * RemediationPolicy: no plan carries a query of its own. Levels are decimal texts, as numbers with a fraction read differently elsewhere.
 */
import { z } from 'zod';
import { count, name, nonEmpty, objectRef, seconds } from './common.ts';
import { type Rule, rules, structNamedByType } from './rules.ts';

/** What a workload is judged by: a share of its answers from 0 to 1, seconds, cores, a share of its limit, answers a second. */
export const JUDGED_SIGNALS = ['errorShare', 'latencyP95', 'requestRate', 'cpuUsage', 'cpuThrottling', 'memoryOfLimit'] as const;
export type JudgedSignal = (typeof JUDGED_SIGNALS)[number];

/** Not negative; `Number` reads every one of them. */
export const decimal = () =>
  z
    .string()
    .max(24)
    .regex(/^[0-9]{1,12}(\.[0-9]{1,9})?$/u);

const comparison = () => z.enum(['AtMost', 'AtLeast']).describe('On which side of the level it has to stay.');
const windowSeconds = () => z.int().min(30).max(21_600).describe('Over how long, up to now, it is looked at: the median of that counts.');

const signal = z.object({
  name: z.enum(JUDGED_SIGNALS).describe('What is measured of the target; how, is found among the metrics that there are.'),
  comparison: comparison(),
  level: decimal().describe('In the unit of the signal: a share from 0 to 1, seconds, cores, answers a second.'),
  windowSeconds: windowSeconds(),
});

export const objectiveInBounds: Rule = {
  rule: '!has(self.objectivePercent) || (double(self.objectivePercent) > 0.0 && double(self.objectivePercent) < 100.0)',
  message: 'an objective is more than 0 and less than 100 percent: what is missing to 100 is the error budget',
  fieldPath: '.objectivePercent',
};

const burnRate = z
  .object({
    objectivePercent: decimal().describe(
      'Share of answers that are promised to be good, such as 99.9: the budget is what is missing to 100. It burns too fast when both of an hour and its last 5 minutes take more than 14.4 times what they may, or both of 6 hours and their last 30 minutes more than 6 times.',
    ),
  })
  .meta(rules(objectiveInBounds));

const query = z.object({
  policy: name().describe('The RemediationPolicy that holds the query.'),
  name: nonEmpty(63).describe('Which of its criteria.'),
});

const STRUCTS = { SignalWithin: 'signal', BurnRateWithin: 'burnRate', QueryWithin: 'query' } as const;

const CRITERION_TYPES = [
  'RolloutComplete',
  'NoContainerRestarts',
  'EndpointsReady',
  'EffectInPlace',
  'AlertResolved',
  'FindingsCleared',
  'SignalWithin',
  'BurnRateWithin',
  'QueryWithin',
  'LogTemplateGone',
  'NeighboursUnharmed',
] as const;

export const criterion = z
  .object({
    type: z.enum(CRITERION_TYPES).describe('What is looked at.'),
    target: objectRef.optional().describe('What it is about: a workload, or a Service.'),
    withinSeconds: seconds(86_400).describe('How long after the sync it may take.'),
    signal: signal.optional().describe('Of SignalWithin: what is measured, and where it has to stay.'),
    burnRate: burnRate.optional().describe('Of BurnRateWithin: the objective whose error budget may not burn too fast.'),
    query: query.optional().describe('Of QueryWithin: an administrator’s own.'),
  })
  .meta(rules(...structNamedByType(STRUCTS)));
export type Criterion = z.infer<typeof criterion>;

const ABORT_TYPES = ['ContainerRestarts', 'RolloutDeadlineExceeded', 'ReadyReplicasBelow', 'SignalWorsened'] as const;
/** What may clearly worsen. */
export const WORSENING_SIGNALS = ['errorShare', 'latencyP95'] as const;

export const abortCriterion = z
  .object({
    type: z.enum(ABORT_TYPES).describe('What is watched from the push on.'),
    target: objectRef.optional().describe('The workload that it is about.'),
    threshold: count().describe('The value at which the fix is taken back.'),
    signal: z
      .enum(WORSENING_SIGNALS)
      .optional()
      .describe(
        'Of SignalWorsened: what is clearly worse than in the hour before the push, by the rule that an investigation has for bad.',
      ),
  })
  .meta(rules(...structNamedByType({ SignalWorsened: 'signal' })));
export type AbortCriterion = z.infer<typeof abortCriterion>;

export const check = z.object({
  name: nonEmpty(128).describe('The criterion.'),
  result: z
    .enum(['Passed', 'Failed', 'Pending', 'Inconclusive'])
    .describe('Whether it holds; Inconclusive: it could not be seen in its time.'),
  message: z.string().max(512).describe('What was seen.'),
  at: z.string().max(40).meta({ format: 'date-time' }).describe('When it was last evaluated.'),
});
export type Check = z.infer<typeof check>;

/** An administrator's own criterion: a plan names it, and holds no query itself. */
export const policyCriterion = z.object({
  name: nonEmpty(63).describe('Name, by which plans refer to it.'),
  query: nonEmpty(2048).describe('PromQL; $namespace and $workload stand for the target of a plan, within quotes.'),
  comparison: comparison(),
  level: decimal().describe('In the unit of the query.'),
  windowSeconds: windowSeconds().default(120),
  withinSeconds: seconds(86_400).default(900).describe('How long after the sync it may take.'),
});
export type PolicyCriterion = z.infer<typeof policyCriterion>;

/** What would have been looked at, had anybody measured it. */
export const notVerified = z.object({
  what: nonEmpty(128).describe('What is not looked at.'),
  why: nonEmpty(256).describe('Why it can’t be.'),
});
export type NotVerified = z.infer<typeof notVerified>;
