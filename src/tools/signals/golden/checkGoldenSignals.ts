/**
 * `check_golden_signals`: latency, traffic, errors and saturation of a service, found and not configured, beside the same hour of earlier days, and
 * whether it is well.
 */
import { z } from 'zod';
import { replicaCounts } from '../../../sources/kubernetes/workloadView.ts';
import { type GoldenSignals, goldenSignals } from '../../../sources/signals/goldenSignals.ts';
import { GOLDEN_NAMES } from '../../../sources/signals/goldenTable.ts';
import { answerOf } from '../../answer.ts';
import { demand } from '../../caller.ts';
import { namespaceField } from '../../cluster/fields.ts';
import { ToolError } from '../../errors.ts';
import { durationOf } from '../../timeWindow.ts';
import { type Answer, type Call, defineTool, type Tool } from '../../tool.ts';
import { RIGHT_TO } from '../confine.ts';
import type { SignalsDeps } from '../deps.ts';
import type { FoundWorkload } from '../findWorkload.ts';
import { type Judgement, judge, type Replicas } from './judge.ts';
import { subjectOfWorkload } from './subjectOfWorkload.ts';
import { fourTexts, type Missing, milliseconds, missingOf, percent, perMinute, usuallyText } from './words.ts';

const input = z.object({
  service_name: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .describe(
      'Name of a workload or Service, as cart, shop/cart or deployment/cart; what is not exact is answered with the nearest names.',
    ),
  namespace: namespaceField.describe('Where it is. Absent: it is looked for in all namespaces.'),
  duration: z
    .union([z.string().max(40), z.number()])
    .optional()
    .describe('Over which rates and latencies are taken, from 1m to 1d; 5m where it is not said. A number is seconds.'),
});

const usual = z.object({ median: z.number(), lowest: z.number(), highest: z.number(), days: z.int() });
const output = z.object({
  service: z.object({ kind: z.string(), namespace: z.string(), name: z.string() }),
  status: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
  reasons: z.array(z.string()).describe('Why it is not healthy, the worst first.'),
  latency: z.string().describe('As in `45ms (p95)`.'),
  traffic: z.string().describe('As in `150 req/min`.'),
  errors: z.string().describe('As in `0.1%`.'),
  saturation: z.string().describe('As in `CPU: 15%, Memory: 25%`, of limits.'),
  replicas: z.object({ desired: z.int(), ready: z.int() }),
  numbers: z
    .object({
      latencyMs: z.object({ p50: z.number().optional(), p95: z.number().optional(), p99: z.number().optional() }),
      requestsPerMinute: z.number().optional(),
      errorPercent: z.number().optional(),
      cpuPercent: z.number().optional(),
      memoryPercent: z.number().optional(),
    })
    .describe('The figures in the texts, where they were measured; percentages of CPU and memory are of limits.'),
  signals: z
    .array(
      z.object({
        signal: z.enum(GOLDEN_NAMES),
        value: z.number(),
        unit: z.string().describe('seconds, per second, share (of one), cores, bytes or count.'),
        of: z.string().optional().describe('The container or claim where it is highest.'),
        usual: usual.optional().describe('In the same hour of the days before.'),
        convention: z.string().describe('By whose metrics.'),
        source: z.string(),
        query: z.string().describe('The PromQL that was asked.'),
      }),
    )
    .describe('All that was measured.'),
  missing: z.array(z.object({ signal: z.string(), reason: z.string() })).describe('What could not be seen, and why.'),
  windowSeconds: z.number(),
  at: z.string().describe('RFC 3339.'),
});
type Output = z.input<typeof output>;

export function checkGoldenSignalsTool(deps: SignalsDeps): Tool {
  return defineTool({
    name: 'check_golden_signals',
    title: 'Check golden signals',
    description:
      'Latency (p50, p95, p99), traffic, errors and saturation of one service, found by its name whatever it is measured by, compared with the same hour of earlier days, with a status: healthy, degraded, unhealthy or unknown. Take it for "how is X doing". For a metric of your choice take query_metrics.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: (asked, call) => check(deps, asked, call),
  });
}

const DEFAULT_SECONDS = 300;
const [SHORTEST, LONGEST] = [60, 86_400];

async function check(deps: SignalsDeps, asked: z.output<typeof input>, call: Call): Promise<Answer<Output>> {
  const windowSeconds = secondsOf(asked.duration);
  const found = await deps.workloads.find(asked.service_name, asked.namespace, call);
  await demand(call, { ...RIGHT_TO.metrics, namespace: found.namespace });
  const everywhere = await call.caller.may(RIGHT_TO.metrics, call.signal).catch(() => false);
  const subject = subjectOfWorkload(found, everywhere);
  const now = deps.clock.now();
  const options = { now, window: `${windowSeconds}s`, signal: call.signal };
  const measured = await goldenSignals(subject, deps.ports.metrics, options);
  call.signal.throwIfAborted();
  const { desired, ready } = replicaCounts(found.kind, found.object);
  const replicas = { desired, ready };
  const judgement = judge({ levels: measured.levels, replicas, windowSeconds });
  const isBlind = deps.ports.metrics.length === 0;
  const missing = isBlind
    ? [{ signal: 'all', reason: 'no source of metrics is configured: set sources.prometheus or PROMETHEUS_URL' }]
    : [...unasked(measured), ...missingOf(measured.levels, subject.claims.length > 0)];
  return answerOf(deps.redactor, {
    lines: linesOf({ found, measured, replicas, judgement, missing, windowSeconds }),
    data: {
      service: { kind: found.kind, namespace: found.namespace, name: found.name },
      ...judgement,
      reasons: [...judgement.reasons],
      ...fourTexts(measured.levels),
      replicas,
      numbers: numbersOf(measured),
      signals: signalsOf(measured),
      missing,
      windowSeconds,
      at: new Date(now).toISOString(),
    },
  });
}

function secondsOf(duration: string | number | undefined): number {
  const ms = duration === undefined ? DEFAULT_SECONDS * 1000 : durationOf(duration);
  const seconds = Math.round((ms ?? 0) / 1000);
  if (seconds >= SHORTEST && seconds <= LONGEST) return seconds;
  const problem = 'write it as 5m or 1h, from 1m to 1d, or as a number of seconds';
  throw new ToolError('Invalid', `duration: ${problem}`, { problems: [{ field: 'duration', problem }] });
}

/** An instance that could not be asked may be the one that knows. */
const unasked = ({ gaps }: GoldenSignals): Missing[] => gaps.map(({ message }) => ({ signal: 'a source', reason: message }));

const times = (value: number | undefined, factor: number): number | undefined =>
  value === undefined ? undefined : Number((value * factor).toPrecision(6));

function numbersOf({ levels }: GoldenSignals): Output['numbers'] {
  return {
    latencyMs: {
      p50: times(levels.latencyP50?.value, 1000),
      p95: times(levels.latencyP95?.value, 1000),
      p99: times(levels.latencyP99?.value, 1000),
    },
    requestsPerMinute: times(levels.requestRate?.value, 60),
    errorPercent: times(levels.errorShare?.value, 100),
    cpuPercent: times(levels.cpuOfLimit?.value, 100),
    memoryPercent: times(levels.memoryOfLimit?.value, 100),
  };
}

const signalsOf = ({ levels }: GoldenSignals): Output['signals'] =>
  Object.values(levels).map(({ of, usual: before, ...level }) => ({
    ...level,
    ...(of !== '' && { of }),
    ...(before !== undefined && { usual: before }),
  }));

interface Told {
  readonly found: FoundWorkload;
  readonly measured: GoldenSignals;
  readonly replicas: Replicas;
  readonly judgement: Judgement;
  readonly missing: readonly Missing[];
  readonly windowSeconds: number;
}

function linesOf({ found, measured: { levels }, replicas, judgement, missing, windowSeconds }: Told): string[] {
  const { latency, traffic, errors, saturation } = fourTexts(levels);
  const { status, reasons } = judgement;
  const others = [levels.latencyP50, levels.latencyP99].flatMap((level, index) =>
    level === undefined ? [] : [`${milliseconds(level.value)} (p${index === 0 ? 50 : 99})`],
  );
  const by = [...new Set(Object.values(levels).map(({ convention, source }) => `${convention} (${source})`))];
  return [
    `${found.namespace}/${found.name} (${found.kind}) is ${status}${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}.`,
    `Latency: ${[latency, ...others].join(', ')}${usuallyText(levels.latencyP95, milliseconds)}`,
    `Traffic: ${traffic}${usuallyText(levels.requestRate, perMinute)}`,
    `Errors: ${errors}${usuallyText(levels.errorShare, percent)}`,
    `Saturation: ${saturation}`,
    `Replicas: ${replicas.ready} of ${replicas.desired} ready`,
    ...(by.length === 0
      ? []
      : [`Over the last ${windowSeconds % 60 === 0 ? `${windowSeconds / 60} min` : `${windowSeconds} s`}, by ${by.join(', ')}.`]),
    ...(missing.length === 0 ? [] : ['Not seen:', ...missing.map(({ signal, reason }) => `- ${signal}: ${reason}`)]),
  ];
}
