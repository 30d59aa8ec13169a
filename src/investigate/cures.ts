/**
 * Which of an analyzer's cures can be offered, once the changes are known: a revert needs a commit that is linked, an older image
 * needs a history that has one. A commit that touched the very field is taken back rather than written over.
 */

import type { ActionType } from '../crds/actions/actions.ts';
import { ownMember } from '../domain/ownMember.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import type { Link } from './correlate.ts';
import type { Finding } from './finding.ts';

export function curesOf(finding: Finding, links: readonly Link[], snapshot: Snapshot): ActionType[] {
  const commit = links.find(({ change }) => change.kind === 'GitCommit');
  const able = finding.cures.filter((cure) => {
    if (cure === 'RevertCommit') return commit !== undefined;
    if (cure === 'RollbackWorkload') return historyOf(finding, snapshot).length > 1;
    return cure === 'SetImage' ? hadAnotherImage(finding, snapshot) && imageChanged(links) : true;
  });
  return commit?.strength === 'direct' ? able.toSorted((a, b) => Number(b === 'RevertCommit') - Number(a === 'RevertCommit')) : able;
}

const historyOf = ({ object }: Finding, { workloads }: Snapshot): Snapshot['workloads'][number]['revisions'] =>
  workloads.find(({ ref }) => objectName(ref) === objectName(object))?.revisions ?? [];

function hadAnotherImage(finding: Finding, snapshot: Snapshot): boolean {
  const { object } = finding;
  const images = historyOf(finding, snapshot)
    .map(({ images: all }) => ownMember(all, object.container ?? ''))
    .filter((image) => image !== undefined);
  return new Set(images).size > 1;
}

const imageChanged = (links: readonly Link[]): boolean => links.some(({ fields }) => fields.some(({ path }) => path.endsWith('.image')));
