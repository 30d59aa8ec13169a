/**
 * `query_metrics`, `query_prometheus` and their alias: PromQL over a window, checked, confined to what the caller may see, and answered in a few
 * lines: how many series, the interesting ones in figures, and how to get the rest. Without a query: which metrics there are.
 */
import { z } from 'zod';
import { selectionsOf } from '../../sources/signals/goldenSignals.ts';
import { equal, podsOf } from '../../sources/signals/promqlTerms.ts';
import type { Subject } from '../../sources/signals/subject.ts';
import type { TimeWindow } from '../../sources/window.ts';
import { demand } from '../caller.ts';
import { namespaceField } from '../cluster/fields.ts';
import { ToolError } from '../errors.ts';
import { durationOf, windowFields, windowOf } from '../timeWindow.ts';
import { type Answer, type Call, defineTool, type Tool, type ToolInfo } from '../tool.ts';
import { askAll, chosen } from './asking.ts';
import { RIGHT_TO } from './confine.ts';
import type { SignalsDeps } from './deps.ts';
import { subjectOfWorkload } from './golden/subjectOfWorkload.ts';
import { whyEmpty } from './metricNames.ts';
import { metricsAnswer, metricsOutput, namesAnswer } from './metricsAnswer.ts';
import { readPromql } from './promql.ts';
import { checkPromql } from './promqlCheck.ts';
import { optionalText, queryField, serviceField, sourceField } from './queryFields.ts';
import { withMatcher } from './selectors.ts';

const DEFAULT_MS = 3_600_000;
const LONGEST_MS = 35 * 86_400_000;
const DEFAULT_POINTS = 120;
const MOST_POINTS = 1_000;
const MOST_SERIES = 2_000;

const input = z.object({
  query: queryField.describe('PromQL. Absent: the names of the metrics of service_name or namespace.'),
  service_name: serviceField,
  namespace: namespaceField.describe('Put into every selector that names none. Needed by who may not look across namespaces.'),
  ...windowFields,
  step: z
    .union([optionalText(40), z.number()])
    .optional()
    .describe('Distance of points, such as 30s; the usual step next to it is taken.'),
  limit: z.int().min(1).max(100).default(10).describe('Series, at most.'),
  points: z.boolean().default(false).describe('Also the points of the series that are shown.'),
  source: sourceField,
});
export type MetricsInput = z.output<typeof input>;

const ASKING = {
  kind: 'source of metrics',
  setting: 'sources.prometheus',
  narrower: 'aggregate, as in sum by (pod) (…) or topk(10, …), or add matchers',
};

const metricsTool = (deps: SignalsDeps, info: Pick<ToolInfo, 'name' | 'title' | 'description' | 'core'>): Tool =>
  defineTool({
    ...info,
    effect: 'reads',
    input,
    output: metricsOutput,
    run: (asked, call) => (asked.query === undefined ? listMetrics(deps, asked, call) : queryMetrics(deps, asked, asked.query, call)),
  });

export const metricsTools = (deps: SignalsDeps): readonly Tool[] => [
  metricsTool(deps, {
    name: 'query_metrics',
    title: 'Query metrics',
    core: true,
    description:
      'Asks the metrics sources (Prometheus and what speaks its API) by PromQL over a window, the last hour if nothing is said: totals, then the series that stand apart or moved most, each with min, avg, max and last. Without a query it lists which metrics a service or namespace has. For how a service is doing take check_golden_signals.',
  }),
  metricsTool(deps, {
    name: 'query_prometheus',
    title: 'Query Prometheus',
    core: false,
    description: 'The same as query_metrics, by its older name.',
  }),
  metricsTool(deps, {
    name: 'query_prometheus_mcp',
    title: 'Query Prometheus',
    core: false,
    description: 'The same as query_metrics, by its oldest name.',
  }),
];

async function queryMetrics(
  deps: SignalsDeps,
  asked: MetricsInput,
  text: string,
  call: Call,
): Promise<Answer<z.input<typeof metricsOutput>>> {
  chosen(deps.ports.metrics, { ...ASKING, source: asked.source });
  const window = windowOf(asked, { now: deps.clock.now(), defaultMs: DEFAULT_MS, longestMs: LONGEST_MS });
  const points = pointsOf(asked.step, window);
  readPromql(text);
  const subject = await subjectOf(deps, asked, call);
  const query = await checkPromql(subject === undefined ? text : ofPods(text, subject), subject?.namespace ?? asked.namespace, call);
  const answers = await askAll(deps.ports.metrics, { ...ASKING, source: asked.source }, { redactor: deps.redactor, call }, (port) =>
    port.range(query.text, window, { points, maxSeries: MOST_SERIES }, call.signal),
  );
  const isEmpty = answers.answers.every(({ answer }) => answer.series.length === 0);
  const hints = isEmpty ? await whyEmpty(answers, query, window, call) : [];
  return metricsAnswer(deps, { asked, query, window, answers, hints });
}

/** A query about a service is about its pods, where it does not say itself about which. */
function ofPods(text: string, subject: Subject): string {
  const query = readPromql(text);
  const pod = podsOf(subject).find(({ label }) => label === 'pod');
  const free = query.selectors.filter(
    ({ matchers }) => !matchers.some(({ label }) => /pod|workload|service|job|instance|container/u.test(label)),
  );
  return pod === undefined ? text : withMatcher(query, free, pod);
}

async function subjectOf(deps: SignalsDeps, { service_name: service, namespace }: MetricsInput, call: Call): Promise<Subject | undefined> {
  return service === undefined ? undefined : subjectOfWorkload(await deps.workloads.find(service, namespace, call), false);
}

function pointsOf(step: string | number | undefined, { start, end }: TimeWindow): number {
  if (step === undefined) return DEFAULT_POINTS;
  const ms = durationOf(step);
  const problem =
    ms === undefined ? 'write it as 30s or 5m, or as a number of seconds' : `it makes more than ${MOST_POINTS} points; take a longer one`;
  const points = Math.ceil((end - start) / (ms ?? 1));
  if (ms === undefined || points > MOST_POINTS)
    throw new ToolError('Invalid', `step: ${problem}`, { problems: [{ field: 'step', problem }] });
  return Math.max(1, points);
}

async function listMetrics(deps: SignalsDeps, asked: MetricsInput, call: Call): Promise<Answer<z.input<typeof metricsOutput>>> {
  if (asked.service_name === undefined && asked.namespace === undefined) {
    const problem = 'say a query, or a service_name or namespace whose metrics to list';
    throw new ToolError('Invalid', `query: ${problem}`, { problems: [{ field: 'query', problem }] });
  }
  const subject = await subjectOf(deps, asked, call);
  const namespace = subject?.namespace ?? asked.namespace ?? '';
  await demand(call, { ...RIGHT_TO.metrics, namespace });
  const window = windowOf(asked, { now: deps.clock.now(), defaultMs: DEFAULT_MS, longestMs: LONGEST_MS });
  const selections =
    subject === undefined ? ['namespace', 'k8s_namespace_name'].map((label) => [equal(label, namespace)]) : selectionsOf(subject);
  const found = await askAll(deps.ports.metrics, { ...ASKING, source: asked.source }, { redactor: deps.redactor, call }, (port) =>
    port.metricNames(selections, window, call.signal),
  );
  const of = subject === undefined ? `namespace ${namespace}` : `${subject.namespace}/${subject.name}`;
  return namesAnswer(deps, { asked, of, window, found });
}
