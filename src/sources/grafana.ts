/**
 * Grafana's HTTP API: search, dashboards with their panels' queries, annotations, health. Read with a Viewer's token.
 *
 * Only numbers, names and queries are taken from a dashboard; what it renders (links, HTML, transformations) is left alone. See
 * https://grafana.com/docs/grafana/latest/developers/http_api/
 */
import { z } from 'zod';
import { createAsk } from './ask.ts';
import type { Annotation, Dashboard, DashboardsPort, Panel, PanelQuery } from './dashboards.ts';
import { SourceError } from './gap.ts';
import { addressOf } from './http/endpoint.ts';
import type { Endpoint, HttpSource } from './http.ts';
import type { Cleaner } from './text.ts';

const MAX_HITS = 100;
const MAX_PANELS = 100;
const MAX_QUERIES = 10;
const MAX_ANNOTATIONS = 200;
const MAX_TAGS = 20;
const TITLE = 200;
const TEXT = 1_000;

const healthAnswer = z.object({ database: z.string(), version: z.string().default('') });
const searchAnswer = z
  .array(
    z.object({
      uid: z.string(),
      title: z.string(),
      folderTitle: z.string().default(''),
      tags: z.array(z.string()).default([]),
    }),
  )
  .max(1_000);
const target = z.looseObject({
  refId: z.string().default(''),
  datasource: z.unknown().optional(),
  hide: z.boolean().optional(),
});
const panel = z.object({
  id: z.number().default(0),
  title: z.string().default(''),
  type: z.string().default(''),
  datasource: z.unknown().optional(),
  targets: z.array(target).max(1_000).nullish(),
});
type WirePanel = z.infer<typeof panel>;
const row = panel.extend({ panels: z.array(panel).max(2_000).nullish() });
const dashboardAnswer = z.object({
  dashboard: z.object({ uid: z.string(), title: z.string().default(''), panels: z.array(row).max(2_000).nullish() }),
});
const annotationsAnswer = z
  .array(
    z.object({
      time: z.number(),
      timeEnd: z.number().default(0),
      text: z.string().default(''),
      tags: z.array(z.string()).nullish(),
      dashboardUID: z.string().nullish(),
      newState: z.string().nullish(),
    }),
  )
  .max(MAX_ANNOTATIONS * 2);

export function createGrafana(http: HttpSource, endpoint: Endpoint, cleaner: Cleaner): DashboardsPort {
  const { name } = endpoint;
  const ask = createAsk(http, endpoint, "Grafana's");
  const asking = (parameters: Readonly<Record<string, string>>) => ({ query: new URLSearchParams(parameters) });
  const tagsOf = (tags: readonly string[]): readonly string[] => tags.slice(0, MAX_TAGS).map((tag) => cleaner.line(tag, 100));
  return {
    name,
    source: 'grafana',
    async health(signal) {
      const { database, version } = await ask(healthAnswer, 'api/health', {}, signal);
      if (database !== 'ok') throw new SourceError('Unavailable', `${name}: its database is not well`);
      return cleaner.line(version, 50);
    },
    async search(words, signal) {
      const parameters = asking({ query: words.slice(0, 200), type: 'dash-db', limit: String(MAX_HITS) });
      const hits = await ask(searchAnswer, 'api/search', parameters, signal);
      return hits.slice(0, MAX_HITS).map(({ uid, title, folderTitle, tags }) => ({
        uid,
        title: cleaner.line(title, TITLE),
        folder: cleaner.line(folderTitle, TITLE),
        tags: tagsOf(tags),
      }));
    },
    async dashboard(uid, signal) {
      if (!/^[A-Za-z0-9_-]{1,64}$/u.test(uid)) throw new SourceError('NotFound', `${name}: no dashboard has such a uid`);
      const { dashboard } = await ask(dashboardAnswer, `api/dashboards/uid/${uid}`, {}, signal);
      // a row that is folded holds its panels itself
      const all = (dashboard.panels ?? []).flatMap(({ panels, ...own }) => [own, ...(panels ?? [])]).filter(({ type }) => type !== 'row');
      return {
        uid,
        title: cleaner.line(dashboard.title, TITLE),
        panels: all.slice(0, MAX_PANELS).map((one) => panelOf(one, cleaner)),
        omitted: Math.max(0, all.length - MAX_PANELS),
      } satisfies Dashboard;
    },
    async annotations({ start, end }, signal) {
      const parameters = asking({ from: String(start), to: String(end), limit: String(MAX_ANNOTATIONS) });
      const found = await ask(annotationsAnswer, 'api/annotations', parameters, signal);
      return found
        .slice(0, MAX_ANNOTATIONS)
        .map(
          ({ time, timeEnd, text, tags, dashboardUID, newState }): Annotation => ({
            at: time,
            endAt: Math.max(time, timeEnd),
            text: cleaner.line(text, TEXT),
            tags: tagsOf(tags ?? []),
            ...(dashboardUID && { dashboardUid: dashboardUID }),
            ...(newState && { alertState: cleaner.line(newState, 50) }),
          }),
        )
        .toSorted((a, b) => b.at - a.at);
    },
    linkTo: (uid, { start, end }, panelId) => {
      const query = new URLSearchParams({ from: String(Math.floor(start)), to: String(Math.ceil(end)) });
      if (panelId !== undefined) query.set('viewPanel', String(panelId));
      return addressOf(endpoint, `d/${uid}`, query).href;
    },
  };
}

function panelOf({ id, title, type, datasource, targets }: WirePanel, cleaner: Cleaner): Panel {
  const queries = (targets ?? []).filter(({ hide }) => hide !== true).slice(0, MAX_QUERIES);
  return {
    id,
    title: cleaner.line(title, TITLE),
    type: cleaner.line(type, 50),
    queries: queries.flatMap((one): readonly PanelQuery[] => {
      const text = queryText(one);
      const kind = kindOf(one.datasource) || kindOf(datasource);
      return text === '' ? [] : [{ refId: one.refId.slice(0, 20), datasource: cleaner.line(kind, 50), text: cleaner.line(text, TEXT) }];
    }),
  };
}

/** Under the key that its data source uses: Prometheus and Loki, Tempo and InfluxDB, SQL. */
function queryText(wire: Readonly<Record<string, unknown>>): string {
  return ['expr', 'query', 'rawSql'].map((key) => wire[key]).find((value) => typeof value === 'string') ?? '';
}

/** Old dashboards name a data source, new ones say its kind. */
function kindOf(datasource: unknown): string {
  if (typeof datasource !== 'object' || datasource === null || !('type' in datasource)) return '';
  return typeof datasource.type === 'string' ? datasource.type : '';
}
