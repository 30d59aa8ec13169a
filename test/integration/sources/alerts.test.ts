import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createAlertmanager } from '../../../src/sources/alertmanager.ts';
import { createAlertSource } from '../../../src/sources/alerts.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { createPrometheus } from '../../../src/sources/prometheus.ts';
import { selector } from '../../../src/sources/promql.ts';
import { startAlertmanager } from '../../cluster/addons/alertmanager.ts';
import { startPrometheus } from '../../cluster/addons/prometheus.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { until } from '../../support/until.ts';

/** Fires for a pod whose name nobody should glue into a query. */
const AWKWARD = 'a"b\\c{d="e"}';

const rules = [
  { alert: 'Firing', expr: 'vector(1)', labels: { namespace: 'shop', pod: 'cart-1' } },
  { alert: 'Awkward', expr: 'vector(1)', labels: { namespace: 'shop', pod: AWKWARD } },
  { alert: 'Quiet', expr: 'vector(1) > 2', labels: { namespace: 'shop' } },
  { alert: 'Pending', expr: 'vector(1)', for: '1h', labels: { namespace: 'shop' } },
];

describe('the real Prometheus and Alertmanager', () => {
  let workspace: Workspace;
  let http: HttpSource;
  let urls: { readonly prometheus: string; readonly alertmanager: string };

  beforeAll(async () => {
    workspace = await openWorkspace({ description: 'alert sources test' });
    const alertmanager = await startAlertmanager(workspace);
    const prometheus = await startPrometheus(workspace, { alertmanagerUrl: alertmanager.url, evaluationSeconds: 1 });
    // an alert that fires before Prometheus has found its Alertmanager is sent again a minute later
    await until(
      'Prometheus to find its Alertmanager',
      async () => ((await activeAlertmanagers(prometheus.url)) > 0 ? true : undefined),
      60_000,
    );
    await prometheus.reload({ ruleGroups: [{ name: 'test', rules }] });
    urls = { prometheus: prometheus.url, alertmanager: alertmanager.url };
    http = createHttpSource({ clock: systemClock });
    const held = createAlertmanager(http, { name: 'am', url: urls.alertmanager });
    await until('Alertmanager to hold the alert', async () => ((await held.alerts('Firing')).length > 0 ? true : undefined), 60_000);
  });
  afterAll(async () => {
    await http?.close();
    await workspace?.stop();
  });

  const prometheus = () => createPrometheus(http, { name: 'prometheus', url: urls.prometheus });
  const alertmanager = () => createAlertmanager(http, { name: 'am', url: urls.alertmanager });
  const source = () => createAlertSource({ prometheus: [prometheus()], alertmanager: [alertmanager()], clock: systemClock });

  test.each<{ name: string; labels: Record<string, string>; want: string }>([
    { name: 'a firing alert fires', labels: { alertname: 'Firing', namespace: 'shop', pod: 'cart-1' }, want: 'firing' },
    {
      name: 'labels that were added on the way do no harm',
      labels: { alertname: 'Firing', namespace: 'shop', pod: 'cart-1', cluster: 'eu' },
      want: 'firing',
    },
    { name: 'a pending alert is unknown', labels: { alertname: 'Pending', namespace: 'shop' }, want: 'unknown' },
    { name: 'an alert that nobody knows is unknown', labels: { alertname: 'Forgotten', namespace: 'shop' }, want: 'unknown' },
    {
      name: 'an alert of any name and label can be asked for',
      labels: { alertname: 'Awkward', namespace: 'shop', pod: AWKWARD },
      want: 'firing',
    },
    { name: 'a name that tries to be a query is a name', labels: { alertname: 'Firing"} or vector(1) or ALERTS{a="' }, want: 'unknown' },
  ])('$name', async ({ labels, want }) => {
    expect(await source().state(labels)).toBe(want);
  });

  test('an alert whose condition does not hold is inactive by its rule, while an Alertmanager that has just started says nothing', async () => {
    const verdict = await source().verdict({ alertname: 'Quiet', namespace: 'shop' });
    expect(verdict).toEqual({ state: 'inactive', reason: 'prometheus: Quiet was evaluated and does not fire', gaps: [] });
  });

  test('the series of an alert are found by escaped labels', async () => {
    const series = await until('the evaluation to be stored', async () => {
      const found = await prometheus().firing('Awkward');
      return found.length > 0 ? found : undefined;
    });
    expect(series).toEqual([{ alertname: 'Awkward', namespace: 'shop', pod: AWKWARD }]);
    const samples = await prometheus().instant(`ALERTS${selector({ alertname: 'Awkward', pod: AWKWARD })}`);
    expect(samples).toHaveLength(1);
  });

  test('an Alertmanager knows since when it runs', async () => {
    expect(await alertmanager().startedAt()).toBeLessThanOrEqual(Date.now());
  });
});

async function activeAlertmanagers(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/alertmanagers`, { signal: AbortSignal.timeout(5_000) });
  const { data } = (await answer.json()) as { readonly data: { readonly activeAlertmanagers: readonly unknown[] } };
  return data.activeAlertmanagers.length;
}
