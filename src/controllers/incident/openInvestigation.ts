/**
 * Opens the Investigation of an Incident, once; and another one where the last could not tell the cause (`lookAgain.ts`).
 *
 * Its name follows from the Incident's uid, and how often it was looked into, so that a process which died right after creating it finds it again instead of
 * making a second. Something else under that name is never adopted: it would answer for an Incident it knows nothing of.
 */
import { type Investigation, incidents, investigations } from '../../crds/kinds.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import { childName } from '../../domain/names.ts';
import { createOnce } from '../../kube/createOnce.ts';
import { ownerReferenceTo } from '../../kube/object.ts';
import { next, type StepResult, stalled } from '../steps.ts';
import { isLookedAgain } from './lookAgain.ts';
import { type IncidentScope, note } from './scope.ts';

export async function openInvestigation(scope: IncidentScope): Promise<StepResult> {
  const { incident, client, status, signal } = scope;
  const { name, uid, namespace = scope.namespace } = incident.metadata;
  const last = status.investigationRef;
  if (last !== undefined && !isLookedAgain(scope, scope.investigations.get({ namespace, name: last.name }))) return next;

  const ordinal = 1 + (status.investigations ?? (incident.spec.reopenings ?? 0) + (last === undefined ? 0 : 1));
  const childMeta = {
    namespace,
    name: childName('inv', uid, 'diagnosis', ordinal),
    ownerReferences: [ownerReferenceTo(incident, incidents)],
  };
  const spec = investigationSpec(scope);
  const made = await createOnce<Investigation>(
    client,
    investigations,
    { metadata: childMeta, spec },
    {
      signal,
      isOurs: (found) =>
        found.spec.incidentRef?.uid === uid && canonicalJson(found.spec.targets ?? []) === canonicalJson(spec.targets ?? []),
    },
  );
  if (made.kind === 'foreign') {
    return stalled(
      'NameTaken',
      `Investigation ${childMeta.name} exists and is not of Incident ${name}; delete it and this Incident goes on`,
    );
  }
  status.investigationRef = { name: made.object.metadata.name, uid: made.object.metadata.uid };
  status.investigations = ordinal;
  note(scope, 'InvestigationOpened', `Investigation ${made.object.metadata.name}`);
  return next;
}

function investigationSpec({ incident }: IncidentScope): Investigation['spec'] {
  const { targets, requestedBy } = incident.spec;
  return {
    purpose: 'Diagnosis',
    incidentRef: { name: incident.metadata.name, uid: incident.metadata.uid },
    targets,
    requestedBy,
  };
}
