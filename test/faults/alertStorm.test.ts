/**
 * G1 on real parts: a Prometheus, two Alertmanagers that know nothing of each other, and a gateway that is killed in the middle of a storm. At
 * the end there is one Incident for each alert that fired, whenever it did, and none for what is nobody's trouble.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import type { Incident } from '../../src/crds/kinds.ts';
import { identityOf } from '../../src/domain/identity.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { type Alertmanager, startAlertmanager } from '../cluster/addons/alertmanager.ts';
import { type Prometheus, startPrometheus } from '../cluster/addons/prometheus.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { freePorts } from '../cluster/lib/ports.ts';
import { incidentsIn, isOpen } from '../integration/intake/harness.ts';
import { installApi } from '../support/installCrds.ts';
import { testClient } from '../support/testClient.ts';
import { untilTrue } from '../support/until.ts';
import { type Gateway, gatewayProcess, TOKEN } from './support/gateway.ts';
import { startTranscript } from './support/transcript.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

const NAMESPACE = 'agent-sre';
const STORM = 300;
const PATIENCE_MS = 180_000;
/** A checkout of kube-prometheus' rules, each file one PrometheusRule. */
const rulesFolder = process.env['KUBE_PROMETHEUS_RULES'] ?? '';

const { tell, print } = startTranscript('Two partitioned Alertmanagers, and kill -9 of the gateway in mid-storm');
const folder = mkdtempSync(join(tmpdir(), 'storm-'));
let cluster: Cluster;
let client: KubeClient;
let prometheus: Prometheus;
let alertmanagers: readonly Alertmanager[];
let gateway: Gateway;

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const rule = (alert: string, labels: Rule['labels'] = { namespace: 'shop', severity: 'warning' }): Rule => ({
  alert,
  expr: 'vector(1)',
  labels,
});
const standing: readonly Rule[] = [
  rule('Watchdog', { severity: 'none' }),
  rule('Silenced'),
  rule('Inhibiting', { namespace: 'inhibited', severity: 'critical' }),
  rule('Inhibited', { namespace: 'inhibited', severity: 'info' }),
];
const storm = Array.from({ length: STORM }, (_, index) =>
  rule(`Storm${index % 10}`, { namespace: 'shop', deployment: `service-${index}`, severity: 'warning' }),
);
/** The same rules, which hold no longer: what is taken away ends without a word. */
const ended = (rules: readonly Rule[]): readonly Rule[] => rules.map((one) => ({ ...one, expr: 'vector(1) < 0' }));
const groupsOf = (...rules: readonly (readonly Rule[])[]): readonly object[] =>
  rules.map((of, index) => ({ name: `g${index}`, rules: of }));

beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  client = testClient(cluster.kubeconfigPath);
  await installApi(client);
  const [port = 0] = await freePorts('127.0.0.1', 1);
  const url = `http://127.0.0.1:${port}/webhook/alert`;
  const config = {
    route: { receiver: 'default', group_by: ['alertname'], group_wait: '1s', group_interval: '1s', repeat_interval: '1h' },
    receivers: [
      { name: 'default', webhook_configs: [{ url, send_resolved: true, http_config: { authorization: { credentials: TOKEN } } }] },
    ],
    inhibit_rules: [{ source_matchers: ['severity="critical"'], target_matchers: ['severity="info"'], equal: ['namespace'] }],
  };
  alertmanagers = [await startAlertmanager(cluster.workspace, { config }), await startAlertmanager(cluster.workspace, { config })];
  for (const alertmanager of alertmanagers) await silence(alertmanager, 'Silenced');
  const alertmanagerUrl = alertmanagers.map((one) => one.url);
  prometheus = await startPrometheus(cluster.workspace, { evaluationSeconds: 1, alertmanagerUrl, ruleGroups: groupsOf(standing) });
  const sources = {
    alertmanager: alertmanagerUrl.map((of, index) => ({ name: `am-${index}`, url: of })),
    prometheus: [{ url: prometheus.url }],
  };
  gateway = gatewayProcess({
    folder,
    port,
    kubeconfig: await cluster.kubeconfigForServiceAccount(NAMESPACE, 'agent-sre-gateway'),
    config: `intake: {pollSeconds: 5}\nsources: ${JSON.stringify(sources)}\n`,
  });
  await gateway.start();
  tell('a real kube-apiserver, a Prometheus that evaluates every second, and two Alertmanagers that know nothing of each other');
  tell(`the gateway (pid ${gateway.pid()}) under its own account; it is sent to by both, and asks both every 5 s`);
  tell(
    `Prometheus fires ${standing.map(({ alert }) => alert).join(', ')}; Silenced is silenced in both, Inhibited is inhibited by Inhibiting`,
  );
});
afterAll(async () => {
  print();
  await gateway?.kill();
  await cluster?.stop();
  rmSync(folder, { recursive: true });
});

async function silence({ url }: Alertmanager, alertname: string): Promise<void> {
  const [startsAt, endsAt] = [-60_000, 3600_000].map((by) => new Date(Date.now() + by).toISOString());
  const matchers = [{ name: 'alertname', value: alertname, isRegex: false, isEqual: true }];
  const body = JSON.stringify({ matchers, startsAt, endsAt, createdBy: 'alice', comment: 'known' });
  const answer = await fetch(`${url}/api/v2/silences`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(answer.status).toBe(200);
}

const stored = (): Promise<readonly Incident[]> => incidentsIn(client, NAMESPACE);
const ofTheStorm = async (): Promise<number> => (await stored()).filter((one) => nameOf(one).startsWith('Storm')).length;
const nameOf = ({ spec }: Incident): string => spec.labels?.['alertname'] ?? '';

async function firing(): Promise<readonly Readonly<Record<string, string>>[]> {
  const { data } = (await (await fetch(`${prometheus.url}/api/v1/alerts`)).json()) as {
    readonly data: { readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[] };
  };
  return data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
}

/** These build on one another: one gateway goes through its troubles. */
describe('alerts from two Alertmanagers that know nothing of each other', () => {
  test('make one Incident each, though the gateway is killed in the middle of the storm', async () => {
    await prometheus.reload({ ruleGroups: groupsOf(standing, storm) });
    tell(`the storm begins: ${STORM} alerts of as many Deployments, each told by both Alertmanagers`);
    for (const part of [0.1, 0.4, 0.7]) {
      await untilTrue(`${part} of the storm is stored`, async () => (await stored()).length >= STORM * part, PATIENCE_MS);
      const killed = gateway.pid();
      await gateway.kill();
      tell(`kill -9 ${killed}: ${await ofTheStorm()} of ${STORM} are stored`);
      await gateway.start();
      tell(`the gateway is back (pid ${gateway.pid()})`);
    }
    await untilTrue(
      'all of it is stored',
      async () => (await stored()).filter((one) => nameOf(one).startsWith('Storm')).length >= STORM,
      PATIENCE_MS,
    );
    const all = await stored();
    expect(all.filter((one) => nameOf(one).startsWith('Storm'))).toHaveLength(STORM);
    expect(all.every(({ spec }) => spec.alertsTotal === 1 && spec.occurrencesTotal === 1)).toBe(true);
    expect(all.every(isOpen)).toBe(true);
    const identities = new Set(all.map(({ spec }) => spec.identity)).size;
    tell(
      `all are stored: ${await ofTheStorm()} Incidents for ${STORM} alerts, ${all.length - identities} doubled, each with one alert that began once, all open`,
    );
  });

  test('that are silenced, inhibited or the dead man’s switch make none', async () => {
    await untilTrue('the one that inhibits is there', async () => (await stored()).some((one) => nameOf(one) === 'Inhibiting'));
    const names = new Set((await stored()).map(nameOf));
    expect([...names].filter((name) => !name.startsWith('Storm'))).toEqual(['Inhibiting']);
    tell('of what is silenced, inhibited or the dead man’s switch there is none; of Inhibiting there is one');
  });

  test('make one also if they fired and ended while nobody was here', async () => {
    const gone = gateway.pid();
    await gateway.kill();
    tell(`kill -9 ${gone}, and nobody is here for a while`);
    const brief = [rule('WhileAway')];
    await prometheus.reload({ ruleGroups: groupsOf(standing, storm, brief) });
    await untilTrue('it fires', async () => (await firing()).some(({ alertname }) => alertname === 'WhileAway'), 20_000);
    await prometheus.reload({ ruleGroups: groupsOf(standing, storm, ended(brief)) });
    tell('WhileAway fires and ends meanwhile: no Alertmanager will ever tell of it again');
    const killed = Date.now();
    await untilTrue('nobody was here for some rounds', () => Date.now() - killed > 20_000, 30_000);
    await gateway.start();
    const isThere = async (): Promise<boolean> => (await stored()).some((one) => nameOf(one) === 'WhileAway');
    await untilTrue('it is found', isThere, PATIENCE_MS);
    const found = (await stored()).filter((one) => nameOf(one) === 'WhileAway');
    tell(
      `the gateway is back (pid ${gateway.pid()}), and has asked Prometheus what it missed: WhileAway has ${found.length} Incident, which says that it is over`,
    );
    expect(found).toMatchObject([{ spec: { alertsTotal: 1, source: 'Prometheus', alerts: [{ status: 'resolved' }] } }]);
    expect(Date.parse(found[0]?.spec.alerts?.[0]?.endsAt ?? '')).toBeLessThan(Date.now());
    const isMadeUp = async (): Promise<boolean> => {
      const lease = (await client.raw('GET', `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/agent-sre-intake`)) as Incident;
      return !Object.keys(lease.metadata.annotations ?? {}).some((name) => name.includes('missed'));
    };
    await untilTrue('the gap is made up for', isMadeUp, PATIENCE_MS);
  });

  test('end in all Incidents when they end', async () => {
    await prometheus.reload({ ruleGroups: groupsOf(standing, ended(storm)) });
    const isOver = ({ spec }: Incident): boolean => spec.alerts?.every(({ status }) => status === 'resolved') === true;
    await untilTrue(
      'all have ended',
      async () => (await stored()).filter((one) => nameOf(one).startsWith('Storm')).every(isOver),
      PATIENCE_MS,
    );
    const others = (await stored()).map(nameOf).filter((name) => !name.startsWith('Storm'));
    expect(others.toSorted()).toEqual(['Inhibiting', 'WhileAway']);
    expect(await ofTheStorm()).toBe(STORM);
    tell(`the storm ends: all ${await ofTheStorm()} have heard of it; ${STORM + 2} Incidents in all, ${STORM + 2} expected`);
  });

  test.skipIf(!existsSync(rulesFolder))('of kube-prometheus make one Incident an identity', async () => {
    const files = readdirSync(rulesFolder).filter((name) => name.endsWith('prometheusRule.yaml'));
    const groups = files.flatMap((name) => {
      const { spec } = parse(readFileSync(join(rulesFolder, name), 'utf8')) as {
        readonly spec: { readonly groups: readonly { readonly name: string; readonly rules: readonly object[] }[] };
      };
      return spec.groups.map((group) => ({
        name: group.name,
        rules: group.rules.map((of) => ('alert' in of ? { ...of, for: '0s' } : of)),
      }));
    });
    const before = (await stored()).length;
    await prometheus.reload({ ruleGroups: [...groupsOf(standing), ...groups] });
    const known = new Set(standing.map(({ alert }) => alert));
    const expected = async (): Promise<number> =>
      new Set(
        (await firing())
          .filter(({ alertname = '' }) => !known.has(alertname) && alertname !== 'InfoInhibitor')
          .map((labels) => identityOf(labels)),
      ).size;
    await untilTrue('some of them fire', async () => (await expected()) > 2, PATIENCE_MS);
    await untilTrue('each has its Incident', async () => (await stored()).length - before === (await expected()), PATIENCE_MS);
    tell(`${groups.length} groups of kube-prometheus' rules: ${await expected()} identities fire, and each has its Incident`);
  });
});
