/** All that is advised for one workload, what would have mattered most first, and what is as it should be. Pure. */
import { alertAdvice } from './alerts.ts';
import { availabilityAdvice } from './checks/availability.ts';
import { dashboardAdvice, metricsAdvice } from './checks/metrics.ts';
import { probeAdvice } from './checks/probes.ts';
import { resourceAdvice } from './checks/resources.ts';
import { scalingAdvice } from './checks/scaling.ts';
import type { Advice, Checked, Facts } from './facts.ts';

const CHECKS = [alertAdvice, metricsAdvice, probeAdvice, resourceAdvice, availabilityAdvice, scalingAdvice, dashboardAdvice] as const;
/** What would have told of, or prevented, an Incident that there was, and of each more. */
const FOR_AN_INCIDENT = 30;
const MOST_FOR_INCIDENTS = 60;

export interface Advised extends Advice {
  /** Reasons of its Incidents that it would have told of or prevented. */
  readonly incidents: readonly string[];
}

export function advise(facts: Facts): { readonly advice: readonly Advised[]; readonly fine: Checked['fine'] } {
  const checked = CHECKS.map((check) => check(facts));
  const advice = checked.flatMap((one) => one.advice).map((one) => withIncidents(one, facts));
  return { advice: advice.toSorted((a, b) => b.weight - a.weight), fine: checked.flatMap(({ fine }) => fine) };
}

function withIncidents(advice: Advice, { troubles = new Map<string, number>() }: Facts): Advised {
  const hit = [...troubles].filter(([reason]) => (advice.wouldHaveHelped ?? []).some((pattern) => fits(pattern, reason)));
  const more = Math.min(MOST_FOR_INCIDENTS, hit.reduce((sum, [, times]) => sum + times, 0) * FOR_AN_INCIDENT);
  return { ...advice, weight: advice.weight + more, incidents: hit.map(([reason]) => reason) };
}

const fits = (pattern: string, reason: string): boolean =>
  pattern.endsWith('*') ? reason.startsWith(pattern.slice(0, -1)) : reason === pattern;
