/**
 * Reads of the API server on behalf of one investigation: each within a time limit, few at once, all counted against a budget.
 *
 * A read that fails becomes a gap and the answer `unseen`; it is never thrown, and never taken for "there is none". Only a
 * failure to look is a gap: an object that the API server says does not exist is `absent`, which is a fact.
 */
import type { Clock } from '../../clock.ts';
import type { Gap } from '../../crds/investigation.ts';
import type { CallOptions, KubeClient, LogOptions, Selection } from '../../kube/client.ts';
import { apiErrorIn, isNotFound } from '../../kube/errors.ts';
import { type Key, type KubeObject, keyString, type ResourceType, resourceName } from '../../kube/object.ts';
import type { CallBudget } from '../budget.ts';
import { gapOf, SourceError } from '../gap.ts';

export type Seen<T> = { readonly kind: 'found'; readonly object: T } | { readonly kind: 'absent' } | { readonly kind: 'unseen' };

export interface Reader {
  get<T extends KubeObject>(resource: ResourceType<T>, key: Key): Promise<Seen<T>>;
  /** Undefined when it could not be read. */
  list<T extends KubeObject>(resource: ResourceType<T>, selection: Selection): Promise<readonly T[] | undefined>;
  /** The same of a kind that not every cluster has: empty, and no gap, where it is not served. */
  listServed<T extends KubeObject>(resource: ResourceType<T>, selection: Selection): Promise<readonly T[]>;
  /** Undefined when it could not be read; empty when the container has said nothing. */
  logs(namespace: string, pod: string, options: LogOptions): Promise<string | undefined>;
  readonly gaps: readonly Gap[];
}

export interface ReaderOptions {
  readonly kube: KubeClient;
  readonly budget: CallBudget;
  readonly signal: AbortSignal;
  /** To ask again for a log that the kubelet could not find just then; absent: it is asked once. */
  readonly clock?: Pick<Clock, 'sleep'> | undefined;
}

export const KUBERNETES = 'kubernetes';
const CALL_TIMEOUT_MS = 5_000;
/** A container's log is read through its node, which may be the very thing that is ill. */
const LOG_TIMEOUT_MS = 4_000;

export function createReader({ kube, budget, signal, clock }: ReaderOptions): Reader {
  const gaps: Gap[] = [];

  /** Undefined when it failed. */
  async function attempt<T>(
    tried: string,
    timeoutMs: number,
    call: (options: CallOptions) => Promise<T>,
  ): Promise<{ readonly value: T } | undefined> {
    try {
      return { value: await budget.spend(() => call({ signal, timeoutMs })) };
    } catch (error) {
      gaps.push(gapOf(KUBERNETES, tried, signal.aborted ? outOfTime(error) : error));
      return undefined;
    }
  }

  return {
    gaps,
    async get(resource, key) {
      const tried = `get ${resource.kind} ${keyString(key)}`;
      const result = await attempt(tried, CALL_TIMEOUT_MS, (options) => kube.get(resource, key, options));
      if (result === undefined) return { kind: 'unseen' };
      return result.value === undefined ? { kind: 'absent' } : { kind: 'found', object: result.value };
    },
    async list(resource, selection) {
      const tried = `list ${resourceName(resource)} in ${selection.namespace ?? 'all namespaces'}`;
      const result = await attempt(tried, CALL_TIMEOUT_MS, (options) => kube.list(resource, { ...selection, ...options }));
      return result?.value.items;
    },
    async listServed(resource, selection) {
      const tried = `list ${resourceName(resource)} in ${selection.namespace ?? 'all namespaces'}`;
      const result = await attempt(tried, CALL_TIMEOUT_MS, (options) =>
        kube.list(resource, { ...selection, ...options }).catch((error: unknown) => {
          if (isNotFound(error)) return { items: [] };
          throw error;
        }),
      );
      return result?.value.items ?? [];
    },
    async logs(namespace, pod, options) {
      const which = options.previous === true ? 'previous log' : 'log';
      const tried = `read the ${which} of ${namespace}/${pod} ${options.container ?? ''}`.trimEnd();
      const ask = async (limits: CallOptions): Promise<string> => {
        const answer = (): Promise<string> => kube.logs(namespace, pod, { ...options, ...limits }).catch(notKept);
        const pauses = clock === undefined ? 0 : ASK_AGAIN;
        for (let again = 0; again < pauses; again += 1) {
          const text = await answer();
          if (!isExcuse(text)) return text;
          await clock?.sleep(ASK_AGAIN_MS, signal);
        }
        return ofTheProgram(await answer());
      };
      return (await attempt(tried, LOG_TIMEOUT_MS, ask))?.value;
    },
  };
}

/** The API server's answer for a run of a container that its node has forgotten, or that has not begun. */
function notKept(error: unknown): never {
  if (apiErrorIn(error)?.status === 400) throw new SourceError('NotFound', 'its node does not hold it', { cause: error });
  throw error;
}

/**
 * Of a run that it has just forgotten, the kubelet says so in the place of the log, with a 200: it had begun to answer. These are its words, and all
 * that there is; a program that says more is quoted. What it knows of the pod lags behind what runs by a second or two: then it has another log.
 */
const EXCUSE =
  /^(?:unable to retrieve container logs for [\w-]+:\/\/\w+|failed to try resolving symlinks in path "\/var\/log\/pods\/[^"\n]{1,1000}": .{1,1000})$/u;

const ASK_AGAIN = 2;
const ASK_AGAIN_MS = 1_000;

const isExcuse = (text: string): boolean => EXCUSE.test(text.trim());

function ofTheProgram(text: string): string {
  if (isExcuse(text)) throw new SourceError('NotFound', 'its node does not hold it any more');
  return text;
}

const outOfTime = (cause: unknown): SourceError => new SourceError('TimedOut', 'the time of this investigation was up', { cause });
