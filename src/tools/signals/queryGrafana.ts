/**
 * `query_grafana` and its alias: dashboards by words, the panels of one with their queries and where a person looks at them, and what people noted
 * down in that time.
 *
 * Dashboards belong to no namespace: they are for who may see metrics everywhere. A panel's query is asked by `query_metrics` or `query_logs`.
 */
import { z } from 'zod';
import type { Annotation, Dashboard, DashboardHit, DashboardsPort } from '../../sources/dashboards.ts';
import type { TimeWindow } from '../../sources/window.ts';
import { cut } from '../../text/layout.ts';
import { answerOf } from '../answer.ts';
import { demand } from '../caller.ts';
import { ToolError } from '../errors.ts';
import { windowFields, windowOf } from '../timeWindow.ts';
import { type Answer, type Call, defineTool, type Tool, type ToolInfo } from '../tool.ts';
import { askAll, orNothing } from './asking.ts';
import { RIGHT_TO } from './confine.ts';
import type { SignalsDeps } from './deps.ts';
import { optionalText, queryField, sourceField } from './queryFields.ts';
import { iso, minute } from './seriesText.ts';

const DEFAULT_MS = 3_600_000;
const LONGEST_MS = 31 * 86_400_000;

const input = z.object({
  query: queryField.describe('Words of the titles of dashboards; absent: all of them.'),
  dashboard_uid: optionalText(64).describe('Shows the panels of this dashboard with their queries.'),
  ...windowFields,
  limit: z.int().min(1).max(100).default(20).describe('Dashboards, panels and annotations, at most, of each.'),
  source: sourceField,
});
type GrafanaInput = z.output<typeof input>;

const output = z.object({
  start: z.string().describe('RFC 3339.'),
  end: z.string(),
  sources: z.array(z.string()),
  total: z.int().describe('Dashboards, or panels of the one that was asked for.'),
  dashboards: z.array(
    z.object({ source: z.string(), uid: z.string(), title: z.string(), folder: z.string(), tags: z.array(z.string()), url: z.string() }),
  ),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      type: z.string(),
      url: z.string().describe('Where a person looks at it in that time.'),
      queries: z.array(z.object({ datasource: z.string(), text: z.string() })),
    }),
  ),
  annotations: z.array(z.object({ at: z.string(), text: z.string(), tags: z.array(z.string()) })).describe('Newest first.'),
  remaining: z.int(),
  notes: z.array(z.string()),
});
type Output = z.input<typeof output>;

const ASKING = { kind: 'Grafana instance', setting: 'sources.grafana', narrower: 'say more words' };

const grafanaTool = (deps: SignalsDeps, info: Pick<ToolInfo, 'name' | 'description' | 'core'>): Tool =>
  defineTool({ ...info, title: 'Look at Grafana', effect: 'reads', input, output, run: (asked, call) => lookAt(deps, asked, call) });

export const grafanaTools = (deps: SignalsDeps): readonly Tool[] => [
  grafanaTool(deps, {
    name: 'query_grafana',
    core: true,
    description:
      'Finds dashboards of Grafana by words, shows the panels of one with their queries and links, and the annotations of a window (deployments, alerts). It draws and computes nothing: ask a panel’s query with query_metrics or query_logs.',
  }),
  grafanaTool(deps, { name: 'query_grafana_mcp', core: false, description: 'The same as query_grafana, by its older name.' }),
];

async function lookAt(deps: SignalsDeps, asked: GrafanaInput, call: Call): Promise<Answer<Output>> {
  const { dashboards: ports, redactor } = deps;
  const window = windowOf(asked, { now: deps.clock.now(), defaultMs: DEFAULT_MS, longestMs: LONGEST_MS });
  const options = { ...ASKING, source: asked.source };
  if (ports.length > 0) await demand(call, RIGHT_TO.metrics);
  const { answers, notes } = await askAll(ports, options, { redactor, call }, (port) => fromPort(port, asked, window, call));
  const found = answers.map(({ port, answer }) => ({ port, ...answer }));
  const uid = asked.dashboard_uid;
  if (uid !== undefined && found.every(({ dashboard }) => dashboard === undefined)) {
    const message = `There is no dashboard ${JSON.stringify(uid)} in ${found.map(({ port }) => port.name).join(', ')}; find it by query.`;
    throw new ToolError('NotFound', message);
  }
  return answerOf(redactor, told(found, asked, window, notes));
}

interface Found {
  readonly hits: readonly DashboardHit[];
  readonly dashboard?: Dashboard | undefined;
  readonly annotations: readonly Annotation[];
}

async function fromPort(
  port: DashboardsPort,
  { query = '', dashboard_uid: uid }: GrafanaInput,
  window: TimeWindow,
  { signal }: Call,
): Promise<Found> {
  const [hits, dashboard, annotations] = await Promise.all([
    uid === undefined ? port.search(query, signal) : [],
    uid === undefined ? undefined : orNothing(port.dashboard(uid, signal)),
    port.annotations(window, signal),
  ]);
  const own = annotations.filter(({ dashboardUid }) => uid === undefined || dashboardUid === undefined || dashboardUid === uid);
  return { hits, dashboard, annotations: own };
}

const LONGEST_TEXT = 300;

function told(
  found: readonly (Found & { readonly port: DashboardsPort })[],
  { limit, dashboard_uid: uid, query }: GrafanaInput,
  window: TimeWindow,
  notes: readonly string[],
): { readonly lines: string[]; readonly data: Output } {
  const hits = found.flatMap(({ port, hits: all }) =>
    all.map((hit) => ({ source: port.name, ...hit, tags: [...hit.tags], url: port.linkTo(hit.uid, window) })),
  );
  const panels = found.flatMap(({ port, dashboard }) =>
    (dashboard?.panels ?? []).map(({ queries, ...panel }) => ({
      ...panel,
      url: port.linkTo(dashboard?.uid ?? '', window, panel.id),
      queries: queries.map(({ datasource, text }) => ({ datasource, text })),
    })),
  );
  const annotations = found.flatMap((one) => one.annotations).toSorted((a, b) => b.at - a.at);
  const total = uid === undefined ? hits.length : panels.length;
  const remaining = Math.max(0, total - limit);
  const sources = found.map(({ port }) => port.name);
  const title = found.find(({ dashboard }) => dashboard !== undefined)?.dashboard?.title;
  const head =
    uid === undefined
      ? `${hits.length} dashboards in ${sources.join(', ')}${query === undefined ? '' : ` with ${JSON.stringify(query)}`}`
      : `${panels.length} panels of ${title ?? uid}, ${minute(window.start)} to ${minute(window.end)}`;
  const lines = [
    head,
    ...hits
      .slice(0, limit)
      .map((hit) => `${hit.title} (${hit.folder === '' ? 'no folder' : hit.folder}), dashboard_uid="${hit.uid}": ${hit.url}`),
    ...panels
      .slice(0, limit)
      .flatMap((panel) => [
        `${panel.title} (${panel.type}): ${panel.url}`,
        ...panel.queries.map(({ datasource, text }) => `  ${datasource === '' ? 'query' : datasource}: ${cut(text, LONGEST_TEXT)}`),
      ]),
    ...(remaining === 0 ? [] : [`${remaining} more: a higher limit, or more words.`]),
    ...(annotations.length === 0
      ? []
      : [
          `${annotations.length} annotations:`,
          ...annotations.slice(0, limit).map(({ at, text }) => `${iso(at).slice(0, 19)}Z ${cut(text, LONGEST_TEXT)}`),
        ]),
    ...notes.map((note) => `Note: ${note}`),
  ];
  return {
    lines,
    data: {
      start: iso(window.start),
      end: iso(window.end),
      sources,
      total,
      dashboards: hits.slice(0, limit),
      panels: panels.slice(0, limit),
      annotations: annotations.slice(0, limit).map(({ at, text, tags }) => ({ at: iso(at), text, tags: [...tags] })),
      remaining,
      notes: [...notes],
    },
  };
}
