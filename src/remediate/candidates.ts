/** Each action of the catalogue, held against what was found: how it would be done, or why it is not the one. */
import type { Change, Finding, RootCause } from '../crds/investigation.ts';
import type { Action, ActionType } from '../crds/remediationPlan.ts';
import { AUTHOR } from './delivery.ts';
import { formatMebibytes, mebibytes } from './quantity.ts';
import { isRelevant } from './relevance.ts';
import type { Workload } from './workload.ts';

export interface Facts {
  readonly rootCause: RootCause;
  readonly finding: Finding | undefined;
  /** The likeliest first. */
  readonly changes: readonly Change[];
  readonly workload: Workload;
}

export interface Candidate {
  readonly type: ActionType;
  readonly action: Action;
  /** Begins the summary, and with it the commit. */
  readonly title: string;
  readonly because: string;
}

export type Considered = Candidate | { readonly type: ActionType; readonly whyNot: string };

export function considerRevert({ rootCause, changes, workload }: Facts): Considered {
  const type = 'RevertCommit';
  const named = changes.find(({ id }) => id === rootCause.change);
  if (named !== undefined && named.kind !== 'GitCommit') return { type, whyNot: 'the change behind it is not a commit' };
  const commits = changes.filter((change) => change.commit !== undefined && change.kind === 'GitCommit' && change.author !== AUTHOR.name);
  const related = commits.filter((change) => touches(change, rootCause, workload));
  const chosen =
    named === undefined
      ? related[0]
      : commits.find((change) => change === named && (named.fields === undefined || related.includes(named)));
  if (chosen?.commit === undefined) return { type, whyNot: 'no commit changed what could have brought it about' };
  if (named === undefined && related.length > 1)
    return { type, whyNot: `${related.length} commits changed what could have brought it about; which one did can’t be told` };
  const short = chosen.commit.slice(0, 12);
  const whole = chosen.fields?.find(({ path }) => path === '');
  if (whole !== undefined)
    return { type, whyNot: `taking commit ${short} back would make ${whole.object} come or go, which is for people to decide` };
  return {
    type,
    action: { type, target: target(workload), revertCommit: { commit: chosen.commit } },
    title: `Revert commit ${short}`,
    because: `${rootCause.reason} began after it changed ${fieldsOf(chosen, rootCause)}.`,
  };
}

export function considerSetImage({ rootCause, finding, changes, workload }: Facts): Considered {
  const type = 'SetImage';
  const container = containerOf({ rootCause, finding, workload });
  if (container === undefined) return { type, whyNot: 'which container it is about is not known' };
  const earlier = workload.history.filter(
    ({ images, current }) => !current && images[container.name] !== undefined && images[container.name] !== container.image,
  );
  const last = earlier.find(({ serving }) => serving) ?? earlier[0];
  if (last === undefined)
    return { type, whyNot: `the rollout history of ${workload.name} holds no other image of container ${container.name}` };
  const previous = workload.history.find(({ current }) => !current);
  const isAboutImage = rootCause.reason.startsWith('Image');
  const changed = previous !== undefined && previous.images[container.name] !== container.image;
  if (!isAboutImage && !changed) return { type, whyNot: 'the image was not what changed last' };
  if (!isAboutImage && otherFieldsChanged(changes, workload))
    return { type, whyNot: 'more than the image changed: an older image alone may not fit the rest' };
  return {
    type,
    action: { type, target: target(workload), setImage: { container: container.name, revision: last.revision } },
    title: `Set the image of ${container.name} back to revision ${last.revision}`,
    because: `${rootCause.reason} is about the image that container ${container.name} has now; revision ${last.revision} had another${last.serving ? ' and is serving' : ''}.`,
  };
}

const LARGE_MEBIBYTES = 512;

export function considerSetResources({ rootCause, finding, workload }: Facts): Considered {
  const type = 'SetResources';
  const container = containerOf({ rootCause, finding, workload });
  if (container === undefined) return { type, whyNot: 'which container it is about is not known' };
  const limit = mebibytes(container.limits.memory);
  if (limit === undefined) return { type, whyNot: `container ${container.name} has no memory limit that could be raised` };
  const raised = roundUp(limit * (limit < LARGE_MEBIBYTES ? 2 : 1.5));
  const request = mebibytes(container.requests.memory);
  const both = request === limit ? { memoryRequestMebibytes: raised } : {};
  return {
    type,
    action: { type, target: target(workload), setResources: { container: container.name, memoryLimitMebibytes: raised, ...both } },
    title: `Raise the memory limit of ${container.name} to ${formatMebibytes(raised)}`,
    because: `${rootCause.reason}: container ${container.name} reaches its limit of ${container.limits.memory ?? ''}, and no change explains it.`,
  };
}

/** Up to a figure that a person would write: whole MiB below 64, then in steps that stay small beside the value. */
export function roundUp(value: number): number {
  const step = value <= 64 ? 1 : value <= 512 ? 16 : value <= 4096 ? 128 : 1024;
  return Math.max(4, Math.ceil(value / step) * step);
}

function target({ ref }: Workload): Action['target'] {
  return { apiVersion: ref.apiVersion, kind: ref.kind, namespace: ref.namespace, name: ref.name, uid: ref.uid };
}

function containerOf({
  rootCause,
  finding,
  workload,
}: Pick<Facts, 'rootCause' | 'finding' | 'workload'>): Workload['containers'][number] | undefined {
  const name = rootCause.object.container ?? finding?.object.container;
  const [only, ...more] = workload.containers;
  return name === undefined ? (more.length === 0 ? only : undefined) : workload.containers.find((container) => container.name === name);
}

/** It changed a field that matters, of the workload itself or of configuration in its namespace. */
function touches({ fields = [] }: Change, { reason }: RootCause, workload: Workload): boolean {
  return fields.some(({ object, path }) => isAbout(object, workload) && isRelevant(reason, path));
}

function isAbout(object: string, { kind, namespace, name }: Workload): boolean {
  return object === `${kind}/${namespace}/${name}` || object.startsWith(`ConfigMap/${namespace}/`);
}

function otherFieldsChanged(changes: readonly Change[], workload: Workload): boolean {
  const fields = changes.flatMap((change) => change.fields ?? []).filter(({ object }) => isAbout(object, workload));
  return fields.some(({ path }) => !path.endsWith('.image') && !path.startsWith('metadata'));
}

/** Paths are ours to write, but for names within them; those that look like nothing a manifest holds are left out. */
function fieldsOf({ fields = [] }: Change, { reason }: RootCause): string {
  const paths = fields
    .filter(({ path }) => isRelevant(reason, path) && /^[\w.[\]"/$-]{1,120}$/u.test(path))
    .map(({ path }) => path.replace(/^spec\.template\.spec\./u, ''));
  if (paths.length === 0) return 'what this workload is rendered from';
  return paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ');
}
