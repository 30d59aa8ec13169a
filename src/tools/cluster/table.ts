/**
 * Objects as the API server itself prints them: the columns that kubectl shows, for any kind, at a fraction of what the objects weigh.
 *
 * Read page by page, so that memory stays bounded; of very many the first are read and how many were left is said.
 */
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { ConnectionError } from '../../kube/errors.ts';
import { apiVersionOf, type Key, resourceName } from '../../kube/object.ts';
import type { ServedKind } from './kinds.ts';

export interface Column {
  readonly name: string;
  /** Only in the wide output. */
  readonly wide: boolean;
}

export interface Row {
  readonly namespace: string;
  readonly name: string;
  /** As the API server printed them; not cleaned. */
  readonly cells: readonly string[];
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Objects that were not read. */
  readonly unread: number;
}

export interface Wanted {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** Rows of a page weigh about 3 KiB each. */
const PAGE = 1_000;
const MOST_ROWS = 25_000;
const MOST_PAGE_BYTES = 64 * 2 ** 20;
const AS_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

interface ApiTable {
  readonly kind?: string;
  readonly metadata?: { readonly continue?: string; readonly remainingItemCount?: number };
  readonly columnDefinitions?: readonly { readonly name: string; readonly priority?: number }[];
  readonly rows?: readonly { readonly cells?: readonly unknown[]; readonly object?: ApiMeta }[];
  readonly items?: readonly ApiMeta[];
}
interface ApiMeta {
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly creationTimestamp?: string };
}

type Raw = Pick<KubeClient, 'raw'>;

export async function listTable(client: Raw, kind: ServedKind, wanted: Wanted, options: CallOptions): Promise<Table> {
  const rows: Row[] = [];
  let columns: readonly Column[] = [];
  let token: string | undefined;
  do {
    const { namespace, ...selectors } = wanted;
    const path = collectionPath(kind, namespace, { ...selectors, limit: String(PAGE), continue: token });
    const page = await ask(client, path, options);
    columns = columns.length === 0 ? columnsOf(page) : columns;
    rows.push(...rowsOf(page));
    token = page.metadata?.continue === '' ? undefined : page.metadata?.continue;
    if (token !== undefined && rows.length >= MOST_ROWS) return { columns, rows, unread: page.metadata?.remainingItemCount ?? 1 };
  } while (token !== undefined);
  return { columns, rows, unread: 0 };
}

/** One object. Throws what the API server says where there is none. */
export async function getTable(client: Raw, kind: ServedKind, key: Key, options: CallOptions): Promise<Table> {
  const page = await ask(client, objectPath(kind, key), options);
  return { columns: columnsOf(page), rows: rowsOf(page), unread: 0 };
}

export function objectPath(kind: ServedKind, { namespace, name }: Key): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}

function collectionPath(kind: ServedKind, namespace?: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const root = `/${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;
  const scope = kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const set = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${root}${scope}/${kind.plural}${set.length === 0 ? '' : `?${new URLSearchParams(set).toString()}`}`;
}

async function ask(client: Raw, path: string, options: CallOptions): Promise<ApiTable> {
  const page = await client.raw('GET', path, undefined, { ...options, accept: AS_TABLE, maxBytes: MOST_PAGE_BYTES });
  if (typeof page !== 'object' || page === null) throw new ConnectionError(`GET ${path}: the answer is no object`, 'malformed');
  return page;
}

/** What serves no tables gets the columns that all objects have. */
const PLAIN: readonly Column[] = [
  { name: 'Name', wide: false },
  { name: 'Created At', wide: false },
];

const columnsOf = ({ kind, columnDefinitions = [] }: ApiTable): readonly Column[] =>
  kind === 'Table' ? columnDefinitions.map(({ name, priority = 0 }) => ({ name, wide: priority > 0 })) : PLAIN;

function rowsOf(page: ApiTable): Row[] {
  if (page.kind === 'Table') return (page.rows ?? []).map(({ cells = [], object }) => rowOf(object, cells));
  const objects = page.items ?? [page as ApiMeta];
  return objects.map((object) => rowOf(object, [object.metadata?.name, object.metadata?.creationTimestamp]));
}

function rowOf(object: ApiMeta | undefined, cells: readonly unknown[]): Row {
  const { name, namespace = '' } = object?.metadata ?? {};
  return { namespace, name: name ?? text(cells[0]), cells: cells.map(text) };
}

function text(cell: unknown): string {
  if (cell === null || cell === undefined || cell === '') return '<none>';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

/** `pods`, `deployments.apps` */
export const kindName = (kind: ServedKind): string => resourceName(kind);
