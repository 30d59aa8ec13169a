/** `kubectl_get`: objects of any kind as kubectl lists them, what fails first, within what a model can read. */
import { z } from 'zod';
import { closest } from '../../analysis/similarity.ts';
import { isNotFound } from '../../kube/errors.ts';
import { ToolError } from '../errors.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { inColumns } from './columnsText.ts';
import { CALL_TIMEOUT_MS, type ClusterDeps } from './deps.ts';
import { nameField, namespaceField, selectorField } from './fields.ts';
import type { ServedKind } from './kinds.ts';
import { objectText } from './objectText.ts';
import { demandKind, inWords, look } from './reading.ts';
import { byState, countStates, orderRows, type StatedRow } from './rows.ts';
import { getTable, kindName, listTable, type Table } from './table.ts';

const USUAL_ROWS = 40;
/** About 3,500 tokens; who asks for more rows than usual gets more. */
const MOST_CHARACTERS = 7_500;
const MOST_CHARACTERS_ASKED_FOR = 40_000;
const LONGEST_CELL = 120;

const input = z.object({
  resource: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .describe('Kind: plural, singular, short name or Kind, such as pods, deploy, certificates.cert-manager.io.'),
  name: nameField.describe('One object; absent: a list.'),
  namespace: namespaceField.describe('Absent: all namespaces.'),
  labelSelector: selectorField.describe('Such as app=cart,tier!=cache.'),
  fieldSelector: selectorField.describe('Such as spec.nodeName=node-1.'),
  status: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .optional()
    .describe('Only rows in this state, such as CrashLoopBackOff, or: failing, waiting, well, finished.'),
  output: z
    .enum(['table', 'wide', 'yaml'])
    .default('table')
    .describe('`wide` has more columns; `yaml` shows one object whole, without secrets.'),
  limit: z.int().min(1).max(500).default(USUAL_ROWS).describe('Rows, at most.'),
  continue: z
    .string()
    .regex(/^\d{1,9}$/u, 'is not what an earlier answer gave')
    .optional()
    .describe('From an earlier answer: the rows after those.'),
});
type Input = z.output<typeof input>;

const output = z.object({
  resource: z.string(),
  namespace: z.string().optional(),
  total: z.int().describe('Objects that were found.'),
  states: z
    .array(z.object({ state: z.string(), rank: z.string(), count: z.int() }))
    .describe('How many are in which state, the failing first.'),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string())).describe('The failing first.'),
  remaining: z.int().describe('Rows after these.'),
  continue: z.string().optional().describe('Gives the rows after these.'),
  unread: z.int().optional().describe('At least so many were not looked at; narrow the question.'),
  object: z.unknown().optional().describe('The object whole, for output yaml.'),
});
type Output = z.input<typeof output>;

export function kubectlGetTool(deps: ClusterDeps): Tool {
  return defineTool({
    name: 'kubectl_get',
    title: 'List or get objects',
    description:
      'Lists objects of any kind that the cluster serves (pods, deployments, nodes, events, custom resources), with totals by state and what fails first; or shows one. Secrets are never shown. For why one object is ill take kubectl_describe.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: async (asked, call) => {
      const kind = await deps.kinds.find(asked.resource, call.signal);
      if (asked.output === 'yaml') return asYaml(deps, kind, asked, call);
      return asTable(deps, kind, asked, await read(deps, kind, asked, call));
    },
  });
}

/** One that is named without its namespace is looked for in all of them. */
async function read(deps: ClusterDeps, kind: ServedKind, asked: Input, call: Call): Promise<Table> {
  const { client, cleaner } = deps;
  const { name, namespace, labelSelector } = asked;
  const isOne = name !== undefined && (namespace !== undefined || !kind.namespaced);
  const place = { namespace, name: isOne ? name : undefined };
  await demandKind(call, kind, place);
  const options = { signal: call.signal, timeoutMs: CALL_TIMEOUT_MS };
  const tried = inWords(isOne ? 'get' : 'list', kind, { namespace, name });
  const table = await look(tried, kind, cleaner, async () => {
    if (isOne) return getTable(client, kind, { name, ...(namespace === undefined ? {} : { namespace }) }, options).catch(orEmpty);
    const byName = name === undefined ? [] : [`metadata.name=${name}`];
    const fieldSelector = [...byName, ...(asked.fieldSelector === undefined ? [] : [asked.fieldSelector])].join(',');
    return listTable(client, kind, { namespace, labelSelector, fieldSelector: fieldSelector === '' ? undefined : fieldSelector }, options);
  });
  if (name === undefined || table.rows.length > 0) return table;
  throw await notFound(deps, kind, { name, namespace }, call);
}

function orEmpty(error: unknown): Table {
  if (isNotFound(error)) return { columns: [], rows: [], unread: 0 };
  throw error;
}

/** With the nearest names, for who may list them. */
export async function notFound(
  { client, cleaner }: Pick<ClusterDeps, 'client' | 'cleaner'>,
  kind: ServedKind,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
  call: Call,
): Promise<ToolError> {
  const where = kind.namespaced ? ` in ${namespace === undefined ? 'any namespace' : `namespace ${namespace}`}` : '';
  const near = await demandKind(call, kind, { namespace })
    .then(() => listTable(client, kind, { namespace }, { signal: call.signal, timeoutMs: CALL_TIMEOUT_MS }))
    .then(({ rows }) => closest(name, [...new Set(rows.map((row) => row.name))], 4))
    .catch((): string[] => []);
  const advice =
    near.length === 0 ? 'check the name and the namespace.' : `did you mean ${near.map((one) => cleaner.line(one)).join(', ')}?`;
  return new ToolError('NotFound', `There is no ${kind.kind} ${name}${where}; ${advice}`);
}

function asTable(deps: ClusterDeps, kind: ServedKind, asked: Input, table: Table): Answer<Output> {
  const { status, limit, namespace } = asked;
  const ordered = orderRows(kind.plural, table, status);
  const from = Number(asked.continue ?? 0);
  const next = ordered.slice(from, from + limit);
  const printed = printer(deps, kind, asked, table);
  const most = limit > USUAL_ROWS ? MOST_CHARACTERS_ASKED_FOR : MOST_CHARACTERS;
  const { shown } = inColumns(printed.header, next.map(printed.cells), most);
  const page = byState(next.slice(0, shown));
  const remaining = Math.max(0, ordered.length - from - shown);
  const states = countStates(ordered).map(({ state, count }) => ({ state: deps.cleaner.line(state.label, 64), rank: state.rank, count }));
  const data = {
    resource: kindName(kind),
    ...(namespace === undefined ? {} : { namespace }),
    total: ordered.length,
    states: states.filter(({ state }) => state !== ''),
    columns: [...printed.header],
    rows: page.map((row) => [...printed.cells(row)]),
    remaining,
    ...(remaining === 0 ? {} : { continue: String(from + shown) }),
    ...(table.unread === 0 ? {} : { unread: table.unread }),
  };
  const lines = shown === 0 ? [] : inColumns(data.columns, data.rows, Number.POSITIVE_INFINITY).lines;
  return { text: [headline(kind, asked, data), ...lines, ...restOf(asked, data)].join('\n'), data };
}

function headline(kind: ServedKind, { namespace, status }: Input, { total, states }: Output): string {
  const where = kind.namespaced ? ` in ${namespace ?? 'all namespaces'}` : '';
  const only = status === undefined ? '' : ` with status ${status}`;
  const counted = states.map(({ state, count }) => `${count} ${state}`).join(', ');
  return `${total} ${kindName(kind)}${where}${only}${total === 0 || counted === '' ? '' : `: ${counted}`}`;
}

function restOf({ limit }: Input, { remaining, continue: next, unread, total }: Output): readonly string[] {
  const more =
    remaining === 0
      ? []
      : [
          `${remaining} more: continue="${next}"${limit < 500 ? ', or a higher limit' : ''}; or narrow by namespace, labelSelector or status.`,
        ];
  const beyond =
    unread === undefined
      ? []
      : [`Only the first ${total} were looked at, and others are not counted: narrow by namespace or labelSelector.`];
  return [...more, ...beyond];
}

interface Printer {
  readonly header: readonly string[];
  readonly cells: (row: StatedRow) => readonly string[];
}

function printer({ cleaner }: ClusterDeps, kind: ServedKind, { namespace, output: form }: Input, { columns }: Table): Printer {
  const shown = columns.map((column, at) => ({ ...column, at })).filter(({ wide }) => form === 'wide' || !wide);
  const isWide = kind.namespaced && namespace === undefined;
  return {
    header: [...(isWide ? ['Namespace'] : []), ...shown.map(({ name }) => cleaner.line(name, 64))],
    cells: ({ row }) => [...(isWide ? [row.namespace] : []), ...shown.map(({ at }) => cleaner.line(row.cells[at] ?? '', LONGEST_CELL))],
  };
}

async function asYaml(deps: ClusterDeps, kind: ServedKind, { name, namespace }: Input, call: Call): Promise<Answer<Output>> {
  if (name === undefined) throw new ToolError('Invalid', 'output: yaml shows one object: give its name.');
  if (kind.namespaced && namespace === undefined) throw new ToolError('Invalid', 'namespace: is needed for output yaml.');
  await demandKind(call, kind, { namespace, name });
  const key = { name, ...(namespace === undefined ? {} : { namespace }) };
  const options = { signal: call.signal, timeoutMs: CALL_TIMEOUT_MS };
  const object = await look(inWords('get', kind, key), kind, deps.cleaner, () => deps.client.get(kind, key, options));
  if (object === undefined) throw await notFound(deps, kind, { name, namespace }, call);
  const shown = objectText(deps, object);
  const data = {
    resource: kindName(kind),
    ...(namespace === undefined ? {} : { namespace }),
    total: 1,
    states: [],
    columns: [],
    rows: [],
    remaining: 0,
  };
  return { text: shown.text, data: { ...data, ...(shown.isCut ? {} : { object: shown.object }) } };
}
