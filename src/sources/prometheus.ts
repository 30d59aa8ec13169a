/**
 * The Prometheus HTTP API, as Prometheus, Thanos, Mimir and VictoriaMetrics speak it: instant queries and alerting rules.
 *
 * Answers are checked by schema; what does not fit is Malformed. Samples that are no number (NaN, infinities) are left out, as
 * they say nothing.
 */
import { z } from 'zod';
import { SourceError } from './gap.ts';
import type { Endpoint, HttpSource } from './http.ts';
import { selector } from './promql.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** The least that an investigation asks of a metrics source. */
export interface MetricsSource {
  readonly name: string;
  instant(query: string, signal?: AbortSignal): Promise<readonly Sample[]>;
}

export interface AlertingRule {
  /** Its last evaluation worked, and there was one. */
  readonly evaluated: boolean;
  readonly alerts: readonly { readonly labels: Labels; readonly state: 'firing' | 'pending' | 'inactive' }[];
}

export interface PrometheusClient extends MetricsSource {
  /** Alerting rules of this name; none when it does not know the rule. */
  rules(alertname: string, signal?: AbortSignal): Promise<readonly AlertingRule[]>;
  /** Alerts of this name that fire, from the series that every evaluation writes. */
  firing(alertname: string, signal?: AbortSignal): Promise<readonly Labels[]>;
}

const labels = z.record(z.string(), z.string());
const vectorAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: labels, value: z.tuple([z.number(), z.string()]) })).max(10_000),
  }),
});
const alertingRule = z.object({
  type: z.literal('alerting'),
  name: z.string(),
  health: z.string().optional(),
  lastEvaluation: z.string().optional(),
  alerts: z.array(z.object({ labels, state: z.enum(['firing', 'pending', 'inactive']) })).nullish(),
});
const rulesAnswer = z.object({
  status: z.literal('success'),
  data: z.object({ groups: z.array(z.object({ rules: z.array(z.unknown()).nullish() })).nullish() }),
});

export function createPrometheus(http: HttpSource, endpoint: Endpoint): PrometheusClient {
  const ask = async <T>(schema: z.ZodType<T>, path: string, query: Record<string, string>, signal: AbortSignal | undefined): Promise<T> => {
    const answer = schema.safeParse(await http.getJson(endpoint, path, new URLSearchParams(query), signal));
    if (!answer.success)
      throw new SourceError('Malformed', `${endpoint.name}: its answer to ${path} is not Prometheus'`, { cause: answer.error });
    return answer.data;
  };
  const instant: MetricsSource['instant'] = async (query, signal) => {
    const { data } = await ask(vectorAnswer, 'api/v1/query', { query }, signal);
    return data.result
      .map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
      .filter(({ value }) => Number.isFinite(value));
  };
  return {
    name: endpoint.name,
    instant,
    async rules(alertname, signal) {
      const { data } = await ask(rulesAnswer, 'api/v1/rules', { type: 'alert', 'rule_name[]': alertname }, signal);
      const rules = (data.groups ?? []).flatMap((group) => group.rules ?? []).flatMap((rule) => alertingRule.safeParse(rule).data ?? []);
      return rules
        .filter(({ name }) => name === alertname)
        .map(({ alerts, ...rule }) => ({ alerts: alerts ?? [], evaluated: wasEvaluated(rule) }));
    },
    async firing(alertname, signal) {
      const series = await instant(`ALERTS${selector({ alertname, alertstate: 'firing' })}`, signal);
      return series.map((sample) => withoutOwn(sample.labels));
    },
  };
}

/** After a restart a rule is known before it has been evaluated: then it says nothing yet. */
function wasEvaluated({
  health,
  lastEvaluation,
}: {
  readonly health?: string | undefined;
  readonly lastEvaluation?: string | undefined;
}): boolean {
  return (health ?? 'ok') === 'ok' && lastEvaluation?.startsWith('0001-') !== true;
}

/** Without the labels that Prometheus adds to the series of an alert. */
function withoutOwn({ __name__: _name, alertstate: _state, ...own }: Labels): Labels {
  return own;
}

/** Highest working set of a pod's containers over the last minutes: what the kernel saw just before it killed one. */
export function workingSetQuery(namespace: string, pod: string): string {
  return `max by (container) (max_over_time(container_memory_working_set_bytes${selector({ namespace, pod })}[15m]))`;
}
