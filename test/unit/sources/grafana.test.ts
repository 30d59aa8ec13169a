import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import type { DashboardsPort } from '../../../src/sources/dashboards.ts';
import { gapReason } from '../../../src/sources/gap.ts';
import { createGrafana } from '../../../src/sources/grafana.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { GRAFANA_TOKEN, type GrafanaWorld, startGrafanaStandIn } from '../../standins/grafana/grafana.ts';
import type { StandIn } from '../../standins/standin.ts';

const prometheus = { type: 'prometheus', uid: 'p' };

describe('Grafana', () => {
  let http: HttpSource;
  const started: StandIn[] = [];
  beforeAll(() => {
    http = createHttpSource({ clock: systemClock });
  });
  afterAll(async () => {
    await http.close();
    for (const standIn of started) await standIn.stop();
  });

  async function grafana(world: GrafanaWorld = {}, bearerToken: string | undefined = GRAFANA_TOKEN): Promise<DashboardsPort> {
    const standIn = await startGrafanaStandIn(world);
    started.push(standIn);
    return createGrafana(http, { name: 'grafana', url: standIn.url, bearerToken }, createCleaner(createRedactor().text));
  }

  test('is well, and says which version it is', async () => {
    expect(await (await grafana()).health()).toBe('12.2.0');
  });

  test('finds dashboards by words of their titles', async () => {
    const port = await grafana({
      dashboards: [
        { uid: 'a', title: 'Cart\u202e latency', tags: ['shop'] },
        { uid: 'b', title: 'Nodes' },
      ],
    });
    expect(await port.search('cart')).toEqual([{ uid: 'a', title: 'Cart latency', folder: 'Shop', tags: ['shop'] }]);
    expect(await port.search('none')).toEqual([]);
  });

  test('gives the queries of panels, those in folded rows too, and leaves out what is hidden or has none', async () => {
    const port = await grafana({
      dashboards: [
        {
          uid: 'a',
          title: 'Cart',
          panels: [
            {
              id: 1,
              title: 'Errors',
              type: 'timeseries',
              datasource: prometheus,
              targets: [
                { refId: 'A', expr: 'rate(errors[5m])' },
                { refId: 'B', expr: 'up', hide: true },
              ],
            },
            { id: 2, title: 'Notes', type: 'text', options: { content: '<script>x</script>' } },
            {
              id: 3,
              type: 'row',
              title: 'More',
              panels: [
                {
                  id: 4,
                  title: 'Orders',
                  type: 'table',
                  datasource: 'old name',
                  targets: [{ refId: 'A', datasource: { type: 'postgres' }, rawSql: "SELECT 1 WHERE password='hunter2hunter2'" }],
                },
              ],
            },
          ],
        },
      ],
    });
    expect(await port.dashboard('a')).toEqual({
      uid: 'a',
      title: 'Cart',
      omitted: 0,
      panels: [
        { id: 1, title: 'Errors', type: 'timeseries', queries: [{ refId: 'A', datasource: 'prometheus', text: 'rate(errors[5m])' }] },
        { id: 2, title: 'Notes', type: 'text', queries: [] },
        {
          id: 4,
          title: 'Orders',
          type: 'table',
          queries: [{ refId: 'A', datasource: 'postgres', text: "SELECT 1 WHERE password='[redacted:password]'" }],
        },
      ],
    });
  });

  test('says how many panels of a giant were left out', async () => {
    const panels = Array.from({ length: 150 }, (_, id) => ({ id, title: 'x', type: 'stat' }));
    const { panels: kept, omitted } = await (await grafana({ dashboards: [{ uid: 'a', title: 'x', panels }] })).dashboard('a');
    expect([kept.length, omitted]).toEqual([100, 50]);
  });

  test('gives what was noted in a window, newest first', async () => {
    const port = await grafana({
      annotations: [
        { time: 1_000, text: 'too early' },
        { time: 2_000, text: 'deployed\ncart 1.2', tags: ['deploy'], dashboardUID: 'a' },
        { time: 3_000, timeEnd: 4_000, text: '', newState: 'Alerting' },
      ],
    });
    expect(await port.annotations({ start: 1_500, end: 5_000 })).toEqual([
      { at: 3_000, endAt: 4_000, text: '', tags: [], alertState: 'Alerting' },
      { at: 2_000, endAt: 2_000, text: 'deployed cart 1.2', tags: ['deploy'], dashboardUid: 'a' },
    ]);
  });

  test.each<{ name: string; world?: GrafanaWorld; token?: string; ask: (port: DashboardsPort) => Promise<unknown>; want: string }>([
    { name: 'a database that is down', world: { isDatabaseDown: true }, ask: (port) => port.health(), want: 'Unavailable' },
    { name: 'a token that it does not know', token: 'glsa_wrong', ask: (port) => port.search('x'), want: 'Forbidden' },
    { name: 'a dashboard that is not there', ask: (port) => port.dashboard('zz'), want: 'NotFound' },
    { name: 'a uid that is none', ask: (port) => port.dashboard('../../admin/users'), want: 'NotFound' },
  ])('$name is $want', async ({ world, token, ask, want }) => {
    const error: unknown = await ask(await grafana(world, token)).catch((failure: unknown) => failure);
    expect(gapReason(error)).toBe(want);
  });

  test('without a token it leads to its login page, which is Malformed', async () => {
    const standIn = await startGrafanaStandIn({});
    started.push(standIn);
    const port = createGrafana(
      http,
      { name: 'grafana', url: standIn.url },
      createCleaner((text) => text),
    );
    const error: unknown = await port.search('x').catch((failure: unknown) => failure);
    expect(gapReason(error)).toBe('Malformed');
  });
});
