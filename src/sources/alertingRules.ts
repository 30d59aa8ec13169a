/** Alerting rules that a Prometheus has, whoever wrote them: what each asks, for how long, and whether it can be evaluated. */
import { z } from 'zod';
import { createAsk } from './ask.ts';
import type { Endpoint, HttpSource } from './http.ts';
import type { Labels } from './metrics.ts';
import { reasonOfRefusal } from './prometheusAnswers.ts';

export interface AlertRule {
  readonly name: string;
  /** PromQL. */
  readonly query: string;
  readonly labels: Labels;
  /** Its last evaluation failed. */
  readonly isBroken: boolean;
}

export interface AlertingRulesPort {
  readonly name: string;
  /** All, in the order in which it has them. */
  all(signal: AbortSignal): Promise<readonly AlertRule[]>;
}

const MOST = 5_000;

const rule = z.object({
  type: z.literal('alerting'),
  name: z.string(),
  query: z.string(),
  labels: z.record(z.string(), z.string()).nullish(),
  health: z.string().optional(),
});
const answer = z.object({
  status: z.literal('success'),
  data: z.object({ groups: z.array(z.object({ rules: z.array(z.unknown()).nullish() })).nullish() }),
});

export function createAlertingRules(http: HttpSource, endpoint: Endpoint): AlertingRulesPort {
  const ask = createAsk(http, endpoint, "Prometheus'", reasonOfRefusal);
  return {
    name: endpoint.name,
    async all(signal) {
      const { data } = await ask(answer, 'api/v1/rules', { query: new URLSearchParams({ type: 'alert' }) }, signal);
      const rules = (data.groups ?? []).flatMap((group) => group.rules ?? []).flatMap((one) => rule.safeParse(one).data ?? []);
      return rules
        .slice(0, MOST)
        .map(({ name, query, labels, health }) => ({ name, query, labels: labels ?? {}, isBroken: health === 'err' }));
    },
  };
}
