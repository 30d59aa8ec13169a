/**
 * Which of an analyzer's cures can be offered, once the changes are known: a revert needs a commit that is linked, an older image
 * needs a history that has one. A commit that touched the very field is taken back rather than written over.
 */

import type { ActionType } from '../crds/remediationPlan.ts';
import { ownMember } from '../domain/ownMember.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { Link } from './correlate.ts';
import type { Finding } from './finding.ts';

export function curesOf(finding: Finding, links: readonly Link[], snapshot: Snapshot): ActionType[] {
  const commit = links.find(({ change }) => change.kind === 'GitCommit');
  const able = finding.cures.filter((cure) => {
    if (cure === 'RevertCommit') return commit !== undefined;
    return cure === 'SetImage' ? hadAnotherImage(finding, snapshot) && imageChanged(links) : true;
  });
  return commit?.strength === 'direct' ? able.toSorted((a, b) => Number(b === 'RevertCommit') - Number(a === 'RevertCommit')) : able;
}

function hadAnotherImage({ object }: Finding, { workloads }: Snapshot): boolean {
  const revisions = workloads.find(({ ref }) => objectName(ref) === objectName(object))?.revisions ?? [];
  const images = revisions.map(({ images: all }) => ownMember(all, object.container ?? '')).filter((image) => image !== undefined);
  return new Set(images).size > 1;
}

const imageChanged = (links: readonly Link[]): boolean => links.some(({ fields }) => fields.some(({ path }) => path.endsWith('.image')));
