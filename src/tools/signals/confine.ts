/**
 * Who may ask what of metrics and logs: the one rule for queries that people and models write, from docs/queries.md.
 *
 * A query has to narrow what it selects. Where all its selectors are pinned to namespaces, its caller needs the right there; otherwise in the
 * whole cluster. A namespace that is given beside the query is put into every selector that is pinned to none, by its place in the syntax tree.
 */
import type { ResourceAttributes } from '../../kube/access.ts';
import { type Caller, demand } from '../caller.ts';
import { ToolError } from '../errors.ts';
import type { Call } from '../tool.ts';
import { queryError } from './queryError.ts';
import { isNarrow, namespacesOf, type ReadQuery, withMatcher } from './selectors.ts';

export const RIGHT_TO = {
  metrics: { verb: 'get', group: 'metrics.k8s.io', resource: 'pods' },
  /** Traces show requests, as logs do. */
  logs: { verb: 'get', group: '', resource: 'pods', subresource: 'log' },
} as const satisfies Readonly<Record<string, ResourceAttributes>>;

export interface Confinement {
  readonly right: ResourceAttributes;
  /** As the caller gives it beside the query. */
  readonly namespace?: string | undefined;
  /** Under which the source knows namespaces. */
  readonly label?: string | undefined;
  /** What a query that selects too much could be instead. */
  readonly narrower: string;
  /** Reads a query that was made of the one that was given. */
  readonly read: (text: string) => ReadQuery;
}

/** Each of them is asked for; more are no narrowing. */
const MOST_NAMESPACES = 20;

/** The query as it may be sent for this caller. Throws a ToolError, `Invalid` or `Forbidden`, that says what to do. */
export async function confine(query: ReadQuery, confinement: Confinement, call: Pick<Call, 'caller' | 'signal'>): Promise<ReadQuery> {
  const { right, namespace, label = 'namespace', narrower, read } = confinement;
  const wide = query.selectors.find((selector) => !isNarrow(selector));
  if (wide !== undefined) throw queryError(query.text, { at: wide.from, problem: `this selects everything; narrow it, as in ${narrower}` });
  const free = query.selectors.filter((selector) => namespacesOf(selector) === undefined);
  const confined =
    namespace === undefined || free.length === 0 ? query : read(withMatcher(query, free, { label, operator: '=', value: namespace }));
  await demandFor(confined, right, call);
  return confined;
}

async function demandFor(query: ReadQuery, right: ResourceAttributes, call: Pick<Call, 'caller' | 'signal'>): Promise<void> {
  const pinned = query.selectors.map(namespacesOf);
  const namespaces = [...new Set(pinned.flatMap((names) => names ?? []))];
  const isPinned = pinned.every((names) => names !== undefined) && query.selectsByItself === undefined;
  if (isPinned && namespaces.length <= MOST_NAMESPACES) {
    await Promise.all(namespaces.map((namespace) => demand(call, { ...right, namespace })));
    return;
  }
  if (query.selectors.length > 0) await demandEverywhere(right, call, query.selectsByItself);
}

/** For what can be of any namespace. */
export async function demandEverywhere(
  right: ResourceAttributes,
  { caller, signal }: { readonly caller: Caller; readonly signal: AbortSignal },
  selectsByItself?: string,
): Promise<void> {
  await demand({ caller, signal }, right).catch((error: unknown) => {
    if (!(error instanceof ToolError) || error.reason !== 'Forbidden') throw error;
    const what =
      selectsByItself === undefined
        ? 'say which namespace, in the field namespace or in every selector, as in {namespace="shop"}'
        : `ask without ${selectsByItself}(), which reads series of any namespace`;
    throw new ToolError('Forbidden', `${caller.username} may not look across namespaces here: ${what}.`, { cause: error });
  });
}
