/**
 * `query_logs`: what is stored of logs, by LogQL or by words, on record before it is read: how many lines, what kinds of lines there are, and the
 * newest; or series of numbers for a query that counts.
 *
 * LogQL is checked and confined as PromQL is (`confine.ts`); without LogQL it is the lines of a service or namespace, those that contain the words.
 */
import { z } from 'zod';
import type { LogLines, LogQuery, LogsPort } from '../../sources/logs.ts';
import type { RangeAnswer } from '../../sources/metrics.ts';
import { podPatternOf } from '../../sources/signals/subject.ts';
import type { TimeWindow } from '../../sources/window.ts';
import { namespaceField } from '../cluster/fields.ts';
import { ToolError } from '../errors.ts';
import { windowFields, windowOf } from '../timeWindow.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { askAll, chosen } from './asking.ts';
import { confine, RIGHT_TO } from './confine.ts';
import type { SignalsDeps } from './deps.ts';
import type { FoundWorkload } from './findWorkload.ts';
import { readLogql } from './logql.ts';
import { countsAnswer, linesAnswer, logsOutput } from './logsAnswer.ts';
import { queryField, serviceField, sourceField } from './queryFields.ts';
import { namespacesOf, type ReadQuery, withMatcher } from './selectors.ts';

const DEFAULT_MS = 3_600_000;
const LONGEST_MS = 31 * 86_400_000;
/** Of them totals and kinds are told; fewer are shown. */
const MOST_LINES = 2_000;
const MOST_SERIES = 500;

const input = z.object({
  query: queryField.describe(
    'LogQL, as {namespace="shop"} |= "error"; or plain words to look for in the lines of service_name or namespace.',
  ),
  service_name: serviceField,
  namespace: namespaceField.describe('Put into every selector that names none. Needed by who may not look across namespaces.'),
  ...windowFields,
  limit: z.int().min(1).max(500).default(30).describe('Lines or series that are shown, at most.'),
  source: sourceField,
});
export type LogsInput = z.output<typeof input>;
type Output = z.input<typeof logsOutput>;

const ASKING = { kind: 'source of logs', setting: 'sources.loki', narrower: 'narrow the selector or the window' };

export function queryLogsTool(deps: SignalsDeps): Tool {
  return defineTool({
    name: 'query_logs',
    title: 'Query logs',
    description:
      'Asks the stored logs (Loki, SigNoz) of a window, the last hour if nothing is said: by LogQL, or by plain words with a service_name or namespace. Gives totals, the kinds of lines with how often each came, then the newest lines. Take get_pod_logs for what a pod says right now.',
    effect: 'reads',
    core: true,
    input,
    output: logsOutput,
    run: (asked, call) => {
      chosen(deps.ports.logs, { ...ASKING, source: asked.source });
      const window = windowOf(asked, { now: deps.clock.now(), defaultMs: DEFAULT_MS, longestMs: LONGEST_MS });
      return asked.query?.includes('{') === true ? byLogql(deps, asked, asked.query, window, call) : byWords(deps, asked, window, call);
    },
  });
}

async function byWords(deps: SignalsDeps, asked: LogsInput, window: TimeWindow, call: Call): Promise<Answer<Output>> {
  const found = await serviceOf(deps, asked, call);
  const namespace = found?.namespace ?? asked.namespace;
  if (namespace === undefined) {
    const problem = 'say a service_name or namespace, or LogQL such as {namespace="shop"} |= "error"';
    throw new ToolError('Invalid', `query: ${problem}`, { problems: [{ field: 'query', problem }] });
  }
  const what = found === undefined ? 'stored logs' : `stored logs of ${found.name}`;
  await deps.logRecord.admit(call, { namespace, pods: [], what });
  const query: LogQuery = {
    namespace,
    window,
    podPattern: found && podPatternOf(found),
    containing: asked.query === undefined ? undefined : [asked.query],
  };
  const answers = await askAll(deps.ports.logs, { ...ASKING, source: asked.source }, { redactor: deps.redactor, call }, (port) =>
    port.lines(query, { limit: MOST_LINES }, call.signal),
  );
  const of = `${found === undefined ? `namespace ${namespace}` : `${namespace}/${found.name}`}${asked.query === undefined ? '' : ` with ${JSON.stringify(asked.query)}`}`;
  return linesAnswer(deps, { asked, window, of, answers });
}

async function serviceOf(
  deps: SignalsDeps,
  { service_name: service, namespace }: LogsInput,
  call: Call,
): Promise<FoundWorkload | undefined> {
  return service === undefined ? undefined : deps.workloads.find(service, namespace, call);
}

async function byLogql(deps: SignalsDeps, asked: LogsInput, text: string, window: TimeWindow, call: Call): Promise<Answer<Output>> {
  const written = readLogql(text);
  const found = await serviceOf(deps, asked, call);
  const speaking = deps.ports.logs.filter(({ logql }) => logql !== undefined);
  if (speaking.length === 0) {
    const problem = 'no source of logs here speaks LogQL; write plain words with a service_name or namespace';
    throw new ToolError('Invalid', `query: ${problem}`, { problems: [{ field: 'query', problem }] });
  }
  const ask = async (port: LogsPort): Promise<Found> => {
    const labels = await port.logql?.labels(window, call.signal);
    const query = await admitted(deps, { written, found, namespace: found?.namespace ?? asked.namespace, labels }, call);
    if (written.gives === 'numbers')
      return { query, range: await port.logql?.range(query, window, { maxSeries: MOST_SERIES }, call.signal) };
    return { query, lines: await port.logql?.lines(query, window, { limit: MOST_LINES }, call.signal) };
  };
  const { answers, notes } = await askAll(speaking, { ...ASKING, source: asked.source }, { redactor: deps.redactor, call }, ask);
  const query = answers[0]?.answer.query ?? text;
  const told = { asked, window, of: query, query };
  if (written.gives === 'numbers') {
    const ranges = answers.flatMap(({ port, answer: { range } }) => (range === undefined ? [] : [{ port, answer: range }]));
    return countsAnswer(deps, { ...told, answers: { answers: ranges, notes } });
  }
  const lines = answers.flatMap(({ port, answer }) => (answer.lines === undefined ? [] : [{ port, answer: answer.lines }]));
  return linesAnswer(deps, { ...told, answers: { answers: lines, notes } });
}

interface Found {
  readonly query: string;
  readonly lines?: LogLines | undefined;
  readonly range?: RangeAnswer | undefined;
}

interface Written {
  readonly written: ReadQuery;
  readonly found: FoundWorkload | undefined;
  readonly namespace: string | undefined;
  readonly labels: { readonly namespace: string; readonly pod?: string | undefined } | undefined;
}

/** The query as it may be sent, once it is on record that it is read. */
async function admitted(deps: SignalsDeps, { written, found, namespace, labels }: Written, call: Call): Promise<string> {
  const confinement = { right: RIGHT_TO.logs, namespace, label: labels?.namespace, narrower: NARROWER, read: readLogql };
  const all = { namespace: '', pods: [], what: 'stored logs' };
  const confined = await deps.logRecord.refusals(call, all, () => confine(ofPods(written, found, labels?.pod), confinement, call));
  const pinned = confined.selectors.map(namespacesOf);
  const namespaces = pinned.every((names) => names !== undefined) ? [...new Set(pinned.flat())] : [''];
  await Promise.all(namespaces.map((one) => deps.logRecord.admit(call, { ...all, namespace: one })));
  return confined.text;
}

const NARROWER = '{namespace="shop"} |= "error"';

/** A query about a service is about its pods, where it does not say itself about which. */
function ofPods(query: ReadQuery, found: FoundWorkload | undefined, label: string | undefined): ReadQuery {
  if (found === undefined || label === undefined) return query;
  const free = query.selectors.filter(({ matchers }) => !matchers.some((one) => /pod|app|service|job|container/u.test(one.label)));
  return readLogql(withMatcher(query, free, { label, operator: '=~', value: podPatternOf(found) }));
}
