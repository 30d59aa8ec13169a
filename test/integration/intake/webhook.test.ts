import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { incidents } from '../../../src/crds/kinds.ts';
import { identityLabel, identityOf, incidentName } from '../../../src/domain/identity.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { defineResource } from '../../../src/kube/object.ts';
import { installCrds } from '../../support/installCrds.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { newIncident } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';
import { crashLoop, delivered, minutes, type RawAlert } from '../../unit/intake/builders.ts';
import { close, incidentsIn, isOpen, startReplica } from './harness.ts';

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  await installCrds(client);
});

beforeEach(async () => {
  namespace = await makeNamespace(client, 'intake');
});

/** A quota that counts Incidents; its status is what a controller would write. */
async function allowIncidents(count: number): Promise<void> {
  const quotas = defineResource({ group: '', version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true });
  const hard = { 'count/incidents.agentsre.io': String(count) };
  const used = { 'count/incidents.agentsre.io': String((await incidentsIn(client, namespace)).length) };
  await client.apply(quotas, { metadata: { namespace, name: 'few' }, spec: { hard } } as never, { fieldManager: 'test' });
  await client.patch(quotas, { namespace, name: 'few' }, { status: { hard, used } }, { type: 'merge', subresource: 'status' });
}

const resolved: RawAlert = { status: 'resolved', endsAt: minutes(-1) };
const pod = (suffix: string, rest: RawAlert = {}): RawAlert => ({ ...rest, labels: { ...crashLoop, pod: `checkout-7d9f8c6b5-${suffix}` } });
const counts = { created: 0, updated: 0, reopened: 0, unchanged: 0, ignored: 0, resolved_unknown: 0, invalid: 0 };

describe('a delivery', () => {
  test('is durable when it is answered with 200', async () => {
    const answer = await startReplica(client, namespace).deliver({});
    expect(answer).toMatchObject({ status: 200, body: { ...counts, status: 'accepted', created: 1 } });
    const identity = identityOf(crashLoop);
    expect(await incidentsIn(client, namespace)).toMatchObject([
      {
        metadata: {
          name: incidentName(identity, { ordinal: 1, form: 'short' }),
          labels: { 'agentsre.io/identity': identityLabel(identity) },
        },
        spec: { title: 'KubePodCrashLooping: deployment checkout in shop', identity, alerts: [{ status: 'firing', labels: crashLoop }] },
      },
    ]);
  });

  test('that is repeated writes nothing', async () => {
    const replica = startReplica(client, namespace);
    await replica.deliver({}, pod('9zvqw'));
    const [before] = await incidentsIn(client, namespace);
    expect(await replica.deliver({}, pod('9zvqw'))).toMatchObject({ status: 200, body: { unchanged: 2 } });
    const [after] = await incidentsIn(client, namespace);
    expect(after?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  });

  test('of the next pod joins the open Incident', async () => {
    const replica = startReplica(client, namespace);
    await replica.deliver({});
    await replica.deliver(pod('9zvqw'));
    expect(await incidentsIn(client, namespace)).toMatchObject([{ spec: { alertsTotal: 2, alerts: [{}, {}] } }]);
  });

  test('of other trouble is another Incident', async () => {
    await startReplica(client, namespace).deliver({}, { labels: { ...crashLoop, namespace: 'other' } });
    expect(await incidentsIn(client, namespace)).toHaveLength(2);
  });

  test('that fires and ends mixed records both', async () => {
    const replica = startReplica(client, namespace);
    await replica.deliver({}, pod('9zvqw'));
    await replica.deliver(resolved, pod('9zvqw'));
    const [incident] = await incidentsIn(client, namespace);
    expect(incident?.spec.alerts).toMatchObject([{ status: 'resolved', endsAt: minutes(-1) }, { status: 'firing' }]);
  });

  test('of the end alone makes no Incident', async () => {
    expect(await startReplica(client, namespace).deliver(resolved)).toMatchObject({ status: 200, body: { resolved_unknown: 1 } });
    expect(await incidentsIn(client, namespace)).toEqual([]);
  });

  test.each(['Watchdog', 'InfoInhibitor'])('of %s makes no Incident', async (alertname) => {
    const replica = startReplica(client, namespace);
    expect(await replica.deliver({ labels: { alertname, severity: 'none' } })).toMatchObject({ status: 200, body: { ignored: 1 } });
    expect(await incidentsIn(client, namespace)).toEqual([]);
    expect(await replica.metrics()).toContain('agentsre_alerts_total{outcome="ignored"} 1');
  });

  test('with hostile texts is stored as it can be, and comes back the same', async () => {
    const replica = startReplica(client, namespace);
    const labels = { ...crashLoop, 'a.b/ü 名': '\u0000\uD800<&>"\u202E', ['x'.repeat(400)]: 'y', long: '€'.repeat(9000) };
    expect((await replica.deliver({ labels })).body).toMatchObject({ created: 1 });
    expect((await replica.deliver({ labels })).body).toMatchObject({ unchanged: 1 });
  });
});

describe('after an Incident was closed', () => {
  test('the same alert is the next Incident, and the one after that the next', async () => {
    const replica = startReplica(client, namespace);
    for (const ordinal of [1, 2, 3]) {
      await replica.deliver({ startsAt: minutes(ordinal - 10) });
      const open = (await incidentsIn(client, namespace)).filter(isOpen);
      expect(open.map(({ metadata }) => metadata.name)).toEqual([incidentName(identityOf(crashLoop), { ordinal, form: 'short' })]);
      if (open[0] !== undefined) await close(client, open[0]);
    }
  });

  test('its end changes nothing', async () => {
    const replica = startReplica(client, namespace);
    await replica.deliver({});
    const [incident] = await incidentsIn(client, namespace);
    if (incident !== undefined) await close(client, incident);
    expect((await replica.deliver(resolved)).body).toMatchObject({ resolved_unknown: 1 });
    expect(await incidentsIn(client, namespace)).toHaveLength(1);
  });

  test('a cache that has not seen the close, or the next one, does no harm', async () => {
    const replica = startReplica(client, namespace);
    await replica.deliver({});
    const asSeenThen = await incidentsIn(client, namespace);
    if (asSeenThen[0] !== undefined) await close(client, asSeenThen[0]);
    await replica.deliver({});
    const late = startReplica(client, namespace, { seen: () => asSeenThen });
    expect((await late.deliver({})).body).toMatchObject({ unchanged: 1 });
    expect((await late.deliver(resolved)).body).toMatchObject({ updated: 1 });
    const all = await incidentsIn(client, namespace);
    expect(all.map((incident) => incident.spec.alerts?.[0]?.status)).toEqual(['firing', 'resolved']);
  });

  test('a cache that knows of none yet does no harm', async () => {
    await startReplica(client, namespace).deliver({});
    expect((await startReplica(client, namespace, { seen: () => [] }).deliver({})).body).toMatchObject({ unchanged: 1 });
    expect(await incidentsIn(client, namespace)).toHaveLength(1);
  });

  test('ordinals go on though the earliest were deleted since', async () => {
    const replica = startReplica(client, namespace);
    await replica.deliver({});
    const [first] = await incidentsIn(client, namespace);
    if (first === undefined) throw new Error('no Incident');
    await close(client, first);
    await replica.deliver({});
    await client.delete(incidents, { namespace, name: first.metadata.name });
    expect((await startReplica(client, namespace).deliver({})).body).toMatchObject({ unchanged: 1 });
    expect(await incidentsIn(client, namespace)).toHaveLength(1);
  });
});

describe('soon after an Incident has recovered', () => {
  const holdOffMs = 600_000;

  test('the same alert opens it again, and that is counted', async () => {
    const replicas = [1, 2, 3].map(() => startReplica(client, namespace, { holdOffMs }));
    await replicas[0]?.deliver({});
    const [first] = await incidentsIn(client, namespace);
    if (first !== undefined) await close(client, first);
    const answers = await Promise.all(replicas.map((replica) => replica.deliver({})));
    expect(answers.filter((answer) => answer.body['reopened'] === 1)).toHaveLength(1);
    expect(await incidentsIn(client, namespace)).toMatchObject([
      { spec: { reopenings: 1, occurrencesTotal: 2, alerts: [{ status: 'firing' }] } },
    ]);
  });

  test('a person’s end stands while the same firing goes on, and the next Incident says which was before it', async () => {
    const replica = startReplica(client, namespace, { holdOffMs });
    await replica.deliver({});
    const [first] = await incidentsIn(client, namespace);
    if (first === undefined) throw new Error('no Incident');
    const closure = { reason: 'Expected', by: 'admin' };
    await client.patch(incidents, { namespace, name: first.metadata.name }, { spec: { closure } }, { type: 'merge' });
    await close(client, first);
    expect((await replica.deliver({})).body).toMatchObject({ unchanged: 1 });
    expect((await replica.deliver({ status: 'resolved', endsAt: new Date().toISOString() })).body).toMatchObject({ resolved_unknown: 1 });
    expect(await incidentsIn(client, namespace)).toHaveLength(1);
    expect((await replica.deliver({ startsAt: new Date(Date.now() + 2_000).toISOString() })).body).toMatchObject({ created: 1 });
    const [, next] = await incidentsIn(client, namespace);
    expect(next?.spec).toMatchObject({ recurrenceOf: first.metadata.name, occurrencesTotal: 1 });
  });
});

describe('what was found afterwards', () => {
  const past = async (from: number, to: number) => await delivered({ status: 'resolved', startsAt: minutes(from), endsAt: minutes(to) });

  test('has an Incident that says it is over, once', async () => {
    const { record } = startReplica(client, namespace);
    const alerts = await past(-20, -10);
    expect(await record(alerts, { isPast: true })).toMatchObject({ created: 1 });
    const [incident] = await incidentsIn(client, namespace);
    expect(incident?.spec).toMatchObject({ startsAt: minutes(-20), alerts: [{ status: 'resolved', endsAt: minutes(-10) }] });
    expect(await record(alerts, { isPast: true })).toMatchObject({ unchanged: 1 });
    if (incident !== undefined) await close(client, incident);
    expect(await record(alerts, { isPast: true })).toMatchObject({ unchanged: 1 });
    expect(await incidentsIn(client, namespace)).toHaveLength(1);
  });

  test('is covered by an Incident of that time', async () => {
    const replica = startReplica(client, namespace);
    await replica.deliver({ startsAt: minutes(-30) });
    expect(await replica.record(await past(-20, -10), { isPast: true })).toMatchObject({ updated: 1 });
    expect(await incidentsIn(client, namespace)).toHaveLength(1);
  });
});

describe('alerts that the sender left out', () => {
  test('are a gap that people see until whatever fires was asked for', async () => {
    const replica = startReplica(client, namespace);
    const alerts = await delivered({});
    await replica.record(alerts, { leftOut: 7 });
    expect(await incidentsIn(client, namespace)).toMatchObject([{ spec: { alertsLeftOut: 7 } }]);
    await replica.record(alerts, { askedAt: Date.now() + 1, isComplete: true });
    expect((await incidentsIn(client, namespace))[0]?.spec).not.toHaveProperty('alertsLeftOut');
  });
});

describe('something else under the name', () => {
  test('is left alone, and the alert is covered under another', async () => {
    const identity = identityOf(crashLoop);
    await client.create(
      incidents,
      newIncident({ namespace, name: incidentName(identity, { ordinal: 1, form: 'short' }) }, { identity: 'other' }),
    );
    const replica = startReplica(client, namespace);
    expect((await replica.deliver({})).body).toMatchObject({ created: 1 });
    expect((await replica.deliver({})).body).toMatchObject({ unchanged: 1 });
    const names = (await incidentsIn(client, namespace))
      .filter(({ spec }) => spec.identity === identity)
      .map(({ metadata }) => metadata.name);
    expect(names).toEqual([incidentName(identity, { ordinal: 1, form: 'full' })]);
  });
});

describe('two replicas at the same time', () => {
  test('make one Incident that holds the alerts of all deliveries', async () => {
    const replicas = [startReplica(client, namespace), startReplica(testClient(inject('cluster').kubeconfigPath), namespace)];
    const pods = Array.from({ length: 12 }, (_, index) => `${20_000 + index}`);
    const answers = await Promise.all(pods.map(async (suffix, index) => replicas[index % 2]?.deliver(pod(suffix))));
    expect(answers.map((answer) => answer?.status)).toEqual(answers.map(() => 200));
    const all = await incidentsIn(client, namespace);
    expect(all).toMatchObject([{ spec: { alertsTotal: 12 } }]);
    expect(new Set(all[0]?.spec.alerts?.map(({ fingerprint }) => fingerprint)).size).toBe(12);
  });

  test('make one next Incident when both see that the last was closed', async () => {
    const replicas = [0, 1, 2, 3].map(() => startReplica(client, namespace));
    await replicas[0]?.deliver({});
    const [first] = await incidentsIn(client, namespace);
    if (first !== undefined) await close(client, first);
    await Promise.all(replicas.map((replica) => replica.deliver({})));
    expect((await incidentsIn(client, namespace)).filter(isOpen)).toHaveLength(1);
  });

  test('keep one open Incident an identity and every firing alert in one, whatever comes in whatever order', async () => {
    const replicas = [startReplica(client, namespace), startReplica(client, namespace, { seen: () => [] })];
    const services = ['cart', 'checkout', 'search'];
    const alertOf = (service: string, suffix: number): RawAlert => ({
      labels: { ...crashLoop, pod: `${service}-7d9f8c6b5-${20_000 + suffix}` },
    });
    for (let round = 0; round < 5; round += 1) {
      const deliveries = services.flatMap((service) =>
        replicas.map((replica, index) => replica.deliver(alertOf(service, round), alertOf(service, index))),
      );
      await Promise.all([...deliveries, replicas[0]?.deliver({ ...alertOf('cart', round), ...resolved })]);
      const all = await incidentsIn(client, namespace);
      const open = all.filter(isOpen);
      expect(new Set(open.map(({ spec }) => spec.identity)).size).toBe(open.length);
      expect(open).toHaveLength(services.length);
      const closing = open[round % services.length];
      if (closing !== undefined) await close(client, closing);
    }
  });
});

describe('what cannot be stored', () => {
  test('is answered with 503 while the API server does not answer', async () => {
    const away = testClient(inject('cluster').kubeconfigPath);
    await away.close();
    const replica = startReplica(away, namespace, { limits: { patienceMs: 700 } });
    expect(await replica.deliver({})).toMatchObject({ status: 503, retryAfter: '5', body: { title: 'Service Unavailable' } });
    expect(await replica.metrics()).toContain('agentsre_alert_rejections_total{cause="api_server_unavailable"} 1');
    expect(replica.log.at(-1)).toMatchObject({ level: 'error' });
  });

  test('is answered with 503 when we may not write, so that it comes again once we may', async () => {
    const nobody = testClient(inject('cluster').kubeconfigs.dave);
    const replica = startReplica(nobody, namespace);
    expect(await replica.deliver({})).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('the API server refuses them') as unknown },
    });
    expect(await replica.metrics()).toContain('agentsre_alert_rejections_total{cause="api_server_refused"} 1');
  });

  test('does not keep the rest from being stored', async () => {
    await allowIncidents(3);
    const replica = startReplica(client, namespace);
    const alerts = Array.from({ length: 5 }, (_, index) => ({ labels: { ...crashLoop, namespace: `n${index}` } }));
    expect(await replica.deliver(...alerts)).toMatchObject({ status: 503 });
    expect(await incidentsIn(client, namespace)).toHaveLength(3);
    await allowIncidents(9);
    expect(await replica.deliver(...alerts)).toMatchObject({ status: 200, body: { created: 2, unchanged: 3 } });
  });

  test('is turned away while too many deliveries are under way', async () => {
    const replica = startReplica(client, namespace, { limits: { maxDeliveries: 1 } });
    const answers = await Promise.all([1, 2, 3].map((suffix) => replica.deliver(pod(`${20_000 + suffix}`))));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 503, 503]);
  });
});
