/**
 * From when on people are told of an Incident: at once where somebody has to be woken, else once it has lasted for a while or come back. Pure.
 *
 * What a person or another system has opened by itself is told at once: they did not do so by chance.
 */
import type { IncidentSpec, Severity } from '../crds/incident.ts';

export interface AnnouncementRule {
  /** How old it has to be. */
  readonly minutes: number;
  /** Or how often it has to have begun. */
  readonly occurrences: number;
}

export type AnnouncementRules = Readonly<Record<Severity, AnnouncementRule>>;

export interface Announcement {
  readonly isDue: boolean;
  /** Milliseconds until its age alone is enough. */
  readonly inMs: number;
  /** Why it is, or what it waits for. */
  readonly message: string;
}

/** @param begunAt milliseconds since the epoch: when we first knew of it */
export function announcement(
  { severity, occurrencesTotal = 1, alerts = [] }: Pick<IncidentSpec, 'severity' | 'occurrencesTotal' | 'alerts'>,
  begunAt: number,
  { rules, now }: { readonly rules: AnnouncementRules; readonly now: number },
): Announcement {
  const { minutes, occurrences } = rules[severity];
  const inMs = Math.max(0, begunAt + minutes * 60_000 - now);
  if (alerts.length === 0) return { isDue: true, inMs: 0, message: 'not opened by an alert' };
  if (inMs === 0)
    return { isDue: true, inMs, message: minutes === 0 ? `${severity}: at once` : `${severity}: lasts for ${minutes} minutes` };
  if (occurrencesTotal >= occurrences) return { isDue: true, inMs: 0, message: `${severity}: began ${occurrencesTotal} times` };
  return { isDue: false, inMs, message: `${severity}: told once it has lasted for ${minutes} minutes or begun ${occurrences} times` };
}
