/**
 * SetImage: gives a container an image that the workload ran before.
 *
 * The plan names a revision of the workload's own history, never an image: what is written is read from the live ReplicaSet or ControllerRevision of that
 * number at the time of writing.
 */
import { inWords, workloadsOf } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Workload } from '../workload.ts';
import { rolloutAborts, rolloutCriteria } from './criteria.ts';
import { type Considered, containerOf, type Facts, isAbout, NO_CONTAINER, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import { inContainer, writeFields } from './field.ts';
import type { CatalogueEntry, RiskFinding, WriteContext, Written } from './types.ts';

export const setImage: CatalogueEntry<Workload> = {
  type: 'SetImage',
  about: workloadsOf(),
  bounds: ['The image comes from a revision of the workload’s own rollout history that still exists.', 'It differs from the present one.'],
  cures: [
    'ImageNotFound',
    'ImageNameInvalid',
    'ImagePullFailing',
    'ImageUnauthorized',
    'ContainerExitsWithError',
    'ContainerKilledBySignal',
    'ContainerCommandNotFound',
    'ContainerPermissionDenied',
    'ContainerCompletesUnexpectedly',
    'ContainerOutOfMemory',
    'ProbePathNotFound',
    'ProbeFailing',
    'RolloutStuck',
  ],
  inverse: 'SetImage to the revision that was replaced, by restoring the files byte for byte.',
  soakSeconds: 60,
  consider,
  successCriteria: rolloutCriteria,
  abortCriteria: rolloutAborts,
  write,
};

function consider({ rootCause, finding, changes, workload }: Facts): Considered {
  const type = 'SetImage';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const container = containerOf({ rootCause, finding, workload });
  if (container === undefined) return ruleOut(type, NO_CONTAINER);
  const earlier = workload.history.filter(
    ({ images, current }) => !current && images[container.name] !== undefined && images[container.name] !== container.image,
  );
  const last = earlier.find(({ serving }) => serving) ?? earlier[0];
  if (last === undefined)
    return ruleOut(type, `the rollout history of ${workload.name} holds no other image of container ${container.name}`);
  const previous = workload.history.find(({ current }) => !current);
  const isAboutImage = rootCause.reason.startsWith('Image');
  const changed = previous !== undefined && previous.images[container.name] !== container.image;
  if (!isAboutImage && !changed) return ruleOut(type, 'the image was not what changed last');
  if (!isAboutImage && otherFieldsChanged(changes, workload))
    return ruleOut(type, 'more than the image changed: an older image alone may not fit the rest');
  return suggest(type, {
    target: workload,
    parameters: { setImage: { container: container.name, revision: last.revision } },
    title: `Set the image of ${container.name} back to revision ${last.revision}`,
    because: `${rootCause.reason} is about the image that container ${container.name} has now; revision ${last.revision} had another${last.serving ? ' and is serving' : ''}.`,
  });
}

function otherFieldsChanged(changes: Facts['changes'], workload: Workload): boolean {
  const fields = changes.flatMap((change) => change.fields ?? []).filter(({ object }) => isAbout(object, workload));
  return fields.some(({ path }) => !path.endsWith('.image') && !path.startsWith('metadata'));
}

async function write(context: WriteContext<Workload>): Promise<Written | Refusal> {
  const { target: workload, action } = context;
  const { container: name = '', revision: wanted = 0 } = action.setImage ?? {};
  const where = inWords(workload);
  const container = workload.containers.find((candidate) => candidate.name === name);
  if (container === undefined) {
    const has = workload.containers.map((candidate) => candidate.name).join(', ');
    return refuse('ValueNotFound', `${where} has no container ${name}; it has ${has}`);
  }
  const revision = workload.history.find((candidate) => candidate.revision === wanted);
  const image = revision?.images[name];
  if (revision === undefined || image === undefined || image === '') {
    const known = workload.history.map((candidate) => candidate.revision).join(', ') || 'none';
    return refuse('ValueNotFound', `${where} has no revision ${wanted} with a container ${name} in its history; there are ${known}`);
  }
  if (image === container.image)
    return refuse('AlreadyInPlace', `container ${name} of ${where} has the image of revision ${wanted} already`);
  return writeFields(context, [{ path: inContainer(name, 'image'), value: image, live: container.image }], riskOf(workload, revision));
}

function riskOf(workload: Workload, { revision, serving, images }: Workload['history'][number]): RiskFinding {
  const newer = workload.history.filter((candidate) => candidate.revision > revision && !candidate.current);
  if (serving) return { level: 'Low', reasons: [`revision ${revision} is serving now`] };
  if (newer.every((candidate) => Object.entries(candidate.images).every(([name, image]) => images[name] === image))) {
    return { level: 'Low', reasons: [`revision ${revision} is the one before the present`] };
  }
  return { level: 'Medium', reasons: [`revision ${revision} is not the one before the present: ${newer.length} came between`] };
}
