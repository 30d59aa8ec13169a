/**
 * The lines that a selector means, with those of as long before: from the pods as far as they are there, else from a store of logs. Read once the
 * caller may read them and that is on record.
 */
import type { Clock } from '../../clock.ts';
import { POSSIBLE_OBJECT_NAME } from '../../domain/kubernetesNames.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ApiPod } from '../../sources/kubernetes/api.ts';
import { serviceObjects } from '../../sources/kubernetes/networkApi.ts';
import type { LogsPort } from '../../sources/logs.ts';
import { podPatternOf } from '../../sources/signals/subject.ts';
import type { Cleaner } from '../../sources/text.ts';
import { earlier, type TimeWindow } from '../../sources/window.ts';
import { type PodSelection, selectPods } from '../cluster/logs/pods.ts';
import type { LogRecord } from '../cluster/logs/record.ts';
import { ToolError, troubleOf } from '../errors.ts';
import type { Call } from '../tool.ts';
import type { LogText } from './analyse.ts';
import { readPodLogs } from './podLogs.ts';
import { readStoredLogs } from './storedLogs.ts';

export interface CollectDeps {
  readonly client: KubeClient;
  readonly cleaner: Cleaner;
  readonly logRecord: LogRecord;
  readonly stores: readonly LogsPort[];
  readonly clock: Pick<Clock, 'now'>;
}

export interface LogSelector {
  readonly namespace: string;
  /** Of a Service, a workload or an application. */
  readonly service?: string | undefined;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
}

export interface Collected {
  readonly source: string;
  readonly now: LogText;
  readonly before?: LogText | undefined;
  readonly comparedWith?: TimeWindow | undefined;
  readonly notes: readonly string[];
}

interface Windows {
  readonly window: TimeWindow;
  readonly before: TimeWindow;
}

/** Fewer lines say nothing of what is usual. */
const LEAST_BEFORE = 20;

export async function collectLogs(deps: CollectDeps, selector: LogSelector, window: TimeWindow, call: Call): Promise<Collected> {
  checkNames(selector);
  const windows = { window, before: earlier(window.end - window.start, window) };
  const found = await podsMeant(deps, selector, call).catch((error: unknown) => {
    // Who has no pods any more may still have logs in a store.
    if (error instanceof ToolError && error.reason === 'NotFound' && deps.stores.length > 0) return error;
    throw error;
  });
  const pods = found instanceof ToolError ? [] : found;
  const names = pods.length === 0 && selector.pod !== undefined ? [selector.pod] : pods.map(({ metadata }) => metadata.name);
  await deps.logRecord.admit(call, {
    namespace: selector.namespace,
    pods: names,
    what: `analysis of ${selector.pod ?? selector.service ?? ''}`,
  });
  const live = pods.length === 0 ? undefined : await fromPods(deps, pods, { selector, ...windows }, call);
  if (live !== undefined && live.now.text !== '') return live;
  const stored = await fromStores(deps, selector, windows, call.signal);
  if (stored !== undefined) return { ...stored, notes: [...(live?.notes ?? []), ...stored.notes] };
  if (live !== undefined) return live;
  throw found instanceof ToolError ? found : new ToolError('NotFound', 'No log was found.');
}

function checkNames({ namespace, service, pod }: LogSelector): void {
  const names = { namespace, service_name: service, pod };
  for (const [field, name] of Object.entries(names)) {
    if (name === undefined || POSSIBLE_OBJECT_NAME.test(name)) continue;
    const problem = 'this cannot be a name in Kubernetes';
    throw new ToolError('Invalid', `${field}: ${problem}`, { problems: [{ field, problem }] });
  }
}

/** A pod or workload of that name, else what a Service of that name leads to, else what has it as a label. Throws `NotFound` of the first. */
async function podsMeant(deps: CollectDeps, { namespace, service, pod }: LogSelector, call: Call): Promise<readonly ApiPod[]> {
  const name = pod ?? service ?? '';
  const aService = { ...serviceObjects, singular: '', shortNames: [], verbs: [] };
  const others: readonly PodSelection[] =
    service === undefined
      ? []
      : [
          { namespace, name, kind: aService },
          ...['app.kubernetes.io/name', 'app', 'k8s-app'].map((label) => ({ namespace, labelSelector: `${label}=${name}` })),
        ];
  try {
    return await selectPods(deps, { namespace, name }, call);
  } catch (error) {
    if (!(error instanceof ToolError) || error.reason !== 'NotFound') throw error;
    for (const other of others) {
      const found = await selectPods(deps, other, call).catch(() => []);
      if (found.length > 0) return found;
    }
    throw error;
  }
}

async function fromPods(
  { client, clock }: CollectDeps,
  pods: readonly ApiPod[],
  { selector, window, before }: Windows & { readonly selector: LogSelector },
  { signal, progress }: Call,
): Promise<Collected> {
  progress?.(0, undefined, `reading the logs of ${pods.length === 1 ? 'a pod' : `${pods.length} pods`}`);
  const read = await readPodLogs(pods, { client, window, before, now: clock.now(), container: selector.container, signal });
  const seconds = (window.end - window.start) / 1000;
  const isCompared = hasLines(read.before, LEAST_BEFORE);
  const names = pods.length === 1 ? `pod ${pods[0]?.metadata.name ?? ''}` : `${pods.length} pods`;
  return {
    source: `Logs of ${names} (${read.containers === 1 ? '1 container' : `${read.containers} containers`})`,
    now: { text: read.now, seconds },
    before: isCompared ? { text: read.before, seconds } : undefined,
    comparedWith: isCompared ? before : undefined,
    notes: read.notes,
  };
}

async function fromStores(
  { stores }: CollectDeps,
  { namespace, service = '', pod, container }: LogSelector,
  windows: Windows,
  signal: AbortSignal,
): Promise<Collected | undefined> {
  const podPattern = pod === undefined ? podPatternOf({ kind: '', name: service }) : undefined;
  const query = { namespace, pods: pod === undefined ? undefined : [pod], podPattern, container };
  const stored = await readStoredLogs(stores, query, windows, signal).catch((error: unknown) => {
    throw troubleOf('read the stored logs', error);
  });
  if (stored === undefined) return undefined;
  const { source, now, before, notes } = stored;
  return { source: `Logs of ${namespace}/${pod ?? service} in ${source}`, now, before, notes, comparedWith: before && windows.before };
}

function hasLines(text: string, least: number): boolean {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1 && lines < least; at = text.indexOf('\n', at + 1)) lines++;
  return lines >= least;
}
