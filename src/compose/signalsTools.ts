/** The tools of signals: metrics, logs, traces and dashboards of every source that is configured, on somebody's behalf. */
import { checkGoldenSignalsTool } from '../tools/signals/golden/checkGoldenSignals.ts';
import { createWorkloadFinder } from '../tools/signals/findWorkload.ts';
import type { Tool } from '../tools/tool.ts';
import type { Parts } from './parts.ts';
import { createTelemetrySources } from './telemetry.ts';

export function signalsTools(parts: Parts): readonly Tool[] {
  const { client, clock, redactor } = parts;
  const { ports, dashboards } = createTelemetrySources(parts);
  const deps = { ports, dashboards, clock, redactor, workloads: createWorkloadFinder({ client, clock }) };
  return [checkGoldenSignalsTool(deps)];
}
