/** What an Incident's status says of people, as entries of the audit: who has closed it, and that it was handed over to them. */
import type { NewEntry } from '../../audit/entry.ts';
import type { IncidentStatus } from '../../crds/incident.ts';
import type { Incident } from '../../crds/kinds.ts';
import { conditionOf } from '../steps.ts';

export function auditOf({ metadata, spec }: Pick<Incident, 'metadata' | 'spec'>, status: IncidentStatus): readonly NewEntry[] {
  const { name, namespace, uid } = metadata;
  const subject = { kind: 'Incident', ...(namespace === undefined ? {} : { namespace }), name, uid };
  const { investigationRef } = status;
  const evidence = investigationRef === undefined ? [] : [`investigation/${investigationRef.name}/${investigationRef.uid}`];
  const entries: NewEntry[] = [];
  const resolved = conditionOf(status, 'Resolved');
  if (spec.closure !== undefined && resolved?.status === 'True' && resolved.reason.startsWith('ClosedAs')) {
    const outcome = 'Noted';
    entries.push({ key: `${uid}/closed`, event: 'IncidentClosed', outcome, who: spec.closure.by, subject, message: resolved.message });
  }
  const proposed = conditionOf(status, 'RemediationProposed');
  if (proposed?.status === 'False') {
    const { reason, message } = proposed;
    entries.push({
      key: `${uid}/handed-over/${reason}`,
      event: 'HandedOver',
      outcome: 'Noted',
      who: 'agent-sre',
      subject,
      evidence,
      message,
    });
  }
  return entries;
}
