/**
 * What RBAC refuses to a service account, as the API server says: in a program's log, or in an event.
 *
 * Right when the refusal is of the account that the workload runs as, or when nobody else says it. Disproved by the workload being well
 * and the refusal being a single one: many programs ask for more than they need, so one that is well weighs less however often it
 * says so. What a quota, a policy or an admission webhook forbids is not RBAC's.
 */
import type { ObjectRef } from '../../crds/common.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { credibleLines, podNamesOf } from '../credibleLines.ts';
import { objectFields, podFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';

export const rbac: Analyzer = {
  name: 'rbac',
  *find(snapshot) {
    for (const { owner, container, text, evidence, healthy, beside } of credibleLines(snapshot)) {
      const refusal = refusalIn(text);
      if (refusal !== undefined) yield finding(snapshot, { ...owner, container }, refusal, evidence, healthy || beside);
    }
    for (const { message, evidence, kind, namespace, name, lastAt } of snapshot.events) {
      const refusal = refusalIn(message);
      const owner = ownerOf(snapshot, kind, namespace, name);
      if (refusal !== undefined && owner !== undefined && lastAt >= snapshot.window.start && !isWhole(snapshot, owner))
        yield finding(snapshot, owner, refusal, evidence, false);
    }
  },
};

interface Refusal {
  readonly account: string;
  readonly verb: string;
  readonly resource: string;
  readonly place: string;
}

const REFUSED =
  /User "system:serviceaccount:([^:"]{1,253}):([^"]{1,253})" cannot (\S{1,64}) resource "([^"]{1,253})" in API group "([^"]{0,253})"(?: in the namespace "([^"]{1,253})"| at the cluster scope)?/u;

function refusalIn(text: string): Refusal | undefined {
  const [, namespace, account, verb, resource, group, place] = REFUSED.exec(text) ?? [];
  if (namespace === undefined || verb === undefined || resource === undefined) return undefined;
  return {
    account: `${namespace}/${account ?? ''}`,
    verb,
    resource: group === undefined || group === '' ? resource : `${resource}.${group}`,
    place: place === undefined ? 'in the whole cluster' : `in namespace ${place}`,
  };
}

const isWhole = ({ workloads }: Snapshot, owner: ObjectRef): boolean =>
  workloads.find(({ ref }) => objectName(ref) === objectName(owner))?.complete ?? false;

function ownerOf({ workloads, pods }: Snapshot, kind: string, namespace: string, name: string): ObjectRef | undefined {
  if (kind === 'Pod') return pods.find((pod) => pod.namespace === namespace && pod.name === name)?.owner;
  return workloads.find(
    ({ ref, revisions }) =>
      ref.namespace === namespace && ((ref.kind === kind && ref.name === name) || revisions.some((revision) => revision.name === name)),
  )?.ref;
}

function finding(
  snapshot: Snapshot,
  owner: ObjectRef,
  { account, verb, resource, place }: Refusal,
  evidence: string,
  indirect: boolean,
): Finding {
  const { container: _container, ...workload } = owner;
  return {
    analyzer: rbac.name,
    reason: 'PermissionDenied',
    object: owner,
    message: `${owner.kind} ${owner.namespace ?? ''}/${owner.name}: service account ${account} may not ${verb} ${resource} ${place}.`,
    cures: ['RevertCommit'],
    evidence: [evidence],
    pods: indirect ? [] : podNamesOf(snapshot, workload),
    indirect,
    detail: `${verb} ${resource} ${place}`,
    touchedBy: {
      direct: podFields(workload, 'serviceAccountName', 'serviceAccount'),
      plausible: objectFields(workload, 'spec.template.spec'),
    },
  };
}
