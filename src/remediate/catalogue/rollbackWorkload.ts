/**
 * RollbackWorkload: gives the pods of a workload the template that an earlier revision had, as edits of the fields that differ, in Git.
 *
 * `kubectl rollout undo` for what a GitOps engine owns. The template is read from the live ReplicaSet or ControllerRevision of that number, and compared with
 * the present one field by field; both have the API server's defaults, so what differs was changed. Only plain values can be put back: where something came
 * or went, or a list changed its length, the commit that did it is what has to be taken back. Where a commit is blamed, RevertCommit goes before this.
 */
import type { FieldChange } from '../../gitops/kustomize/compare.ts';
import { compareRendered } from '../../gitops/kustomize/compare.ts';
import { valueAt } from '../../gitops/kustomize/override.ts';
import type { PodTemplate } from '../../gitops/resources.ts';
import { inWords, workloadsOf } from '../actionTarget.ts';
import { fieldPathOf } from '../liveValue.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Revision, Workload } from '../workload.ts';
import { rolloutAborts, rolloutCriteria } from './criteria.ts';
import { type Considered, type Facts, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import { type FieldValue, writeFields } from './field.ts';
import { setImage } from './setImage.ts';
import type { CatalogueEntry, RiskFinding, WriteContext, Written } from './types.ts';

const MOST_FIELDS = 10;

export const rollbackWorkload: CatalogueEntry<Workload> = {
  type: 'RollbackWorkload',
  about: workloadsOf(),
  bounds: [
    'The template comes from a revision of the workload’s own rollout history that still exists.',
    `It differs from the present one in plain values alone, and in ${MOST_FIELDS} of them at most: nothing came, went, or changed its place in a list.`,
    'Service account, security context, host access and volumes do not differ.',
  ],
  cures: [
    ...setImage.cures,
    'ProbePortMismatch',
    'ProbeSchemeMismatch',
    'ProbeTimingTooTight',
    'ContainerArgumentsInvalid',
    'ContainerConfigurationInvalid',
    'ContainerPortInUse',
    'ConfigMapMissing',
    'ConfigMapKeyMissing',
    'SecretMissing',
    'SecretKeyMissing',
    'MemoryLeak',
  ],
  inverse: 'RollbackWorkload to the revision that was replaced, by restoring the files byte for byte.',
  soakSeconds: 60,
  consider,
  successCriteria: rolloutCriteria,
  abortCriteria: rolloutAborts,
  write,
};

function consider({ rootCause, workload }: Facts): Considered {
  const type = 'RollbackWorkload';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const earlier = workload.history.filter(({ current }) => !current);
  const chosen = earlier.find(({ serving }) => serving) ?? earlier[0];
  if (chosen === undefined) return ruleOut(type, `the rollout history of ${workload.name} holds no earlier revision`);
  const fields = differing(workload, chosen);
  if ('kind' in fields) return ruleOut(type, fields.message);
  return suggest(type, {
    target: workload,
    parameters: { rollbackWorkload: { revision: chosen.revision } },
    title: `Roll ${workload.name} back to revision ${chosen.revision}`,
    because: `${rootCause.reason} came with a later template; ${fields.length} field${fields.length === 1 ? '' : 's'} differ${fields.length === 1 ? 's' : ''}${chosen.serving ? ', and that revision is serving' : ''}.`,
  });
}

async function write(context: WriteContext<Workload>): Promise<Written | Refusal> {
  const { target: workload, action } = context;
  const wanted = action.rollbackWorkload?.revision ?? 0;
  const revision = workload.history.find((candidate) => candidate.revision === wanted);
  if (revision === undefined) {
    const known = workload.history.map((candidate) => candidate.revision).join(', ') || 'none';
    return refuse('ValueNotFound', `${inWords(workload)} has no revision ${wanted} in its history; there are ${known}`);
  }
  if (revision.current) return refuse('AlreadyInPlace', `revision ${wanted} is what ${inWords(workload)} runs already`);
  const fields = differing(workload, revision);
  if ('kind' in fields) return fields;
  return writeFields(context, fields, riskOf(workload, revision, fields));
}

/** What differs because somebody changed it, not because a controller wrote it. */
const OF_CONTROLLERS =
  /^spec\.template\.metadata\.(?:labels\["?(?:pod-template-hash|controller-revision-hash)"?\]|labels\.(?:pod-template-hash|controller-revision-hash)$|annotations\["kubectl\.kubernetes\.io\/restartedAt"\]|creationTimestamp)/u;
const FOR_PEOPLE =
  /securityContext|serviceAccount|automountServiceAccountToken|host(?:Network|PID|IPC|Users|Path)|\.volumes\b|volumeMounts|volumeDevices|imagePullSecrets|^spec\.template\.metadata\.labels/u;

/** The fields to set, in a stable order, or why it is no small edit. */
function differing(workload: Workload, { revision, template }: Pick<Revision, 'revision' | 'template'>): readonly FieldValue[] | Refusal {
  const present = workload.object.spec?.template ?? {};
  const where = `revision ${revision} of ${inWords(workload)}`;
  const [now, then] = [around(workload, present), around(workload, template)];
  const changes = compareRendered([now], [then])
    .changed.flatMap(({ fields }) => fields)
    .filter(({ path }) => !OF_CONTROLLERS.test(path));
  if (changes.length === 0) return refuse('AlreadyInPlace', `the template of ${where} is the present one`);
  if (changes.length > MOST_FIELDS)
    return refuse(
      'UnsafeChange',
      `the template of ${where} differs in ${changes.length} fields, more than the ${MOST_FIELDS} of a small edit`,
    );
  const fields: FieldValue[] = [];
  for (const change of changes) {
    const field = fieldFor(now, then, change);
    if (typeof field === 'string') return refuse('UnsafeChange', `${change.path} of ${where} ${field}`);
    fields.push(field);
  }
  return fields;
}

function fieldFor(now: object, then: object, { path, before, after }: FieldChange): FieldValue | string {
  if (FOR_PEOPLE.test(path)) return 'differs, which is for people to decide';
  const at = fieldPathOf(now, path);
  const [is, was] = at === undefined ? [undefined, undefined] : [valueAt(now, at), valueAt(then, at)];
  if (at === undefined || before === undefined || after === undefined || !isPlain(is) || !isPlain(was))
    return 'came or went since: that is no small edit; take the commit back that did it';
  return { path: at, value: was, live: is };
}

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

const around = ({ kind, namespace, name }: Workload, template: PodTemplate) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace },
  spec: { template },
});

function riskOf(workload: Workload, { revision, serving }: Revision, fields: readonly FieldValue[]): RiskFinding {
  const between = workload.history.filter((candidate) => candidate.revision > revision && !candidate.current).length;
  if (serving && fields.length <= 3) return { level: 'Low', reasons: [`revision ${revision} is serving now`] };
  const came = between > 0 ? [`revision ${revision} is not the one before the present: ${between} came between`] : [];
  return { level: 'Medium', reasons: [`${fields.length} fields of the pod template go back to what revision ${revision} had`, ...came] };
}
