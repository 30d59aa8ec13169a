/** A storm of three hundred alerts of one cause through the real controllers on a real API server, also when the process dies in the middle of it. */
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createGroupingController } from '../../../src/controllers/grouping/controller.ts';
import { createVerdicts } from '../../../src/controllers/grouping/verdicts.ts';
import { createIncidentController } from '../../../src/controllers/incident/controller.ts';
import { type Incident, incidents, investigations } from '../../../src/crds/kinds.ts';
import { fingerprintOf, IDENTITY_LABEL, identityLabel, identityOf, incidentName } from '../../../src/domain/identity.ts';
import { createRecorder } from '../../../src/intake/recording.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createManager } from '../../../src/kube/manager.ts';
import { workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { serviceObjects } from '../../../src/sources/kubernetes/networkApi.ts';
import { createTopologyReader } from '../../../src/sources/kubernetes/topology/readTopology.ts';
import { createMeasurements } from '../../../src/sources/measurements.ts';
import { until as untilNothingIsWrong } from '../../cluster/lib/poll.ts';
import { startWriting } from '../../support/auditChain.ts';
import { installCrds } from '../../support/installCrds.ts';
import { silentLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';

const SERVICES = 75;
const SYMPTOMS = ['HighErrorRate', 'HighLatencyP99', 'KubeDeploymentReplicasMismatch', 'ErrorBudgetBurn'];

let admin: KubeClient;
beforeAll(async () => {
  admin = testClient(inject('cluster').kubeconfigPath);
  await installCrds(admin);
});
afterAll(() => admin?.close());

/** One life of the part of the investigator that opens Investigations. */
function live(namespace: string): { readonly die: () => Promise<void> } {
  const client = testClient(inject('cluster').kubeconfigPath);
  const manager = createManager({
    client,
    clock: systemClock,
    logger: silentLogger,
    registry: new Registry(),
    name: 'agentsre.io/investigator',
    drainMs: 500,
  });
  const verdicts = createVerdicts();
  const topology = createTopologyReader({ client, clock: systemClock, logger: silentLogger, observedCalls: () => Promise.resolve([]) });
  manager.addController(createGroupingController({ clock: systemClock, namespace, topology, verdicts }));
  const definition = createIncidentController({
    retentionMs: 30 * 24 * 3600_000,
    audit: startWriting().write({ chain: 'investigator' }),
    clock: systemClock,
    events: manager.events,
    redact: (text) => text,
    namespace,
    proposals: { operatorNamespace: namespace },
    unconfirmedAfterMs: 0,
    announcements: {
      critical: { minutes: 0, occurrences: 1 },
      warning: { minutes: 2, occurrences: 2 },
      info: { minutes: 10, occurrences: 3 },
    },
    measurements: createMeasurements([]),
    verdictOn: verdicts.of,
    alertState: () => Promise.resolve('firing' as const),
  });
  manager.addController({ ...definition, namespace });
  const stop = new AbortController();
  const running = manager.run(stop.signal);
  return {
    die: async () => {
      stop.abort();
      await running.catch(() => undefined);
    },
  };
}

/** A database that all services of a namespace are configured to call. */
async function makeShop(): Promise<string> {
  const shop = await makeNamespace(admin, 'storm-shop');
  const names = ['postgres', ...Array.from({ length: SERVICES }, (_, at) => `service-${at}`)];
  for (const name of names) {
    const labels = { app: name };
    const env = name === 'postgres' ? [] : [{ name: 'DB_ADDR', value: 'postgres:5432' }];
    const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app:1', env }] } };
    await admin.create(workloadResources.Deployment, {
      metadata: { namespace: shop, name },
      spec: { selector: { matchLabels: labels }, template },
    });
  }
  const spec = { selector: { app: 'postgres' }, ports: [{ port: 5432 }] };
  await admin.create(serviceObjects, { metadata: { namespace: shop, name: 'postgres' }, spec });
  return shop;
}

type Labels = Readonly<Record<string, string>>;

const storm = (shop: string): readonly Labels[] => [
  ...Array.from({ length: SERVICES }, (_, at) =>
    SYMPTOMS.map((alertname) => ({ alertname, severity: 'warning', namespace: shop, deployment: `service-${at}` })),
  ).flat(),
  { alertname: 'DatabaseDown', severity: 'warning', namespace: shop, deployment: 'postgres' },
];

async function deliver(namespace: string, alerts: readonly Labels[]): Promise<void> {
  const recorder = createRecorder({ redactor: { text: (text) => text, value: (value) => value } });
  for (const labels of alerts) {
    const identity = identityOf(labels);
    const now = Date.now();
    const fingerprint = fingerprintOf(labels);
    const alert = { fingerprint, identity, labels, annotations: {}, startsAt: now, endsAt: undefined, generatorURL: undefined };
    const spec = recorder.begin([{ alerts: [{ ...alert, source: 'Alertmanager', status: 'firing' }] }], now);
    if (spec === undefined) throw new Error('a firing alert is no reason for an Incident');
    const metadata = {
      namespace,
      name: incidentName(identity, { ordinal: 1, form: 'short' }),
      labels: { [IDENTITY_LABEL]: identityLabel(identity) },
    };
    await admin.create(incidents, { metadata, spec });
  }
}

/** All but one of the storm follow the one that has an Investigation. */
async function settled(namespace: string, total: number): Promise<readonly Incident[]> {
  let all: readonly Incident[] = [];
  await untilNothingIsWrong('the storm is one group', { deadlineSeconds: 240, intervalMs: 1_000 }, async () => {
    all = (await admin.list(incidents, { namespace })).items;
    const grouped = all.filter(({ status }) => status?.phase === 'Grouped' && status.groupedInto !== undefined).length;
    const leaders = all.filter(({ status }) => status?.investigationRef !== undefined);
    const counted = leaders.map(({ spec, status }) => `${spec.title} counts ${status?.membersTotal ?? 0}`);
    const isDone = grouped === total - 1 && leaders.length === 1 && leaders[0]?.status?.membersTotal === total - 1;
    return isDone ? undefined : `${grouped} of ${total} follow; under investigation: ${counted.join(', ') || 'none'}`;
  });
  return all;
}

describe('a person', () => {
  test('splits one off, which is then investigated by itself, and joins it to another', { timeout: 120_000 }, async () => {
    const namespace = await makeNamespace(admin, 'wishes');
    const shop = 'wishes-shop';
    await deliver(namespace, [
      { alertname: 'DatabaseDown', severity: 'critical', namespace: shop, deployment: 'postgres' },
      { alertname: 'HighErrorRate', severity: 'critical', namespace: shop, deployment: 'postgres' },
      { alertname: 'HighErrorRate', severity: 'critical', namespace: shop, deployment: 'mail' },
    ]);
    const life = live(namespace);
    const named = async (alertname: string, deployment: string): Promise<Incident | undefined> =>
      (await admin.list(incidents, { namespace })).items.find(
        ({ spec }) => spec.labels?.['alertname'] === alertname && spec.labels['deployment'] === deployment,
      );
    const wish = async (of: Incident, grouping: Incident['spec']['grouping']): Promise<void> => {
      await admin.patch(incidents, { namespace, name: of.metadata.name }, { spec: { grouping } }, { type: 'merge' });
    };
    try {
      const errors = await until('errors follow the database', async () => {
        const found = await named('HighErrorRate', 'postgres');
        return found?.status?.phase === 'Grouped' ? found : undefined;
      });
      await wish(errors, { alone: true });
      await until('errors are investigated by themselves', async () => {
        const { status } = (await named('HighErrorRate', 'postgres')) ?? {};
        return status?.investigationRef !== undefined && status.groupedInto === undefined ? true : undefined;
      });
      const mail = await until('mail is investigated', async () => {
        const found = await named('HighErrorRate', 'mail');
        return found?.status?.investigationRef === undefined ? undefined : found;
      });
      await wish(mail, { into: errors.metadata.name });
      const why = `a person says that it belongs to ${errors.metadata.name}`;
      await until('mail follows', async () =>
        (await named('HighErrorRate', 'mail'))?.status?.groupedInto?.why === why ? true : undefined,
      );
    } finally {
      await life.die();
    }
  });
});

describe('a storm of three hundred alerts', () => {
  test.each([
    { name: 'is one Incident that leads, with one Investigation', deaths: 0 },
    { name: 'is the same after the process has died in the middle of it, three times', deaths: 3 },
  ])('$name', { timeout: 400_000 }, async ({ deaths }) => {
    const namespace = await makeNamespace(admin, 'storm');
    const alerts = storm(await makeShop());
    const parts = Array.from({ length: deaths + 1 }, (_, at) => alerts.filter((_alert, index) => index % (deaths + 1) === at));
    let life = live(namespace);
    for (const [at, part] of parts.entries()) {
      await deliver(namespace, part);
      if (at === parts.length - 1) break;
      await life.die();
      life = live(namespace);
    }
    try {
      const all = await settled(namespace, alerts.length);
      const leaders = all.filter(({ status }) => status?.groupedInto === undefined);
      expect(leaders.map(({ spec }) => spec.alerts?.[0]?.labels['alertname'])).toEqual(['DatabaseDown']);
      expect(leaders[0]?.status?.members).toHaveLength(100);
      const opened = await admin.list(investigations, { namespace });
      expect(opened.items.map(({ spec }) => spec.incidentRef?.name)).toEqual(leaders.map(({ metadata }) => metadata.name));
      const follower = all.find(({ spec }) => spec.alerts?.[0]?.labels['alertname'] === 'HighErrorRate');
      expect(follower?.status?.groupedInto?.why).toMatch(/^calls workload storm-shop-\w+\/postgres \(DatabaseDown\)$/u);
    } finally {
      await life.die();
    }
  });
});
