/** Whether nobody is told of an Incident just now, and why: a person expects it, it is silenced, here or in Alertmanager, or in maintenance. Pure. */
import type { IncidentSpec, IncidentStatus } from '../crds/incident.ts';
import { expectationText, expectedForMs } from './expectation.ts';
import { silenceText, silentForMs } from './incidentSilence.ts';
import { maintenanceText } from './maintenance.ts';

export interface Quiet {
  readonly reason: 'Expected' | 'Silenced' | 'Maintenance';
  /** For people. */
  readonly message: string;
  /** Until when, as far as is known. */
  readonly until: string | undefined;
}

interface Heard {
  readonly spec: Pick<IncidentSpec, 'expected' | 'silence'>;
  readonly status?: Pick<IncidentStatus, 'silences' | 'silencedUntil' | 'maintenance'> | undefined;
}

/** @param now milliseconds since the epoch */
export function quietOf(incident: Heard, now: number): Quiet | undefined {
  const { expected } = incident.spec;
  if (expected !== undefined && expectedForMs(incident.spec, now) !== undefined)
    return { reason: 'Expected', message: expectationText(expected), until: expected.until };
  return mutedNow(incident, now);
}

/** Work on it goes on all the same. */
export function mutedNow(incident: Heard, now: number): Quiet | undefined {
  return silencedNow(incident, now) ?? maintainedNow(incident, now);
}

function maintainedNow({ status }: Heard, now: number): Quiet | undefined {
  const { maintenance } = status ?? {};
  if (maintenance === undefined || Date.parse(maintenance.until ?? '') <= now) return undefined;
  return { reason: 'Maintenance', message: maintenanceText(maintenance), until: maintenance.until };
}

/** By a word on the Incident, or by whatever silences Alertmanager has. */
function silencedNow({ spec, status }: Heard, now: number): Quiet | undefined {
  const { silence } = spec;
  if (silence !== undefined && silentForMs(spec, now) !== undefined)
    return { reason: 'Silenced', message: `silenced ${silenceText(silence)}`, until: silence.until };
  const { silencedUntil: until, silences = [] } = status ?? {};
  if (until === undefined || !(Date.parse(until) > now)) return undefined;
  const other = silences.find((one) => !one.own && Date.parse(one.until) > now);
  return { reason: 'Silenced', message: other === undefined ? `silenced until ${until}` : elsewhereText(other), until };
}

/** `silenced in Alertmanager eu until 2026-11-21T12:00:00Z by bob: upgrade` */
export const elsewhereText = ({ alertmanager, until, by, reason }: NonNullable<IncidentStatus['silences']>[number]): string =>
  `silenced in Alertmanager ${alertmanager} until ${until} by ${by}: ${reason}`;
