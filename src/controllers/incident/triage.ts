/**
 * Whether this Incident is one to work on, before anything is spent on it.
 *
 * Outside the operator's namespace an Incident may only be about its own namespace: who may write objects in one namespace
 * must not have another one looked at.
 */
import { next, type StepResult, stalled } from '../steps.ts';
import { declareOn, type IncidentScope, note } from './scope.ts';

export function triage(scope: IncidentScope): StepResult {
  const { incident } = scope;
  const refusal = refusalOf(scope);
  if (refusal !== undefined) {
    declareOn(scope, 'Triaged', { status: 'False', reason: refusal.reason, message: refusal.message });
    scope.status.waitingOn = { who: 'Person', detail: refusal.message.slice(0, 512) };
    return stalled(refusal.reason, refusal.message);
  }
  declareOn(scope, 'Triaged', { status: 'True', reason: 'Accepted', message: `severity ${incident.spec.severity}` });
  note(scope, 'Received', `${incident.spec.source}: ${incident.spec.title}`, incident.metadata.creationTimestamp);
  return next;
}

function refusalOf({ incident, namespace }: IncidentScope): { reason: string; message: string } | undefined {
  const targets = incident.spec.targets ?? [];
  if (targets.length === 0 && (incident.spec.alerts ?? []).length === 0) {
    return {
      reason: 'NothingToLookAt',
      message:
        'spec.targets and spec.alerts are empty; name at least one object, such as {kind: Deployment, namespace: shop, name: checkout}',
    };
  }
  if (incident.metadata.namespace === namespace) return undefined;
  const foreign = targets.find((target) => target.namespace !== undefined && target.namespace !== incident.metadata.namespace);
  const clusterScoped = targets.find((target) => target.namespace === undefined && CLUSTER_SCOPED.has(target.kind));
  const outside = foreign ?? clusterScoped;
  if (outside === undefined) return undefined;
  const what = `${outside.kind} ${outside.namespace === undefined ? '' : `${outside.namespace}/`}${outside.name}`;
  return {
    reason: 'TargetOutOfScope',
    message: `${what} is outside this namespace; an Incident in ${incident.metadata.namespace} may target that namespace only. Create it in ${namespace} instead`,
  };
}

const CLUSTER_SCOPED = new Set(['Node', 'PersistentVolume', 'Namespace', 'StorageClass', 'ClusterRole', 'CustomResourceDefinition']);
