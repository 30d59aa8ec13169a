/**
 * SetImage: gives a container an image that the workload ran before.
 *
 * The plan names a revision of the workload's own history, never an image: what is written is read from the live ReplicaSet or ControllerRevision of that
 * number at the time of writing.
 */
import type { Refusal } from '../refusal.ts';
import { refuse } from '../refusal.ts';
import { rolloutAborts, rolloutCriteria } from './criteria.ts';
import { inContainer, writeFields } from './field.ts';
import type { CatalogueEntry, RiskFinding, WriteContext, Written } from './types.ts';

export const setImage: CatalogueEntry = {
  type: 'SetImage',
  summary: 'Sets the image of a container to the one that an earlier revision of the workload ran.',
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
  successCriteria: rolloutCriteria,
  abortCriteria: rolloutAborts,
  write,
};

async function write(context: WriteContext): Promise<Written | Refusal> {
  const { workload, action } = context;
  const { container: name = '', revision: wanted = 0 } = action.setImage ?? {};
  const where = `${workload.kind} ${workload.namespace}/${workload.name}`;
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
  const written = await writeFields(context, [{ path: inContainer(name, 'image'), value: image, live: container.image }]);
  if (written.kind === 'refusal') return written;
  return { ...written, kind: 'written', risk: riskOf(context, revision) };
}

function riskOf({ workload }: WriteContext, { revision, serving, images }: WriteContext['workload']['history'][number]): RiskFinding {
  const newer = workload.history.filter((candidate) => candidate.revision > revision && !candidate.current);
  if (serving) return { level: 'Low', reasons: [`revision ${revision} is serving now`] };
  if (newer.every((candidate) => Object.entries(candidate.images).every(([name, image]) => images[name] === image))) {
    return { level: 'Low', reasons: [`revision ${revision} is the one before the present`] };
  }
  return { level: 'Medium', reasons: [`revision ${revision} is not the one before the present: ${newer.length} came between`] };
}
