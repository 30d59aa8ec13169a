/**
 * What GitOps engines synced to the workloads in the window, as changes: the engine's own word on when a revision took effect.
 *
 * A delivery changed what the rollouts changed that it brought about; one that no rollout followed is told, and is never linked with a finding.
 * Only engines that the workloads' own marks name are asked.
 */
import type { Gap } from '../crds/investigation.ts';
import type { ObservedChange } from '../sources/changes.ts';
import type { Delivery } from '../sources/deliveries/delivery.ts';
import { gatherDeliveries } from '../sources/deliveries/gather.ts';
import { claimsOn, type EngineClaim } from '../sources/deliveries/owners.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import type { ChangeRun } from './whatChanged.ts';

export interface Delivered {
  readonly changes: readonly ObservedChange[];
  readonly gaps: readonly Gap[];
}

/** Each takes up to four calls. */
const MOST_CLAIMS = 2;
const MOST_DELIVERIES = 5;
/** From a sync to the rollouts that it brings about. */
const EARLIEST_MS = 2 * 60_000;
const LATEST_MS = 5 * 60_000;

export async function deliveriesOf(
  { seen, budget, cleaner, signal }: Pick<ChangeRun, 'seen' | 'budget' | 'cleaner' | 'signal'>,
  { workloads, window }: Snapshot,
  rollouts: readonly ObservedChange[],
): Promise<Delivered> {
  const claimed = workloads.map((workload) => ({ workload, claims: claimsOn([seen.find(objectName(workload.ref))]) }));
  const claims = [...new Map(claimed.flatMap((one) => one.claims).map((claim) => [keyOf(claim), claim])).values()].slice(0, MOST_CLAIMS);
  if (claims.length === 0) return { changes: [], gaps: [] };
  const { deliveries, gaps } = await gatherDeliveries({ kube: seen.kube, budget, cleaner, signal }, claims, window);
  const changes = deliveries
    .filter(({ outcome }) => outcome === 'Applied' || outcome === 'RolledBack')
    .slice(0, MOST_DELIVERIES)
    .flatMap((delivery) =>
      claimed
        .filter((one) => one.claims.some((claim) => isBy(claim, delivery)))
        .map(({ workload }) => changeOf(delivery, workload, rollouts)),
    );
  return { changes, gaps };
}

const keyOf = ({ kind, namespace, name }: EngineClaim): string => `${kind}/${namespace ?? ''}/${name}`;

const isBy = ({ kind, namespace, name }: EngineClaim, { object }: Delivery): boolean =>
  object.kind === kind && object.name === name && (namespace === undefined || object.namespace === namespace);

function changeOf(delivery: Delivery, { ref }: Workload, rollouts: readonly ObservedChange[]): ObservedChange {
  const { at, object, revision, commit, outcome, message, by } = delivery;
  const followed = rollouts.filter(
    (one) => objectName(one.workload) === objectName(ref) && one.at >= at - EARLIEST_MS && one.at <= at + LATEST_MS,
  );
  const key = `delivery/${objectName(object)}/${revision}/${at}/${objectName(ref)}`;
  const verb = outcome === 'RolledBack' ? 'the roll-back' : 'the delivery';
  return {
    kind: 'Delivery',
    key,
    at,
    workload: ref,
    summary: `${verb} of ${revision === '' ? 'an unnamed revision' : shortRevision(revision)} by ${objectName(object)}`.slice(0, 250),
    author: by,
    commit,
    fields: followed.flatMap(({ fields }) => fields),
    fieldsKnown: true,
    detail: message,
    evidence: key,
  };
}

/** `main@sha1:5f2e1c0a9b`, as people write commits. */
const shortRevision = (revision: string): string => revision.replace(/[0-9a-f]{40,64}/gu, (commit) => commit.slice(0, 10));
