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

/** Of rows that come with their metadata, which weighs about 3 KiB each; without it a row weighs a tenth of that. */
const FIRST_PAGE = 500;
const PAGE = 1_000;
const MOST_ROWS = 25_000;
const MOST_PAGE_BYTES = 64 * 2 ** 20;
/** More namespaces than this are read as one list, with metadata. */
const MOST_NAMESPACES = 100;
const NAMESPACES_AT_ONCE = 8;
const AS_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

interface ApiTable {
  readonly kind?: string;
  readonly metadata?: { readonly continue?: string; readonly remainingItemCount?: number };
  readonly columnDefinitions?: readonly { readonly name: string; readonly format?: string; readonly priority?: number }[];
  readonly rows?: readonly { readonly cells?: readonly unknown[]; readonly object?: ApiMeta | null }[];
  readonly items?: readonly ApiMeta[];
}
interface ApiMeta {
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly creationTimestamp?: string };
}

type Raw = Pick<KubeClient, 'raw'>;

/**
 * Of all namespaces only the metadata of a row says where its object is. So what is long is read namespace by namespace without it, which takes the
 * API server a third of the time.
 */
export async function listTable(client: Raw, kind: ServedKind, wanted: Wanted, options: CallOptions): Promise<Table> {
  if (!kind.namespaced || wanted.namespace !== undefined)
    return listPages(client, kind, wanted, { ...options, bare: true, from: undefined });
  const first = await listPage(client, kind, wanted, { ...options, bare: false, limit: FIRST_PAGE });
  const token = tokenOf(first);
  if (token === undefined) return { columns: columnsOf(first), rows: rowsOf(first), unread: 0 };
  const namespaces = await namespacesOf(client, options);
  if (namespaces !== undefined) return inEach(client, kind, { wanted, namespaces }, options);
  const rest = await listPages(client, kind, wanted, { ...options, bare: false, from: token });
  return { ...rest, rows: [...rowsOf(first), ...rest.rows] };
}

interface Paging extends CallOptions {
  /** Without the metadata of each row. */
  readonly bare: boolean;
  /** Where the pages begin. */
  readonly from: string | undefined;
}

async function listPages(client: Raw, kind: ServedKind, wanted: Wanted, { from, ...paging }: Paging): Promise<Table> {
  const rows: Row[] = [];
  let columns: readonly Column[] = [];
  let token = from;
  do {
    const page = await listPage(client, kind, wanted, { ...paging, limit: PAGE, token });
    columns = columns.length === 0 ? columnsOf(page) : columns;
    rows.push(...rowsOf(page, wanted.namespace));
    token = tokenOf(page);
    if (token !== undefined && rows.length >= MOST_ROWS) return { columns, rows, unread: page.metadata?.remainingItemCount ?? 1 };
  } while (token !== undefined);
  return { columns, rows, unread: 0 };
}

async function inEach(
  client: Raw,
  kind: ServedKind,
  { wanted, namespaces }: { readonly wanted: Wanted; readonly namespaces: readonly string[] },
  options: CallOptions,
): Promise<Table> {
  const tables: Table[] = [];
  let rows = 0;
  for (let at = 0; at < namespaces.length; at += NAMESPACES_AT_ONCE) {
    const some = namespaces.slice(at, at + NAMESPACES_AT_ONCE);
    const read = await Promise.all(
      some.map((namespace) => listPages(client, kind, { ...wanted, namespace }, { ...options, bare: true, from: undefined })),
    );
    tables.push(...read);
    rows += read.reduce((sum, table) => sum + table.rows.length, 0);
    if (rows >= MOST_ROWS) break;
  }
  const unread = tables.reduce((sum, table) => sum + table.unread, 0) + Math.max(0, namespaces.length - tables.length);
  return { columns: tables.find(({ columns }) => columns.length > 0)?.columns ?? [], rows: tables.flatMap((table) => table.rows), unread };
}

/** Undefined where there are too many to ask in each, or they can't be seen. */
async function namespacesOf(client: Raw, options: CallOptions): Promise<readonly string[] | undefined> {
  const path = `/api/v1/namespaces?limit=${MOST_NAMESPACES}&includeObject=None`;
  const page = await ask(client, path, options).catch(() => undefined);
  return page === undefined || tokenOf(page) !== undefined ? undefined : rowsOf(page).map(({ name }) => name);
}

interface Page extends CallOptions {
  readonly bare: boolean;
  readonly limit: number;
  readonly token?: string | undefined;
}

function listPage(
  client: Raw,
  kind: ServedKind,
  { namespace, ...selectors }: Wanted,
  { bare, limit, token, ...options }: Page,
): Promise<ApiTable> {
  const includeObject = bare ? 'None' : undefined;
  return ask(client, collectionPath(kind, namespace, { ...selectors, limit: String(limit), continue: token, includeObject }), options);
}

const tokenOf = ({ metadata }: ApiTable): string | undefined => (metadata?.continue === '' ? undefined : metadata?.continue);

/** One object. Throws what the API server says where there is none. */
export async function getTable(client: Raw, kind: ServedKind, key: Key, options: CallOptions): Promise<Table> {
  const page = await ask(client, objectPath(kind, key), options);
  return { columns: columnsOf(page), rows: rowsOf(page), unread: 0 };
}

function objectPath(kind: ServedKind, { namespace, name }: Key): string {
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

/** @param namespace of rows that come without their metadata */
function rowsOf(page: ApiTable, namespace?: string): Row[] {
  if (page.kind !== 'Table') {
    const objects = page.items ?? [page as ApiMeta];
    return objects.map((object) => rowOf(object, [object.metadata?.name, object.metadata?.creationTimestamp], 0));
  }
  const nameAt = Math.max(0, page.columnDefinitions?.findIndex(({ format }) => format === 'name') ?? 0);
  return (page.rows ?? []).map(({ cells = [], object }) => rowOf(object, cells, nameAt, namespace));
}

function rowOf(object: ApiMeta | null | undefined, cells: readonly unknown[], nameAt: number, within = ''): Row {
  const { name, namespace = within } = object?.metadata ?? {};
  return { namespace, name: name ?? text(cells[nameAt]), cells: cells.map(text) };
}

function text(cell: unknown): string {
  if (cell === null || cell === undefined || cell === '') return '<none>';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

/** `pods`, `deployments.apps` */
export const kindName = (kind: ServedKind): string => resourceName(kind);
