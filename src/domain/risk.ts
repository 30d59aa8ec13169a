/**
 * Risk of a plan, by rules that a person can follow. Each rule that raises the level says why.
 *
 * Low: one workload, a value it ran with before. Medium: a new value, or more than one workload. High: many workloads, or
 * a service that would have no healthy replica to fall back on is rolled as a whole.
 */
import type { Action, RISKS, Risk } from '../crds/remediationPlan.ts';

export interface RiskFacts {
  readonly actions: readonly Action[];
  /** Workloads whose pod template or existence the change touches. */
  readonly workloads: number;
  readonly pods: number;
  readonly confidence: number;
}

export interface RiskVerdict {
  readonly level: (typeof RISKS)[number];
  readonly reasons: readonly string[];
}

interface Rule {
  readonly level: Risk;
  readonly applies: (facts: RiskFacts) => boolean;
  readonly says: (facts: RiskFacts) => string;
}

const MANY_WORKLOADS = 5;
const LOW_CONFIDENCE = 50;

const RULES: readonly Rule[] = [
  {
    level: 'High',
    applies: ({ workloads }) => workloads > MANY_WORKLOADS,
    says: ({ workloads }) => `it changes ${workloads} workloads at once`,
  },
  {
    level: 'Medium',
    applies: ({ workloads }) => workloads > 1 && workloads <= MANY_WORKLOADS,
    says: ({ workloads }) => `it changes ${workloads} workloads`,
  },
  {
    level: 'Medium',
    applies: ({ actions }) => actions.some(({ type }) => type === 'SetResources'),
    says: () => 'it sets a value that the workload has not run with before',
  },
  {
    level: 'Medium',
    applies: ({ confidence }) => confidence < LOW_CONFIDENCE,
    says: ({ confidence }) => `the diagnosis is only ${confidence} % sure`,
  },
];

export function riskOf(facts: RiskFacts): RiskVerdict {
  const applying = RULES.filter((rule) => rule.applies(facts));
  const level = (['High', 'Medium'] as const).find((wanted) => applying.some((rule) => rule.level === wanted)) ?? 'Low';
  if (applying.length === 0) return { level, reasons: ['it returns one workload to a state that it ran in before'] };
  return { level, reasons: applying.map((rule) => rule.says(facts)) };
}
