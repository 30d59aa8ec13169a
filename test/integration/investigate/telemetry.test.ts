/** Live telemetry in an investigation: a real API server, Prometheus and Loki, and a Tempo stand-in, with a day and more of history in them. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { investigations } from '../../../src/crds/kinds.ts';
import { createEvidenceStore, type EvidenceStore } from '../../../src/evidence/store.ts';
import { createInvestigator } from '../../../src/investigate/investigate.ts';
import type { InvestigationResult } from '../../../src/investigate/result.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject, NewObject } from '../../../src/kube/object.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createHttpSource, type HttpSource } from '../../../src/sources/http.ts';
import { replicaSets, workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { endpointSlices, serviceObjects } from '../../../src/sources/kubernetes/networkApi.ts';
import type { TelemetryPorts } from '../../../src/sources/signalsOf.ts';
import { createTelemetryPorts } from '../../../src/sources/telemetryPorts.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { startLoki } from '../../cluster/addons/loki.ts';
import { type CounterHistory, startPrometheus } from '../../cluster/addons/prometheus.ts';
import { post } from '../../cluster/lib/http.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { type OtlpResource, startTempoStandIn, type TempoStandIn } from '../../standins/tempo/tempo.ts';
import { installCrds } from '../../support/installCrds.ts';
import { silentLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { newInvestigation } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';
import { until } from '../../support/until.ts';
import { makePod, makeReplicaSet, makeWorkload, podSpec, prepare, refTo, setStatus } from '../sources/world.ts';

const { Deployment } = workloadResources;
const redactor = createRedactor();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = Date.now();
/** Since when every fourth request fails. */
const BROKE = NOW - 15 * MINUTE;
const POD = 'cart-7c9f5d6b8-bbbbb';

let workspace: Workspace;
let http: HttpSource;
let tempo: TempoStandIn;
let admin: KubeClient;
let namespace: string;
let evidence: EvidenceStore;
let ports: TelemetryPorts;

beforeAll(async () => {
  admin = testClient(inject('cluster').kubeconfigPath);
  await installCrds(admin);
  namespace = await makeNamespace(admin, 'shop');
  await prepare(admin, namespace);
  evidence = createEvidenceStore({ client: admin, namespace, redactor, clock: systemClock });
  const made = { client: admin, namespace };
  for (const name of ['cart', 'stock']) {
    const workload = await makeWorkload(made, 'Deployment', name, podSpec(`${name}:1.0`));
    const revision = await makeReplicaSet(made, workload, `${name}-7c9f5d6b8`, 1, podSpec(`${name}:1.0`));
    const status = { ready: true, state: { running: { startedAt: new Date(NOW - 2 * DAY).toISOString() } } };
    await makePod(made, [revision, replicaSets], `${name}-7c9f5d6b8-bbbbb`, podSpec(`${name}:1.0`), { ready: true, status });
    await setStatus(made, Deployment, workload, {
      observedGeneration: 1,
      replicas: 1,
      readyReplicas: 1,
      updatedReplicas: 1,
      availableReplicas: 1,
    });
  }

  // Only traces say that cart calls it.
  await admin.create(serviceObjects, {
    metadata: { namespace, name: 'stock' },
    spec: { selector: { app: 'stock' }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  await admin.create(endpointSlices, {
    metadata: { namespace, name: 'stock-1', labels: { 'kubernetes.io/service-name': 'stock' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.0.5'], conditions: { ready: true } }],
    ports: [{ port: 8080 }],
  } as unknown as NewObject<KubeObject>);

  workspace = await openWorkspace({ description: 'telemetry of an investigation' });
  http = createHttpSource({ clock: systemClock });
  const [prometheus, loki] = await Promise.all([
    startPrometheus(workspace, { historyHours: 48 }),
    startLoki(workspace),
    startTempoStandIn().then((started) => (tempo = started)),
  ]);
  await prometheus.push(counters());
  await loki.push([{ labels: { namespace, pod: POD, container: 'app' }, entries: logLines() }]);
  // Labels of a day before are those of the store: until a flush, Loki knows lines of today alone.
  await post(`${loki.url}/flush`);
  tempo.push(traces());
  const cleaner = createCleaner(redactor.text);
  const endpoint = (name: string, url: string) => [{ name, url }];
  ports = createTelemetryPorts(
    { http, cleaner, clock: systemClock },
    { prometheus: endpoint('main', prometheus.url), loki: endpoint('loki', loki.url), tempo: endpoint('tempo', tempo.url), signoz: [] },
  );
  await until(
    'the counters',
    async () => ((await ports.metrics[0]?.instant('http_requests_total'))?.length === 2 ? true : undefined),
    60_000,
  );
});
afterAll(async () => {
  await http?.close();
  await tempo?.stop();
  await workspace?.stop();
  await admin?.close();
});

/** Twenty requests a second; hardly one in a thousand fails, and a quarter since it broke. */
function counters(): CounterHistory[] {
  const times = [NOW - DAY, NOW].flatMap((end) => Array.from({ length: 300 }, (_, index) => end - (299 - index) * 30_000));
  const counted = (perSecond: (at: number) => number): CounterHistory['points'] => {
    let total = 0;
    return times.map((at) => [at, (total += 30 * perSecond(at))] as const);
  };
  const of = (status: string, perSecond: (at: number) => number): CounterHistory => ({
    name: 'http_requests',
    labels: { namespace, pod: POD, status },
    points: counted(perSecond),
  });
  return [of('200', (at) => (at < BROKE ? 19.98 : 15)), of('500', (at) => (at < BROKE ? 0.02 : 5))];
}

/** The same timeouts as a day before, and refusals that a day before had none of. */
function logLines(): { readonly at: number; readonly line: string }[] {
  const every = (count: number, from: number, to: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => ({ at: from + Math.floor((index * (to - from)) / count), line: line(index) }));
  const timeout = (index: number): string => `level=error msg="reading cache timed out" after=${100 + index}ms`;
  const refused = (index: number): string => `level=error msg="price of item ${index} refused: vault is sealed, password=hunter2hunter2"`;
  const both = [
    ...every(40, NOW - DAY - 60 * MINUTE, NOW - DAY, timeout),
    ...every(40, NOW - 60 * MINUTE, NOW - MINUTE, timeout),
    ...every(80, BROKE, NOW - MINUTE, refused),
  ];
  return both.toSorted((a, b) => a.at - b.at);
}

/** Of each of the two days fifteen; today two of three fail, in stock. */
function traces(): OtlpResource[] {
  return Array.from({ length: 30 }, (_, index) => {
    const isToday = index % 2 === 0;
    const at = (isToday ? NOW : NOW - DAY) - (index + 2) * 20_000;
    const failed = isToday && index % 3 !== 0 ? { status: { code: 'STATUS_CODE_ERROR', message: 'vault is sealed' } } : {};
    const idOf = (id: number, digits: number): string => id.toString(16).padStart(digits, '0');
    return ['cart', 'stock'].map((service, depth): OtlpResource => {
      const span = {
        traceId: idOf(index + 1, 32),
        spanId: idOf(depth + 1, 16),
        ...(depth > 0 && { parentSpanId: idOf(depth, 16) }),
        name: 'GET /price',
        kind: 'SPAN_KIND_SERVER',
        startTimeUnixNano: `${at + depth}000000`,
        endTimeUnixNano: `${at + 30 - depth}000000`,
        ...failed,
      };
      return { resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] }, scopeSpans: [{ spans: [span] }] };
    });
  }).flat();
}

async function investigate(telemetry: TelemetryPorts | undefined): Promise<InvestigationResult> {
  const investigator = createInvestigator({
    kube: admin,
    clock: systemClock,
    logger: silentLogger,
    redact: redactor.text,
    evidence,
    telemetry,
  });
  const investigation = await admin.create(
    investigations,
    newInvestigation(
      { namespace, generateName: 'inv-' },
      { incidentRef: undefined, question: 'Why do requests fail?', window: undefined, targets: [refTo(Deployment, namespace, 'cart')] },
    ),
  );
  return investigator.run({ investigation, signal: AbortSignal.timeout(60_000) });
}

test('names what rose, what is newly complained of and whose calls fail, each with evidence that can be fetched', async () => {
  const result = await investigate(ports);
  const about = (reason: string) => result.findings.filter((finding) => finding.reason === reason);

  const errors = about('ErrorRateIncreased').find(({ object }) => object.name === 'cart');
  expect(errors?.message).toMatch(
    /answers with errors: 2[0-9] % since about .* UTC, after 0\.1 % before that and at most 0\.1 % at this time a day before/u,
  );
  expect(errors?.message).toContain('vault is sealed');
  expect(about('DependencyFailing')).toMatchObject([
    { object: { name: 'cart' }, message: expect.stringContaining('its calls to stock') as string },
  ]);
  expect(about('ErrorRateIncreased').map(({ object }) => object.name)).toContain('stock');

  const sources = new Map(result.evidence.map(({ id, source, digest }) => [id, { source, digest }]));
  const cited = [...new Set(result.findings.flatMap(({ evidence: ids }) => ids))].map((id) => sources.get(id));
  expect(new Set(cited.map((one) => one?.source))).toEqual(new Set(['metrics', 'logs', 'traces']));
  const stored = await Promise.all(cited.map((one) => evidence.get(one?.digest ?? '')));
  expect(stored.every((one) => one !== undefined)).toBe(true);
  const text = JSON.stringify([result, stored]);
  expect(text).toContain('http_requests_total');
  expect(text).toContain('which they did not a day before');
  expect(text).not.toContain('hunter2');
  expect(result.gaps.filter(({ source }) => ['metrics', 'logs', 'traces'].includes(source))).toEqual([]);
});

test('without any of it, the same question finds nothing, and says what it could not look at', async () => {
  const result = await investigate(undefined);
  expect(result.findings).toEqual([]);
  expect(
    result.gaps
      .filter(({ reason }) => reason === 'NotConfigured')
      .map(({ source }) => source)
      .toSorted(),
  ).toEqual(['git', 'logs', 'metrics', 'traces']);
});
