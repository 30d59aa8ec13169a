import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import type { DashboardsPort } from '../../../../src/sources/dashboards.ts';
import { createGrafana } from '../../../../src/sources/grafana.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { grafanaTools } from '../../../../src/tools/signals/queryGrafana.ts';
import type { Answer, Call } from '../../../../src/tools/tool.ts';
import { GRAFANA_TOKEN, startGrafanaStandIn } from '../../../standins/grafana/grafana.ts';
import type { StandIn } from '../../../standins/standin.ts';
import { callOf } from '../../../support/callers.ts';
import { signalsDeps } from '../../../support/signalsDeps.ts';

const NOW = Date.parse('2026-01-02T12:00:00Z');
const ADMIN = callOf('admin', () => true);

describe('query_grafana', () => {
  const folder = mkdtempSync(join(tmpdir(), 'grafana-'));
  let http: HttpSource;
  let standIn: StandIn;
  let grafana: DashboardsPort;
  const run = (input: Readonly<Record<string, unknown>>, call: Call = ADMIN, ports = [grafana]): Promise<Answer> => {
    const [tool] = grafanaTools(signalsDeps({}, { dashboards: ports, clock: { now: () => NOW } }));
    if (tool === undefined) throw new Error('there is no tool');
    return tool.run(input, call);
  };

  beforeAll(async () => {
    const file = join(folder, 'token');
    writeFileSync(file, GRAFANA_TOKEN);
    http = createHttpSource({ clock: systemClock });
    standIn = await startGrafanaStandIn({
      dashboards: [
        {
          uid: 'cart',
          title: 'Cart',
          tags: ['shop'],
          panels: [
            {
              id: 7,
              title: 'Errors',
              type: 'timeseries',
              datasource: { type: 'prometheus' },
              targets: [{ refId: 'A', expr: 'sum(rate(http_requests_total[5m]))' }],
            },
          ],
        },
        { uid: 'web', title: 'Web' },
      ],
      annotations: [{ time: NOW - 60_000, text: 'deploy cart v2 password=hunter2-abcdef', tags: ['deploy'] }],
    });
    grafana = createGrafana(http, { name: 'grafana', url: standIn.url, bearerTokenFile: file }, createCleaner(createRedactor().text));
  });
  afterAll(async () => {
    await http.close();
    await standIn.stop();
    rmSync(folder, { recursive: true });
  });

  test('finds dashboards by words, with what was noted down in that time', async () => {
    const { text, data } = await run({ query: 'cart' });
    expect(data).toMatchObject({
      total: 1,
      dashboards: [{ uid: 'cart', title: 'Cart', source: 'grafana' }],
      annotations: [{ tags: ['deploy'] }],
    });
    expect(text.split('\n')[0]).toBe('1 dashboards in grafana with "cart"');
    expect(text).toContain('2026-01-02T11:59:00Z deploy cart v2');
    expect(text + JSON.stringify(data)).not.toContain('hunter2');
  });

  test('shows the panels of one with their queries, to be asked elsewhere', async () => {
    const { text, data } = await run({ dashboard_uid: 'cart' });
    expect(data).toMatchObject({
      total: 1,
      panels: [{ id: 7, title: 'Errors', queries: [{ text: 'sum(rate(http_requests_total[5m]))' }] }],
    });
    expect(text).toContain('  prometheus: sum(rate(http_requests_total[5m]))');
  });

  test.each<[string, () => Promise<Answer>, string]>([
    [
      'who may not see metrics everywhere',
      () =>
        run(
          {},
          callOf('dave', () => false),
        ),
      'dave may not get pods.metrics.k8s.io in the whole cluster; an administrator can grant it.',
    ],
    [
      'where none is configured',
      () => run({}, ADMIN, []),
      'No Grafana instance is configured here; an administrator can name one in sources.grafana.',
    ],
    [
      'a dashboard that is not there',
      () => run({ dashboard_uid: 'nowhere' }),
      'There is no dashboard "nowhere" in grafana; find it by query.',
    ],
  ])('refuses %s', async (_title, asking, words) => {
    await expect(asking()).rejects.toThrow(words);
  });
});
