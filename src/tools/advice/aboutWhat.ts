/**
 * What somebody's words are about: an alert with its labels, as intake would read it, of a workload that is there; or why they are no report of trouble.
 *
 * A service that is named and is not there, or could be several, is asked back: an Incident about nothing helps nobody.
 */
import { type KnownService, type NoAlert, readChatMessage, type TextAlert } from '../../intake/freeText/readChatMessage.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ToolError } from '../errors.ts';
import type { FoundWorkload, WorkloadFinder } from '../signals/findWorkload.ts';
import type { Call } from '../tool.ts';
import { workloadsIn } from './workloads.ts';

export interface Words {
  readonly description?: string | undefined;
  /** Of an alert, as it has them: then nothing is read out of words. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly service?: string | undefined;
  readonly namespace?: string | undefined;
}

export interface AboutWhat {
  /** Absent: the words report no trouble. */
  readonly alert?: { readonly labels: Readonly<Record<string, string>>; readonly summary: string; readonly startsAt: number } | undefined;
  /** What is meant, where it is a workload. */
  readonly workload?: FoundWorkload | undefined;
  /** Names under which Incidents may have it. */
  readonly names: readonly string[];
  readonly namespace?: string | undefined;
  /** Why there is no alert. */
  readonly whyNot?: string | undefined;
}

const WHY_NOT = {
  Empty: 'nothing is said',
  NothingWrong: 'nothing in it says what is wrong',
  Question: 'it is a question',
  Past: 'it tells of what is over',
  Planned: 'it tells of what is planned',
  NoSubject: 'it does not say which service it is about',
} as const;

type Labels = Readonly<Record<string, string>>;

/** Labels of what is no workload, and needs none to be looked at. */
const OTHER_TARGETS = ['node', 'persistentvolumeclaim', 'cronjob', 'job_name', 'ingress', 'pod'] as const;

export interface AboutDeps {
  readonly client: Pick<KubeClient, 'list'>;
  readonly workloads: WorkloadFinder;
}

export async function aboutWhat(words: Words, deps: AboutDeps, now: number, call: Call): Promise<AboutWhat> {
  const { description = '', labels, service, namespace } = words;
  if (labels !== undefined) {
    const named = withNamespace(labels, namespace);
    const workload = service === undefined ? undefined : await deps.workloads.find(service, namespace, call);
    return { ...placeOf(workload, named), alert: { labels: placed(workload, named), summary: description, startsAt: now } };
  }
  const read = readChatMessage(description, { now, services: await known(words, deps, call) });
  const said = read.kind === 'alert' ? read : undefined;
  const named = withNamespace(said?.labels ?? {}, namespace);
  const about = placeOf(await workloadOf({ service, namespace, said, labels: named }, deps.workloads, call), named);
  const whyNot = whyNone(read);
  if (said === undefined || whyNot !== undefined) return { ...about, whyNot };
  return {
    ...about,
    alert: { labels: placed(about.workload, named), summary: said.summary, startsAt: Math.min(said.startsAt ?? now, now) },
  };
}

const withNamespace = (labels: Labels, namespace: string | undefined): Labels =>
  namespace === undefined ? labels : { ...labels, namespace };

const placeOf = (workload: FoundWorkload | undefined, labels: Labels): Pick<AboutWhat, 'workload' | 'names' | 'namespace'> => ({
  workload,
  names: namesOf(workload, labels),
  namespace: workload?.namespace ?? labels['namespace'],
});

/** What the words may name: what the caller has said, else what they may see. */
async function known({ service, namespace }: Words, { client }: AboutDeps, call: Call): Promise<readonly KnownService[]> {
  if (service !== undefined) return namespace === undefined ? [] : [{ name: service, namespace }];
  const found = await workloadsIn(client, { namespace, services: [] }, call).catch((error: unknown) => {
    if (error instanceof ToolError && !call.signal.aborted) return [];
    throw error;
  });
  return found.map((one) => ({ namespace: one.namespace, name: one.name }));
}

function whyNone(read: TextAlert | NoAlert): string | undefined {
  if (read.kind === 'notAnAlert') return WHY_NOT[read.why];
  return read.status === 'resolved' ? 'it says that something is over' : undefined;
}

interface Said {
  readonly service: string | undefined;
  readonly namespace: string | undefined;
  readonly said: TextAlert | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Throws a ToolError with the nearest names, or with those that it can be. */
async function workloadOf(
  { service, namespace, said, labels }: Said,
  finder: WorkloadFinder,
  call: Call,
): Promise<FoundWorkload | undefined> {
  if (service !== undefined) return finder.find(service, namespace, call);
  if (said?.subject === undefined || OTHER_TARGETS.some((label) => labels[label] !== undefined)) return undefined;
  return finder.find(said.subject.name, namespace ?? said.subject.namespace, call);
}

/** As rules label it: a workload that no Service of that name is in front of is not called one. */
function placed(workload: FoundWorkload | undefined, labels: Labels): Labels {
  if (workload === undefined) return labels;
  const label = { Deployment: 'deployment', StatefulSet: 'statefulset', DaemonSet: 'daemonset' }[workload.kind];
  const { service, ...others } = labels;
  const isService = service !== undefined && workload.services.includes(service);
  const isNamed = isService || ['deployment', 'statefulset', 'daemonset', 'pod', 'workload'].some((one) => others[one] !== undefined);
  return { ...(isService ? labels : others), namespace: workload.namespace, ...(isNamed ? {} : { [label]: workload.name }) };
}

function namesOf(workload: FoundWorkload | undefined, labels: Labels): string[] {
  const own = workload === undefined ? [] : [workload.name, ...workload.services];
  const told = ['deployment', 'statefulset', 'daemonset', 'service', 'workload', ...OTHER_TARGETS].flatMap((label) => labels[label] ?? []);
  return [...new Set([...own, ...told])];
}
