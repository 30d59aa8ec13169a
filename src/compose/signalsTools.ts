/** The tools of signals: metrics, logs, traces and dashboards of every source that is configured, on somebody's behalf. */

import type { LogRecord } from '../tools/cluster/logs/record.ts';
import { createWorkloadFinder } from '../tools/signals/findWorkload.ts';
import { checkGoldenSignalsTool } from '../tools/signals/golden/checkGoldenSignals.ts';
import { grafanaTools } from '../tools/signals/queryGrafana.ts';
import { queryLogsTool } from '../tools/signals/queryLogs.ts';
import { metricsTools } from '../tools/signals/queryMetrics.ts';
import { queryTracesTool } from '../tools/signals/queryTraces.ts';
import type { Tool } from '../tools/tool.ts';
import type { Parts } from './parts.ts';
import type { TelemetrySources } from './telemetry.ts';

export function signalsTools(
  { client, clock, redactor }: Parts,
  { ports, dashboards }: TelemetrySources,
  logRecord: LogRecord,
): readonly Tool[] {
  const deps = { ports, dashboards, clock, redactor, logRecord, workloads: createWorkloadFinder({ client, clock }) };
  return [checkGoldenSignalsTool(deps), ...metricsTools(deps), queryLogsTool(deps), queryTracesTool(deps), ...grafanaTools(deps)];
}
