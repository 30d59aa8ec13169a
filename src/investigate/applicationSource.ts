/**
 * Commits to the application behind a finding: what came with a new image, and who last changed the lines that the stack traces name.
 *
 * Asked only for a container whose image a rollout changed, or whose log has frames, and only where its objects or the configuration say which
 * commit the image was built from. A new commit that last changed a line of the trace changed the image, and so can be linked; others are told.
 */
import type { Gap } from '../crds/investigation.ts';
import { framesIn, type StackFrame } from '../sources/applicationSource/frames.ts';
import { type FrameChange, gatherSource, type SourceFindings } from '../sources/applicationSource/gather.ts';
import { type KnownSource, originOf } from '../sources/applicationSource/origin.ts';
import type { SourceCommit, SourcePort, SourceRef } from '../sources/applicationSource/port.ts';
import type { FieldChange, ObservedChange } from '../sources/changes.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import type { Finding } from './finding.ts';
import { marksOf, templatesWith } from './imageMarks.ts';
import type { ChangeRun } from './whatChanged.ts';

export interface ApplicationSources {
  readonly port: SourcePort;
  /** Repositories of images, by configuration. */
  readonly known: readonly KnownSource[];
}

interface Reason {
  readonly found: readonly Finding[];
  readonly rollouts: readonly ObservedChange[];
}

interface Sourced {
  readonly changes: readonly ObservedChange[];
  readonly gaps: readonly Gap[];
}

const MOST_CONTAINERS = 2;
const MOST_FRAMES = 5;
const MOST_COMMITS = 3;

export async function sourceCommitsOf(sources: ApplicationSources, run: ChangeRun, around: Snapshot, why: Reason): Promise<Sourced> {
  const questions = questionsOf(sources, run, around, why).slice(0, MOST_CONTAINERS);
  const answers = await Promise.all(
    questions.map(async (question) => {
      const { budget, cleaner, signal } = run;
      return changesIn(question, await gatherSource({ source: sources.port, budget, cleaner, signal }, question));
    }),
  );
  const changes = new Map(answers.flatMap((answer) => answer.changes).map((change) => [change.key, change]));
  return { changes: [...changes.values()], gaps: answers.flatMap(({ gaps }) => gaps) };
}

interface Question {
  readonly workload: Workload;
  readonly rollout?: ObservedChange | undefined;
  /** The image in the rollout that changed it. */
  readonly image?: FieldChange | undefined;
  readonly frames: readonly StackFrame[];
  readonly present: SourceRef;
  readonly lastGood?: SourceRef | undefined;
}

function questionsOf({ known }: ApplicationSources, { seen }: ChangeRun, around: Snapshot, { found, rollouts }: Reason): Question[] {
  const asked = new Map(found.map((finding) => [`${objectName(finding.object)}#${finding.object.container ?? ''}`, finding]));
  return [...asked.values()].flatMap(({ object, pods }): Question[] => {
    const workload = around.workloads.find(({ ref }) => objectName(ref) === objectName(object));
    const container = workload?.containers.find(({ name, role }) =>
      object.container === undefined ? role === 'app' : name === object.container,
    );
    if (workload === undefined || container === undefined) return [];
    const isImage = ({ path }: FieldChange): boolean => path.endsWith(`[${container.name}].image`);
    const rollout = rollouts.find((one) => objectName(one.workload) === objectName(object) && one.fields.some(isImage));
    const image = rollout?.fields.find(isImage);
    const frames = framesIn(linesOf(around, pods, container.name, workload), MOST_FRAMES);
    if (image === undefined && frames.length === 0) return [];
    const marks = marksOf(seen.find(objectName(object)));
    const present = originOf({ image: container.image, marks, known });
    if (present === undefined) return [];
    const before = image?.before;
    const template = before === undefined ? undefined : templatesWith(seen, workload.ref, container.name, before)[0];
    const lastGood =
      before === undefined ? undefined : originOf({ image: before, marks: [...marksOf(template), sourceMark(present)], known });
    return [{ workload, rollout, image, frames, present, lastGood }];
  });
}

const sourceMark = ({ repository }: SourceRef): Readonly<Record<string, string>> => ({ 'org.opencontainers.image.source': repository });

/** What the container said before it ended, and what it says. */
function linesOf({ pods, errorLines }: Snapshot, names: readonly string[], container: string, { ref }: Workload): readonly string[] {
  const logs = pods
    .filter(({ name }) => names.includes(name))
    .flatMap(({ containers }) => containers.filter(({ name }) => name === container))
    .flatMap(({ logs: { previous, current } }) => [...(previous?.lines ?? []), ...(current?.lines ?? [])]);
  const errors = errorLines
    .filter(({ owner }) => objectName(owner) === objectName(ref))
    .flatMap(({ lines }) => lines.map(({ text }) => text));
  return [...logs, ...errors];
}

function changesIn(question: Question, { comparison, frames, gaps }: SourceFindings): Sourced {
  const places = new Map(frames.toReversed().map((one) => [one.change.commit.commit, one]));
  const fresh = comparison === undefined || comparison.direction === 'back' ? [] : comparison.commits.slice(0, MOST_COMMITS);
  const commits = new Map([...fresh, ...frames.map(({ change }) => change.commit)].map((commit) => [commit.commit, commit]));
  return { changes: [...commits.values()].map((commit) => changeOf(question, commit, places.get(commit.commit))), gaps };
}

function changeOf({ workload, rollout, image, present }: Question, commit: SourceCommit, traced: FrameChange | undefined): ObservedChange {
  const key = `source/${commit.commit}`;
  const change = traced?.change;
  return {
    kind: 'SourceCommit',
    key,
    at: traced?.isNew === false ? commit.at : (rollout?.at ?? commit.at),
    workload: workload.ref,
    summary: commit.subject,
    author: commit.author,
    authoredAt: commit.at,
    repository: present.repository,
    commit: commit.commit,
    fields: traced?.isNew === true && image !== undefined ? [image] : [],
    fieldsKnown: true,
    place: change && `${change.path}${change.exact === 'line' ? ` line ${change.line}` : ''}`,
    detail: change?.text ?? '',
    evidence: key,
  };
}
