/**
 * What telemetry says about a workload, now and before: metrics, complaints in logs, traces.
 *
 * All sources are asked side by side; one that is not configured, fails or answers in part is a gap, and never "nothing unusual".
 * Whether anything is unusual is not judged here.
 */
import type { Gap } from '../crds/investigation.ts';
import type { LogsPort } from './logs.ts';
import type { MetricsPort } from './metrics.ts';
import { type LogSignals, logSignals } from './signals/logSignals.ts';
import { createLooking, type SignalKind, type Spend } from './signals/looking.ts';
import { metricSignals, type SignalSeries } from './signals/metricSignals.ts';
import type { Subject } from './signals/subject.ts';
import { type TraceSignals, traceSignals } from './signals/traceSignals.ts';
import type { TracesPort } from './traces.ts';
import type { TimeWindow } from './window.ts';

/** Several instances of each; the first that knows the workload is taken. */
export interface TelemetryPorts {
  readonly metrics: readonly MetricsPort[];
  readonly logs: readonly LogsPort[];
  readonly traces: readonly TracesPort[];
}

export interface WorkloadSignals {
  readonly subject: Subject;
  readonly window: TimeWindow;
  readonly metrics: readonly SignalSeries[];
  readonly logs: LogSignals;
  readonly traces: TraceSignals;
  readonly gaps: readonly Gap[];
}

export interface SignalsOptions {
  readonly spend: Spend;
  readonly signal: AbortSignal;
}

export async function signalsOf(
  subject: Subject,
  window: TimeWindow,
  ports: TelemetryPorts,
  { spend, signal }: SignalsOptions,
): Promise<WorkloadSignals> {
  const gaps: Gap[] = notConfigured(ports);
  const looking = createLooking(spend, signal, gaps);
  const [metrics, logs, traces] = await Promise.all([
    metricSignals(subject, window, ports.metrics, looking),
    logSignals(subject, window, ports.logs, looking),
    traceSignals(subject, window, ports.traces, looking),
  ]);
  return { subject, window, metrics, logs, traces, gaps };
}

const MISSING: Readonly<Record<SignalKind, string>> = {
  metrics: 'metrics were not looked at: configure a Prometheus in sources.prometheus',
  logs: 'stored logs were not looked at: configure a Loki in sources.loki',
  traces: 'traces were not looked at: configure a Tempo in sources.tempo',
};

function notConfigured(ports: TelemetryPorts): Gap[] {
  const kinds = ['metrics', 'logs', 'traces'] as const;
  return kinds.filter((kind) => ports[kind].length === 0).map((source) => ({ source, reason: 'NotConfigured', message: MISSING[source] }));
}
