/**
 * RevertCommit: takes back what one commit did within the path that the target's owner renders.
 *
 * No back door: no rendered object may come or go (generated ConfigMaps with a hash suffix apart), only kinds and namespaces that plans may change may
 * differ, and every field that changes has to be one that the commit had changed, and has to go back to what it was. What others committed since stays.
 */

import type { Change, RootCause } from '../../crds/investigation.ts';
import { isAncestor } from '../../gitops/git/commit.ts';
import { parentOf } from '../../gitops/git/history.ts';
import { type TakenBack, takeBack } from '../../gitops/git/takeBack.ts';
import { openTree, withFiles } from '../../gitops/git/tree.ts';
import { allFields, compareRendered, generatedBaseName, type RenderedDifference } from '../../gitops/kustomize/compare.ts';
import { displayName, type Manifest } from '../../gitops/kustomize/manifest.ts';
import { workloadsOf } from '../actionTarget.ts';
import { AUTHOR } from '../delivery.ts';
import { changeable } from '../kinds.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { isRelevant } from '../relevance.ts';
import type { Workload } from '../workload.ts';
import { rolloutAborts, rolloutCriteria } from './criteria.ts';
import { type Considered, type Facts, isAbout, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import type { CatalogueEntry, RiskFinding, WriteContext, Written } from './types.ts';

export const revertCommit: CatalogueEntry<Workload> = {
  type: 'RevertCommit',
  about: workloadsOf(),
  bounds: [
    'The commit is on the branch that is deployed, and changed something that is rendered for the workload’s namespace.',
    'No rendered object appears or disappears; generated ConfigMaps with a hash suffix count as one object.',
    'Only objects of kinds that plans may change differ: no Secret, no RBAC, no volume claim, no CustomResourceDefinition, no webhook, no Namespace.',
    'Each field that changes goes back to what it was before the commit; what others changed since is kept, or it is a conflict.',
  ],
  cures: [
    'ContainerExitsWithError',
    'ContainerKilledBySignal',
    'ContainerCommandNotFound',
    'ContainerPermissionDenied',
    'ContainerCompletesUnexpectedly',
    'ContainerConfigurationInvalid',
    'ContainerOutOfMemory',
    'ImageNotFound',
    'ImageUnauthorized',
    'ImageNameInvalid',
    'ImagePullFailing',
    'ProbePortMismatch',
    'ProbePathNotFound',
    'ProbeSchemeMismatch',
    'ProbeTimingTooTight',
    'ProbeFailing',
    'ConfigMapMissing',
    'SecretMissing',
    'ConfigMapKeyMissing',
    'SecretKeyMissing',
    'InsufficientCPU',
    'InsufficientMemory',
    'NodeSelectorUnsatisfied',
    'TaintNotTolerated',
    'Unschedulable',
    'QuotaExceeded',
    'RolloutStuck',
    'ServicePortMismatch',
    'ServiceSelectorMismatch',
    'ServiceProtocolMismatch',
    'WorkloadScaledToZero',
  ],
  inverse: 'The commit’s change is restored, byte for byte.',
  soakSeconds: 60,
  consider,
  successCriteria: rolloutCriteria,
  abortCriteria: rolloutAborts,
  write,
};

function consider({ rootCause, changes, workload }: Facts): Considered {
  const type = 'RevertCommit';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const named = changes.find(({ id }) => id === rootCause.change);
  if (named !== undefined && named.kind !== 'GitCommit') return ruleOut(type, 'the change behind it is not a commit');
  const commits = changes.filter((change) => change.commit !== undefined && change.kind === 'GitCommit' && change.author !== AUTHOR.name);
  const related = commits.filter((change) => touches(change, rootCause, workload));
  const chosen =
    named === undefined
      ? related[0]
      : commits.find((change) => change === named && (named.fields === undefined || related.includes(named)));
  if (chosen?.commit === undefined) return ruleOut(type, 'no commit changed what could have brought it about');
  if (named === undefined && related.length > 1)
    return ruleOut(type, `${related.length} commits changed what could have brought it about; which one did can’t be told`);
  const short = chosen.commit.slice(0, 12);
  const whole = chosen.fields?.find(({ path }) => path === '');
  if (whole !== undefined)
    return ruleOut(type, `taking commit ${short} back would make ${whole.object} come or go, which is for people to decide`);
  return suggest(type, {
    target: workload,
    parameters: { revertCommit: { commit: chosen.commit } },
    title: `Revert commit ${short}`,
    because: `${rootCause.reason} began after it changed ${fieldsOf(chosen, rootCause)}.`,
  });
}

/** It changed a field that matters, of the workload itself, of the object that is to blame, or of configuration in its namespace. */
function touches({ fields = [] }: Change, { reason, object: blamed }: RootCause, workload: Workload): boolean {
  const own = `${blamed.kind}/${blamed.namespace ?? workload.namespace}/${blamed.name}`;
  return fields.some(({ object, path }) => (object === own || isAbout(object, workload)) && isRelevant(reason, path));
}

/** Paths are ours to write, but for names within them; those that look like nothing a manifest holds are left out. */
function fieldsOf({ fields = [] }: Change, { reason }: RootCause): string {
  const paths = fields
    .filter(({ path }) => isRelevant(reason, path) && /^[\w.[\]"/$-]{1,120}$/u.test(path))
    .map(({ path }) => path.replace(/^spec\.template\.spec\./u, ''));
  if (paths.length === 0) return 'what this workload is rendered from';
  return paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ');
}

async function write(context: WriteContext<Workload>): Promise<Written | Refusal> {
  const { repository, owner, base, tree, renderer, before, action, signal } = context;
  const commit = action.revertCommit?.commit ?? '';
  const short = commit.slice(0, 12);
  if ((await isAncestor(repository, commit, base, { signal })) !== true) {
    return refuse('ValueNotFound', `commit ${short} is not on branch ${owner.ref} of ${repository.url}`);
  }
  const parent = await parentOf(repository, commit, { signal });
  if (parent === undefined)
    return refuse('UnsafeChange', `commit ${short} is the first of ${repository.url}: there is nothing before it to go back to`);

  const taken = await takeBack(
    repository,
    { before: parent, after: commit, tree, paths: owner.path === '' ? [] : [owner.path] },
    { signal },
  );
  if (taken.kind === 'conflict') {
    return refuse('Conflict', `commit ${short} can’t be taken back by itself: ${taken.path}: ${taken.why}; look at what came after it`);
  }
  if (taken.files.size === 0) {
    const below = owner.path === '' ? 'the repository' : owner.path;
    return refuse('NothingChanges', `nothing of commit ${short} is left in ${below} of ${repository.url}`);
  }
  const reverted = withFiles(tree, taken.files);
  const rendering = await renderer.render(reverted, owner.build, { signal });
  if (rendering.kind === 'refused') return refuse('RenderFailed', `without commit ${short}: ${rendering.message}`);
  const difference = compareRendered(before.objects, rendering.objects);
  const refusal = unsafe(context, difference) ?? (await unlikeTheCommit(context, { commit, parent, difference }));
  if (refusal !== undefined) return refusal;
  return { kind: 'written', tree: reverted, rendering, files: [...taken.files.keys()], risk: riskOf(difference, taken) };
}

function unsafe({ target: workload }: WriteContext<Workload>, { changed, added, removed }: RenderedDifference): Refusal | undefined {
  const [gone, come] = [removed[0], added[0]];
  if (gone !== undefined) return refuse('UnsafeChange', `taking it back would remove ${displayName(gone)}: that is for people to decide`);
  if (come !== undefined) return refuse('UnsafeChange', `taking it back would add ${displayName(come)}: that is for people to decide`);
  if (changed.length === 0) return refuse('NothingChanges', 'taking it back changes nothing that is rendered');
  for (const { after, before } of changed) {
    if (changeable(after) === undefined || after.kind === 'PersistentVolumeClaim' || before.apiVersion !== after.apiVersion) {
      return refuse(
        'UnsafeChange',
        `taking it back would change ${displayName(after)}, and plans do not change ${after.apiVersion} ${after.kind}`,
      );
    }
    if (namespaceOf(after) !== workload.namespace) {
      return refuse(
        'UnsafeChange',
        `taking it back would change ${displayName(after)}, which is outside of namespace ${workload.namespace}`,
      );
    }
  }
  const touched = changed.some(({ after }) => after.kind === workload.kind && after.metadata.name === workload.name);
  return touched ? undefined : reachesByName(changed, workload);
}

/** A ConfigMap or Service of a fixed name may be what the workload reads; anything else has nothing to do with it. */
function reachesByName(changed: RenderedDifference['changed'], workload: Workload): Refusal | undefined {
  const { object, kind, namespace, name } = workload;
  const template = JSON.stringify(object.spec?.template ?? {});
  const labels = object.spec?.template?.metadata?.labels ?? {};
  const reaches = changed.some(({ after }) => {
    if (after.kind === 'ConfigMap') return template.includes(JSON.stringify(after.metadata.name));
    const { selector } = (after.spec ?? {}) as { readonly selector?: Readonly<Record<string, string>> };
    return after.kind === 'Service' && selector !== undefined && Object.entries(selector).every(([key, value]) => labels[key] === value);
  });
  return reaches
    ? undefined
    : refuse('UnsafeChange', `taking it back does not change ${kind}/${namespace}/${name}, nor a ConfigMap or Service that it uses`);
}

interface Reverting {
  readonly commit: string;
  readonly parent: string;
  readonly difference: RenderedDifference;
}

/** Each field that changes now must be one that the commit changed, and end as it was before it. */
async function unlikeTheCommit(context: WriteContext<Workload>, { commit, parent, difference }: Reverting): Promise<Refusal | undefined> {
  const { repository, renderer, owner, signal } = context;
  const [then, since] = [
    await renderer.render(await openTree(repository, parent, { signal }), owner.build, { signal }),
    await renderer.render(await openTree(repository, commit, { signal }), owner.build, { signal }),
  ];
  if (then.kind === 'refused') return refuse('RenderFailed', `before commit ${commit.slice(0, 12)}: ${then.message}`);
  if (since.kind === 'refused') return refuse('RenderFailed', `at commit ${commit.slice(0, 12)}: ${since.message}`);
  const original = compareRendered(then.objects, since.objects);
  const restored = new Map(
    original.changed.flatMap(({ after, fields }) => fields.map((field) => [`${steady(after)} ${field.path}`, field.before])),
  );
  for (const { after, fields } of difference.changed) {
    for (const field of fields) {
      const key = `${steady(after)} ${field.path}`;
      if (restored.has(key) && (restored.get(key) === field.after || bothGenerated(restored.get(key), field.after))) continue;
      return refuse(
        'UnintendedChanges',
        `taking it back would set ${field.path} of ${displayName(after)} to what it was not before commit ${commit.slice(0, 12)}`,
      );
    }
  }
  return undefined;
}

/** An object's name without a hash that moves with its content. */
function steady(manifest: Manifest): string {
  return `${manifest.kind}/${namespaceOf(manifest)}/${generatedBaseName(manifest) ?? manifest.metadata.name}`;
}

/** Names of generated ConfigMaps that differ in their hash: what else was changed in them since stays changed. */
function bothGenerated(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const base = (name: string): string | undefined => generatedBaseName({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  return base(a) !== undefined && base(a) === base(b);
}

function namespaceOf({ metadata }: Manifest): string {
  return metadata.namespace ?? 'default';
}

const TRAFFIC: ReadonlySet<string> = new Set(['Service', 'Ingress', 'NetworkPolicy', 'PodDisruptionBudget']);

function riskOf({ changed }: RenderedDifference, { merged }: TakenBack): RiskFinding {
  const workloads = changed.filter(({ after }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(after.kind));
  const traffic = changed.filter(({ after }) => TRAFFIC.has(after.kind));
  const reasons: string[] = [];
  if (traffic.length > 0)
    reasons.push(`changes how traffic is let in or spread: ${traffic.map(({ after }) => displayName(after)).join(', ')}`);
  if (workloads.length > 5) reasons.push(`${workloads.length} workloads roll out again`);
  if (reasons.length > 0) return { level: 'High', reasons };
  if (workloads.length > 1) reasons.push(`${workloads.length} workloads roll out again`);
  if (merged.length > 0) reasons.push(`others have changed ${merged.join(', ')} since the commit; their changes stay`);
  if (reasons.length > 0) return { level: 'Medium', reasons };
  return {
    level: 'Low',
    reasons: [`goes back to what ran before, in ${allFields({ changed, added: [], removed: [] }).length} fields of one workload`],
  };
}
