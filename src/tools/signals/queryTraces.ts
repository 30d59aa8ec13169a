/**
 * `query_traces`: which requests were slow or failed, or one of them with what it was made of.
 *
 * Who may not look across namespaces sees the traces of a namespace that they name, and of a trace the spans of namespaces that they may see:
 * a trace goes through many. TraceQL can't be confined, so it is for those who may look everywhere.
 */
import { z } from 'zod';
import type { Span, Trace, TraceQuery, TraceSearch, TracesPort } from '../../sources/traces.ts';
import { MAX_TRACES } from '../../sources/traces.ts';
import type { TimeWindow } from '../../sources/window.ts';
import { namespaceField } from '../cluster/fields.ts';
import { ToolError } from '../errors.ts';
import { durationOf, windowFields, windowOf } from '../timeWindow.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { type AskedAll, askAll, chosen, orNothing } from './asking.ts';
import { demandEverywhere, RIGHT_TO } from './confine.ts';
import type { SignalsDeps } from './deps.ts';
import { subjectOfWorkload } from './golden/subjectOfWorkload.ts';
import { optionalText, queryField, serviceField, sourceField } from './queryFields.ts';
import { foundAnswer, traceAnswer, tracesOutput } from './tracesAnswer.ts';

const DEFAULT_MS = 3_600_000;
const LONGEST_MS = 7 * 86_400_000;
/** A trace is looked for so long before now where nobody says when it was. */
const TRACE_MS = 86_400_000;

const input = z.object({
  query: queryField.describe('TraceQL, as { resource.service.name = "cart" && duration > 1s }: for who may look across namespaces.'),
  service_name: serviceField,
  namespace: namespaceField.describe('Of Kubernetes. Needed by who may not look across namespaces.'),
  trace_id: optionalText(32).describe('Shows this trace, span by span.'),
  errors_only: z.boolean().default(false).describe('Only traces in which the service failed.'),
  min_duration: z
    .union([optionalText(40), z.number()])
    .optional()
    .describe('Only traces in which the service took as long, such as 500ms or 2s; a number is seconds.'),
  ...windowFields,
  limit: z.int().min(1).max(MAX_TRACES).default(20).describe('Traces, at most.'),
  source: sourceField,
});
export type TracesInput = z.output<typeof input>;
type Output = z.input<typeof tracesOutput>;

const ASKING = {
  kind: 'source of traces',
  setting: 'sources.tempo',
  narrower: 'take a shorter window, or say service_name or min_duration',
};

export function queryTracesTool(deps: SignalsDeps): Tool {
  return defineTool({
    name: 'query_traces',
    title: 'Query traces',
    description:
      'Finds requests that were slow or failed in the stored traces (Tempo, SigNoz) of a window, by service_name, namespace, min_duration and errors_only, or by TraceQL; with trace_id it shows one trace as a tree of spans.',
    effect: 'reads',
    core: true,
    input,
    output: tracesOutput,
    run: async (asked, call) => {
      chosen(deps.ports.traces, { ...ASKING, source: asked.source });
      const defaultMs = asked.trace_id === undefined ? DEFAULT_MS : TRACE_MS;
      const window = windowOf(asked, { now: deps.clock.now(), defaultMs, longestMs: LONGEST_MS });
      if (asked.trace_id !== undefined) return showTrace(deps, asked, asked.trace_id, window, call);
      if (asked.query !== undefined) return byTraceQl(deps, asked, asked.query, window, call);
      return bySelection(deps, asked, window, call);
    },
  });
}

const invalid = (field: string, problem: string): ToolError =>
  new ToolError('Invalid', `${field}: ${problem}`, { problems: [{ field, problem }] });

const ask = <T>(
  deps: SignalsDeps,
  { source }: TracesInput,
  call: Call,
  one: (port: TracesPort) => Promise<T>,
): Promise<AskedAll<TracesPort, T>> => askAll(deps.ports.traces, { ...ASKING, source }, { redactor: deps.redactor, call }, one);

async function byTraceQl(deps: SignalsDeps, asked: TracesInput, query: string, window: TimeWindow, call: Call): Promise<Answer<Output>> {
  if (!query.startsWith('{'))
    throw invalid('query', 'write TraceQL such as { resource.service.name = "cart" && status = error }, or say service_name');
  await admitEverywhere(deps, call, 'stored traces by TraceQL').catch((error: unknown) => {
    if (!(error instanceof ToolError) || error.reason !== 'Forbidden') throw error;
    const message = `${call.caller.username} may not look across namespaces here, and TraceQL does: say namespace and service_name, min_duration or errors_only instead.`;
    throw new ToolError('Forbidden', message, { cause: error });
  });
  const answers = await ask(deps, asked, call, (port) => {
    if (port.byTraceQl === undefined) throw invalid('query', `${port.name} does not speak TraceQL; say service_name instead`);
    return port.byTraceQl(query, window, asked.limit, call.signal);
  });
  return foundAnswer(deps, { window, of: query, answers });
}

async function bySelection(deps: SignalsDeps, asked: TracesInput, window: TimeWindow, call: Call): Promise<Answer<Output>> {
  const minDurationMs = asked.min_duration === undefined ? undefined : durationOf(asked.min_duration);
  if (asked.min_duration !== undefined && minDurationMs === undefined)
    throw invalid('min_duration', 'write it as 500ms or 2s, or as a number of seconds');
  const { service, namespace } = await senderOf(deps, asked, call);
  if (namespace === undefined) await admitEverywhere(deps, call, 'stored traces');
  else await deps.logRecord.admit(call, { namespace, pods: [], what: 'stored traces' });
  const query: TraceQuery = { service, namespace, window, errorsOnly: asked.errors_only, minDurationMs, limit: asked.limit };
  // many do not send their namespace; a namesake elsewhere is told apart by who may see all
  const everywhere = await call.caller.may(RIGHT_TO.logs, call.signal).catch(() => false);
  const answers = await ask(deps, asked, call, async (port): Promise<TraceSearch> => {
    const found = await port.search(query, call.signal);
    if (found.traces.length > 0 || service === undefined || namespace === undefined || !everywhere) return found;
    const others = await port.search({ ...query, namespace: undefined }, call.signal);
    const note = `${port.name}: none says that it is of namespace ${namespace}; these are of ${service} wherever it is`;
    return others.traces.length === 0 ? others : { ...others, notes: [note, ...others.notes] };
  });
  const words = [
    service,
    namespace && `in namespace ${namespace}`,
    asked.errors_only && 'that failed',
    minDurationMs && `of at least ${minDurationMs} ms`,
  ];
  return foundAnswer(deps, { window, of: words.filter(Boolean).join(' ') || 'all services', answers });
}

/** Under which name it sends traces; a name that is no workload's may be one of telemetry alone. */
async function senderOf(
  deps: SignalsDeps,
  { service_name: name, namespace }: TracesInput,
  call: Call,
): Promise<Pick<TraceQuery, 'service' | 'namespace'>> {
  if (name === undefined) return { namespace };
  try {
    const found = await deps.workloads.find(name, namespace, call);
    return { service: subjectOfWorkload(found, false).service ?? found.name, namespace: found.namespace };
  } catch (error) {
    if (!(error instanceof ToolError) || (error.reason !== 'NotFound' && error.reason !== 'Forbidden')) throw error;
    return { service: name, namespace };
  }
}

async function admitEverywhere(deps: SignalsDeps, call: Call, what: string): Promise<void> {
  const place = { namespace: '', pods: [], what };
  await deps.logRecord.refusals(call, place, () => demandEverywhere(RIGHT_TO.logs, call));
  await deps.logRecord.admit(call, place);
}

async function showTrace(deps: SignalsDeps, asked: TracesInput, id: string, window: TimeWindow, call: Call): Promise<Answer<Output>> {
  if (!/^[0-9a-f]{1,32}$/iu.test(id)) throw invalid('trace_id', 'write it as up to 32 hexadecimal digits');
  const traceId = id.toLowerCase().padStart(32, '0');
  const { answers, notes } = await ask(deps, asked, call, (port) => orNothing(port.trace(traceId, window, call.signal)));
  const [found] = answers.flatMap(({ port, answer: trace }) => (trace === undefined || trace.spans.length === 0 ? [] : [{ port, trace }]));
  if (found === undefined)
    throw new ToolError(
      'NotFound',
      `There is no trace ${traceId} from ${new Date(window.start).toISOString()} on; say start for an older one.`,
    );
  const visible = await visibleSpans(deps, found.trace, call);
  return traceAnswer(deps, { traceId, window, source: found.port.name, trace: visible.trace, hidden: visible.hidden, notes });
}

const namespaceOf = ({ attributes }: Span): string | undefined => attributes['k8s.namespace.name'];

/** Of namespaces that the caller may see; what does not say its namespace is for those who may see all. */
async function visibleSpans(deps: SignalsDeps, trace: Trace, call: Call): Promise<{ readonly trace: Trace; readonly hidden: number }> {
  const what = 'a stored trace';
  if (await call.caller.may(RIGHT_TO.logs, call.signal)) {
    await deps.logRecord.admit(call, { namespace: '', pods: [], what });
    return { trace, hidden: 0 };
  }
  const namespaces = [...new Set(trace.spans.flatMap((span) => namespaceOf(span) ?? []))].slice(0, 50);
  const rights = await Promise.all(namespaces.map((namespace) => call.caller.may({ ...RIGHT_TO.logs, namespace }, call.signal)));
  const allowed = new Set(namespaces.filter((_, index) => rights[index]));
  if (allowed.size === 0)
    await deps.logRecord.refusals(call, { namespace: '', pods: [], what }, () => demandEverywhere(RIGHT_TO.logs, call));
  await Promise.all([...allowed].map((namespace) => deps.logRecord.admit(call, { namespace, pods: [], what })));
  const spans = trace.spans.filter((span) => allowed.has(namespaceOf(span) ?? ''));
  return { trace: { ...trace, spans }, hidden: trace.spans.length - spans.length };
}
