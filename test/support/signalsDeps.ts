/** The tools of signals over the sources that a test has, with an audit in memory and no cluster unless it is said. */
import { systemClock } from '../../src/clock.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import type { TelemetryPorts } from '../../src/sources/signalsOf.ts';
import { createLogRecord } from '../../src/tools/cluster/logs/record.ts';
import type { SignalsDeps } from '../../src/tools/signals/deps.ts';

/** @param recorded what came onto the record */
export function signalsDeps(ports: Partial<TelemetryPorts>, more: Partial<SignalsDeps> = {}, recorded: string[] = []): SignalsDeps {
  const record = async (entries: readonly { readonly message: string }[]): Promise<void> => {
    recorded.push(...entries.map(({ message }) => message));
  };
  return {
    ports: { metrics: [], logs: [], traces: [], ...ports },
    dashboards: [],
    clock: systemClock,
    redactor: createRedactor(),
    workloads: { find: () => Promise.reject(new Error('no cluster here')) },
    logRecord: createLogRecord({ audit: { record }, clock: systemClock }),
    ...more,
  };
}
