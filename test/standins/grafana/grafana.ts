/**
 * A Grafana, as far as it is asked: health, search, dashboards by uid, annotations; behind a service account's token.
 *
 * It keeps the statuses and the JSON messages of the real one: 401 without a token that it knows, 404 for a dashboard that is not
 * there, annotations within a window up to a limit with the newest first, search by parts of titles. It answers `/login` with a page, as the
 * real one does. Source: https://grafana.com/docs/grafana/latest/developers/http_api/
 */
import { type Ask, type StandIn, startStandIn, type Told } from '../standin.ts';

export interface GrafanaWorld {
  readonly dashboards?: readonly {
    readonly uid: string;
    readonly title: string;
    readonly tags?: readonly string[];
    readonly panels?: readonly object[];
  }[];
  readonly annotations?: readonly {
    readonly time: number;
    readonly timeEnd?: number;
    readonly text: string;
    readonly tags?: readonly string[];
    readonly dashboardUID?: string;
    readonly newState?: string;
  }[];
  readonly isDatabaseDown?: boolean;
}

export const GRAFANA_TOKEN = 'glsa_standin_0123456789';

export function startGrafanaStandIn({ dashboards = [], annotations = [], isDatabaseDown = false }: GrafanaWorld): Promise<StandIn> {
  return startStandIn((ask) => {
    if (ask.path === '/api/health') return health(isDatabaseDown);
    if (ask.path === '/login') return { status: 200, body: '<!doctype html><title>Grafana</title>' };
    if (ask.headers.authorization !== `Bearer ${GRAFANA_TOKEN}`) return unauthorized(ask);
    const [, uid] = /^\/api\/dashboards\/uid\/([^/]+)$/u.exec(ask.path) ?? [];
    if (uid !== undefined) return byUid(dashboards, uid);
    if (ask.path === '/api/search') return search(dashboards, ask.query);
    if (ask.path === '/api/annotations') return inWindow(annotations, ask.query);
    return { status: 404, body: { message: 'Not found', traceID: '' } };
  });
}

const health = (isDown: boolean): Told => ({
  status: isDown ? 503 : 200,
  body: { commit: '1a2b3c', database: isDown ? 'failing' : 'ok', version: '12.2.0' },
});

/** Without an Authorization header it sends a browser to its login page; with a wrong one it says so. */
const unauthorized = ({ headers }: Ask): Told =>
  headers.authorization === undefined
    ? { status: 302, body: '', headers: { location: '/login' } }
    : { status: 401, body: { message: 'Invalid API key', messageId: 'api-key.invalid', statusCode: 401, traceID: '' } };

function byUid(dashboards: NonNullable<GrafanaWorld['dashboards']>, uid: string): Told {
  const found = dashboards.find((one) => one.uid === uid);
  if (found === undefined) return { status: 404, body: { message: 'Dashboard not found', traceID: '' } };
  const { panels = [], tags = [], ...rest } = found;
  return {
    status: 200,
    body: { meta: { slug: 'x', folderTitle: 'Shop', canEdit: false }, dashboard: { ...rest, tags, panels, schemaVersion: 41 } },
  };
}

function search(dashboards: NonNullable<GrafanaWorld['dashboards']>, query: URLSearchParams): Told {
  const words = (query.get('query') ?? '').toLowerCase();
  const found = dashboards.filter(({ title }) => title.toLowerCase().includes(words)).slice(0, Number(query.get('limit') ?? 1000));
  const hit = ({ uid, title, tags = [] }: (typeof found)[number], index: number): object => ({
    id: index + 1,
    uid,
    title,
    tags,
    type: 'dash-db',
    url: `/d/${uid}`,
    folderTitle: 'Shop',
    isStarred: false,
  });
  return { status: 200, body: found.map(hit) };
}

function inWindow(annotations: NonNullable<GrafanaWorld['annotations']>, query: URLSearchParams): Told {
  const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
  const found = annotations.filter(({ time }) => time >= from && time <= to).toSorted((a, b) => b.time - a.time);
  const whole = ({ tags = [], timeEnd = 0, newState = '', dashboardUID, ...rest }: (typeof found)[number], index: number): object => ({
    id: index + 1,
    alertId: 0,
    dashboardUID: dashboardUID ?? null,
    panelId: 0,
    newState,
    timeEnd,
    tags,
    ...rest,
  });
  return { status: 200, body: found.slice(0, Number(query.get('limit') ?? 100)).map(whole) };
}
