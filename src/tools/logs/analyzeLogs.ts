/**
 * The tool `analyze_logs`: what a log says is wrong, since when, and what probably brought it about.
 *
 * Of a text that is passed in nobody is asked anything; logs of the cluster are read only for who may read them. The work is done in slices, one log
 * at a time, and ends when its caller leaves.
 */
import { z } from 'zod';
import type { Redactor } from '../../redact/redactor.ts';
import { ToolError } from '../errors.ts';
import { windowFields, windowOf } from '../timeWindow.ts';
import { type Call, defineTool, type Tool } from '../tool.ts';
import { createLogAnalysis } from './analyse.ts';
import { answerOf } from './answer.ts';
import { type CollectDeps, type Collected, collectLogs } from './collect.ts';
import { analysisShape } from './shape.ts';
import { textOf } from './text.ts';

export interface AnalyzeLogsDeps extends CollectDeps {
  readonly redactor: Pick<Redactor, 'stream'>;
}

/** Characters; a text of 150,000 lines has about 20 Mi. */
export const LONGEST_LOGS = 48 * 2 ** 20;
const HOUR_MS = 3_600_000;
const LONGEST_WINDOW_MS = 7 * 24 * HOUR_MS;
const DEFAULT_TEMPLATES = 20;
const MOST_TEMPLATES = 200;

const input = z.object({
  logs: z
    .union([z.string(), z.array(z.string()).max(500_000)])
    .optional()
    .describe('The log itself, as text or as a list of lines, up to 48 MiB; any format. Takes the place of a selector.'),
  namespace: z.string().max(63).optional().describe('Namespace of the pods whose logs are read.'),
  service_name: z.string().max(253).optional().describe('Name of a Service, of a workload, or of the application in a pod’s labels.'),
  pod: z.string().max(253).optional().describe('Name of one pod, in place of service_name.'),
  container: z.string().max(63).optional().describe('Only this container.'),
  ...windowFields,
  limit: z
    .number()
    .int()
    .min(1)
    .max(MOST_TEMPLATES)
    .optional()
    .describe(`Templates in the answer; ${DEFAULT_TEMPLATES} unless said otherwise.`),
});

type Input = z.output<typeof input>;

export function analyzeLogsTool(deps: AnalyzeLogsDeps): Tool {
  const analysis = createLogAnalysis(deps.redactor);
  return defineTool({
    name: 'analyze_logs',
    title: 'Analyze logs',
    description:
      'Reads a log, passed in as text (up to 48 MiB) or of pods in the cluster (namespace with service_name or pod, and a window of time): likely cause with its confidence, families of failures with first and last times, exceptions with the frame that threw them, what is new or surging against the time before, and kinds of lines with counts. Secrets are redacted. Take it to find out what a log means; take get_pod_logs or query_logs for the lines themselves.',
    effect: 'reads',
    core: true,
    input,
    output: analysisShape,
    run: async (asked, call) => {
      const now = deps.clock.now();
      const { source, now: text, before, comparedWith, notes } = await sourceOf(deps, asked, call);
      const reading = await analysis.read(text, before, now, call);
      const data = answerOf(reading, { source, notes, comparedWith, mostTemplates: asked.limit ?? DEFAULT_TEMPLATES });
      return { text: textOf(data), data };
    },
  });
}

async function sourceOf(deps: AnalyzeLogsDeps, asked: Input, call: Call): Promise<Collected> {
  const { logs, namespace, service_name: service, pod, container } = asked;
  if (logs !== undefined) return ofText(typeof logs === 'string' ? logs : logs.join('\n'));
  if (namespace === undefined || (service ?? pod) === undefined) {
    const problem = 'pass the log itself as logs, or namespace with service_name or pod';
    throw new ToolError('Invalid', problem, { problems: [{ field: 'logs', problem }] });
  }
  const window = windowOf(asked, { now: deps.clock.now(), defaultMs: HOUR_MS, longestMs: LONGEST_WINDOW_MS });
  return collectLogs(deps, { namespace, service: pod === undefined ? service : undefined, pod, container }, window, call);
}

function ofText(text: string): Collected {
  if (text.length <= LONGEST_LOGS) return { source: 'The text', now: { text }, notes: [] };
  const problem = `${Math.round(text.length / 2 ** 20)} MiB are more than ${LONGEST_LOGS / 2 ** 20} MiB; pass the part around the failure`;
  throw new ToolError('TooLarge', `logs: ${problem}`, { problems: [{ field: 'logs', problem }] });
}
