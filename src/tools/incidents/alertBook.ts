/** Where alerts end in Incidents, as intake has it: tools hand on what a caller says of one. */
import type { Requester } from '../../crds/common.ts';
import type { IncidentSpec } from '../../crds/incident.ts';
import type { Incident } from '../../crds/kinds.ts';

export interface SaidAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
}

export interface SaidBy {
  readonly requestedBy: Requester;
  readonly source: IncidentSpec['source'];
}

export interface AlertBook {
  /** The open Incident of that alert, which is left as it is; or the one that is made or opened again for it. Durable when it returns. Throws ToolErrors. */
  record(alert: SaidAlert, by: SaidBy, signal: AbortSignal): Promise<{ readonly incident: Incident; readonly wasThere: boolean }>;
}
