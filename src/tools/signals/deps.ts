/** What the tools of signals are made from. */
import type { Clock } from '../../clock.ts';
import type { Redactor } from '../../redact/redactor.ts';
import type { DashboardsPort } from '../../sources/dashboards.ts';
import type { TelemetryPorts } from '../../sources/signalsOf.ts';
import type { LogRecord } from '../cluster/logs/record.ts';
import type { WorkloadFinder } from './findWorkload.ts';

export interface SignalsDeps {
  readonly ports: TelemetryPorts;
  readonly dashboards: readonly DashboardsPort[];
  readonly workloads: WorkloadFinder;
  /** Logs are read on somebody's behalf only once that is on record. */
  readonly logRecord: LogRecord;
  readonly clock: Pick<Clock, 'now'>;
  readonly redactor: Pick<Redactor, 'text' | 'value'>;
}
