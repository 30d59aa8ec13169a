/**
 * The Prometheus HTTP API, as Prometheus, Thanos, Mimir and VictoriaMetrics speak it: instant and range queries, names of metrics,
 * series, metadata, alerting rules.
 *
 * Answers are checked by schema; what does not fit is Malformed, and more series than are useful is TooLarge. Long queries go by
 * POST, the others by GET, which proxies in front of it may demand.
 */
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { createAsk, sent } from './ask.ts';
import { SourceError } from './gap.ts';
import type { Endpoint, HttpSource } from './http.ts';
import type { Labels, MetricsPort } from './metrics.ts';
import { listAnswer, notesOf, queryAnswer, reasonOfRefusal, samplesOf, seriesOf } from './prometheusAnswers.ts';
import { selector, selectorOf } from './promql.ts';
import { inSteps, stepFor, type TimeWindow } from './window.ts';

export type { Labels, MetricsSource } from './metrics.ts';

export interface AlertingRule {
  /** Its last evaluation worked, and there was one. */
  readonly evaluated: boolean;
  readonly alerts: readonly { readonly labels: Labels; readonly state: 'firing' | 'pending' | 'inactive' }[];
}

export interface PrometheusClient extends MetricsPort {
  /** Alerting rules of this name; none when it does not know the rule. */
  rules(alertname: string, signal?: AbortSignal): Promise<readonly AlertingRule[]>;
  /** Alerts of this name that fire, from the series that every evaluation writes. */
  firing(alertname: string, signal?: AbortSignal): Promise<readonly Labels[]>;
  /** Labels that it adds to whatever it sends; none where it does not tell. */
  externalLabels(signal?: AbortSignal): Promise<Labels>;
  /** Label sets of the series that had these labels, at most `most` of them. */
  series(labels: Labels, window: TimeWindow, most: number, signal?: AbortSignal): Promise<readonly Labels[]>;
  /** What kind of metric it is, as its exporter says; undefined when it does not. */
  typeOf(metric: string, signal?: AbortSignal): Promise<string | undefined>;
}

const DEFAULT_POINTS = 240;
const DEFAULT_SERIES = 500;
const MAX_NAMES = 20_000;

const labelSet = z.record(z.string(), z.string());
const alertingRule = z.object({
  type: z.literal('alerting'),
  name: z.string(),
  health: z.string().optional(),
  lastEvaluation: z.string().optional(),
  alerts: z.array(z.object({ labels: labelSet, state: z.enum(['firing', 'pending', 'inactive']) })).nullish(),
});
const rulesAnswer = z.object({
  status: z.literal('success'),
  data: z.object({ groups: z.array(z.object({ rules: z.array(z.unknown()).nullish() })).nullish() }),
});

const seriesAnswer = z.object({ status: z.literal('success'), data: z.array(labelSet) });
const configAnswer = z.object({ status: z.literal('success'), data: z.object({ yaml: z.string() }) });
const externalOf = z.object({ global: z.object({ external_labels: labelSet.nullish() }).nullish() });
const metadataAnswer = z.object({
  status: z.literal('success'),
  data: z.record(z.string(), z.array(z.object({ type: z.string().max(32) }))),
});

export function createPrometheus(http: HttpSource, endpoint: Endpoint): PrometheusClient {
  const { name } = endpoint;
  const ask = createAsk(http, endpoint, "Prometheus'", reasonOfRefusal);
  const instant: PrometheusClient['instant'] = async (query, signal) =>
    samplesOf(name, await ask(queryAnswer, 'api/v1/query', sent({ query }), signal));
  return {
    name,
    instant,
    async range(query, window, { points = DEFAULT_POINTS, maxSeries = DEFAULT_SERIES } = {}, signal) {
      const stepMs = stepFor(window, points);
      const aligned = inSteps(stepMs, window);
      const parameters = { query, ...secondsOf(aligned), step: String(stepMs / 1000), limit: String(maxSeries + 1) };
      const answer = await ask(queryAnswer, 'api/v1/query_range', sent(parameters), signal);
      return { stepMs, series: seriesOf(name, answer, maxSeries, aligned), notes: notesOf(answer) };
    },
    async metricNames(anyOf, window, signal) {
      const query = new URLSearchParams({ ...secondsOf(window), limit: String(MAX_NAMES) });
      for (const matchers of anyOf) query.append('match[]', selectorOf(matchers));
      const { data } = await ask(listAnswer, 'api/v1/label/__name__/values', { query }, signal);
      return data.slice(0, MAX_NAMES).filter((value) => typeof value === 'string');
    },
    async series(labels, window, most, signal) {
      const parameters = { 'match[]': selector(labels), ...secondsOf(window), limit: String(most) };
      const { data } = await ask(seriesAnswer, 'api/v1/series', sent(parameters), signal);
      return data.slice(0, most);
    },
    async externalLabels(signal) {
      try {
        const { data } = await ask(configAnswer, 'api/v1/status/config', {}, signal);
        return externalOf.parse(parseYaml(data.yaml)).global?.external_labels ?? {};
      } catch (error) {
        // Thanos, Mimir and VictoriaMetrics have no such call, and keep these labels with the series.
        if (error instanceof SourceError && (error.reason === 'NotFound' || error.reason === 'Malformed')) return {};
        throw error;
      }
    },
    async typeOf(metric, signal) {
      const { data } = await ask(metadataAnswer, 'api/v1/metadata', sent({ metric, limit: '1' }), signal);
      return data[metric]?.[0]?.type;
    },
    async rules(alertname, signal) {
      const { data } = await ask(rulesAnswer, 'api/v1/rules', sent({ type: 'alert', 'rule_name[]': alertname }), signal);
      const rules = (data.groups ?? []).flatMap((group) => group.rules ?? []).flatMap((rule) => alertingRule.safeParse(rule).data ?? []);
      return rules
        .filter((rule) => rule.name === alertname)
        .map(({ alerts, ...rule }) => ({ alerts: alerts ?? [], evaluated: wasEvaluated(rule) }));
    },
    async firing(alertname, signal) {
      const series = await instant(`ALERTS${selector({ alertname, alertstate: 'firing' })}`, signal);
      return series.map((sample) => withoutOwn(sample.labels));
    },
  };
}

const secondsOf = ({ start, end }: TimeWindow): { readonly start: string; readonly end: string } => ({
  start: String(start / 1000),
  end: String(end / 1000),
});

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
