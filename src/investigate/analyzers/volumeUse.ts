/**
 * Volumes that are there and do not serve: full, read-only, or closed to the user that the program runs as.
 *
 * Right when the program says so of a path that lies under one of its mounts; a full or read-only place elsewhere is told too, as a hint,
 * since it may be the container's own layer. How full a volume is measured to be counts from 98 %. Disproved by the program writing there.
 * What is refused to it outside its mounts is told by `crashLoop`.
 */
import type { ObjectRef } from '../../crds/common.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { ContainerSpec, Mount, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { type CredibleLine, credibleLines, podNamesOf, podsOf } from '../credibleLines.ts';
import { containerFields, objectFields, podFields } from '../fields.ts';
import type { Analyzer, Finding, Interest } from '../finding.ts';
import { mountNamedIn } from '../mounts.ts';
import { quote } from '../quote.ts';

export const volumeUse: Analyzer = {
  name: 'volumeUse',
  *find(snapshot) {
    for (const line of credibleLines(snapshot)) {
      const found = fromLine(snapshot, line);
      if (found !== undefined) yield found;
    }
    yield* measured(snapshot);
  },
};

const FULL = /no space left on device|\bENOSPC\b|disk quota exceeded|\bEDQUOT\b/iu;
const READ_ONLY = /read-only file ?system|\bEROFS\b/iu;
const DENIED = /permission denied|\bEACCES\b|operation not permitted|access is denied/iu;
const CONNECTS = /\b(?:dial|connect|connection|socket|bind|listen)\b/iu;

const SAYS: Partial<Record<FindingReason, string>> = {
  VolumeFull: 'has no space left',
  VolumeReadOnly: 'is read-only',
  VolumePermissionDenied: 'is closed to the user that it runs as',
};

const curesOf = (reason: FindingReason): Finding['cures'] =>
  reason === 'VolumeFull' ? ['RevertCommit', 'ExpandVolume'] : ['RevertCommit'];

function fromLine(snapshot: Snapshot, line: CredibleLine): Finding | undefined {
  const { owner, container, text } = line;
  const spec = specOf(snapshot, line);
  const named = spec && mountNamedIn(spec, text);
  const mount = named ?? (isOfWorkingFolder(text) ? onlyClaim(spec) : undefined);
  const reason = reasonOf(text, mount);
  if (reason === undefined) return undefined;
  const place = mount ?? (reason === 'VolumeFull' ? onlyClaim(spec) : undefined);
  const where = place === undefined ? 'where it writes' : `volume ${place.volume} at ${place.path}`;
  return {
    analyzer: volumeUse.name,
    reason,
    object: { ...owner, container },
    message: `${owner.kind} ${owner.namespace ?? ''}/${owner.name}: ${where} ${SAYS[reason] ?? ''}: ${quote(text)}.`,
    cures: curesOf(reason),
    evidence: [line.evidence, ...podsOf(snapshot, owner).map(({ evidence }) => evidence)],
    pods: line.beside ? [] : podNamesOf(snapshot, owner),
    indirect: line.beside || place === undefined || (reason === 'VolumePermissionDenied' && named === undefined),
    detail: place?.volume,
    touchedBy: interestOf(owner, spec),
  };
}

/**
 * A file without a folder is one of the program's working folder, and what keeps data works where its volume is: said of one that has no
 * other, it is a hint.
 */
const isOfWorkingFolder = (text: string): boolean => FILE_WORK.test(text) && !ABSOLUTE_PATH.test(text);

const FILE_WORK = /\b(?:open|create|creating|mkdir|write|writing|chmod|chown|rename|lock)\b/iu;
const ABSOLUTE_PATH = /(?:^|[\s"'`(=:])\/[\w.-]/u;

/** What can fill up, where the line does not say what did. */
function onlyClaim(spec: ContainerSpec | undefined): Mount | undefined {
  const [only, another] = (spec?.mounts ?? []).filter(({ claim }) => claim !== undefined);
  return another === undefined ? only : undefined;
}

function interestOf(owner: ObjectRef, spec: ContainerSpec | undefined): Interest {
  const ofPod = podFields(owner, 'volumes', 'securityContext');
  if (spec === undefined) return { direct: ofPod, plausible: [] };
  return {
    direct: [...ofPod, ...containerFields(owner, spec, 'volumeMounts', 'securityContext')],
    plausible: containerFields(owner, spec, 'image', 'command', 'args', 'env'),
  };
}

function reasonOf(text: string, mount: Mount | undefined): FindingReason | undefined {
  if (FULL.test(text)) return 'VolumeFull';
  if (READ_ONLY.test(text)) return 'VolumeReadOnly';
  return mount !== undefined && DENIED.test(text) && !CONNECTS.test(text) ? 'VolumePermissionDenied' : undefined;
}

function specOf(snapshot: Snapshot, { owner, container }: CredibleLine): ContainerSpec | undefined {
  const workload = snapshot.workloads.find(({ ref }) => objectName(ref) === objectName(owner));
  const all = [...podsOf(snapshot, owner).flatMap(({ containers }) => containers), ...(workload?.containers ?? [])];
  return container === undefined ? all[0] : all.find(({ name }) => name === container);
}

const NEARLY_ALL = 0.98;

function* measured({ series }: Snapshot): Iterable<Finding> {
  for (const { object, instance, points, evidence } of series.filter(({ metric }) => metric === 'volumeUsedShare')) {
    const [at, value] = points.at(-1) ?? [0, 0];
    if (value < NEARLY_ALL) continue;
    const full = points.find(([, share]) => share >= NEARLY_ALL)?.[0] ?? at;
    yield {
      analyzer: volumeUse.name,
      reason: 'VolumeFull',
      object,
      message: `${objectName(object)}: volume ${instance ?? ''} is ${Math.round(value * 100)} % full.`,
      cures: ['ExpandVolume'],
      evidence: [evidence],
      pods: [],
      since: full,
      indirect: true,
      detail: instance,
      touchedBy: { direct: objectFields(object, 'spec'), plausible: [] },
    };
  }
}
