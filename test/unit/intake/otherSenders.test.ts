/** What Grafana and Uptime Kuma send, and what is read out of it. */
import { describe, expect, test } from 'vitest';
import { identityOf, NO_RULES } from '../../../src/domain/identity.ts';
import type { MessageLimits, ReadDelivery } from '../../../src/intake/alertmanager.ts';
import { readGrafana } from '../../../src/intake/grafana.ts';
import { Rejection } from '../../../src/intake/rejection.ts';
import { readUptimeKuma } from '../../../src/intake/uptimeKuma.ts';

const NOW = Date.parse('2026-11-12T15:30:00Z');
const LIMITS: MessageLimits = { maxDepth: 64, maxValueBytes: 2 ** 20, maxAlerts: 1000 };

const sent = (read: ReadDelivery, value: unknown) =>
  read(ReadableStream.from([new TextEncoder().encode(JSON.stringify(value))]), { limits: LIMITS, identity: NO_RULES, now: NOW });

describe('Grafana Alerting', () => {
  const alert = {
    status: 'firing',
    labels: { alertname: 'HighErrorRate', namespace: 'shop', service: 'checkout', grafana_folder: 'Shop', __alert_rule_uid__: 'abc' },
    annotations: { summary: '5xx above 2 %' },
    startsAt: '2026-11-12T15:20:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    values: { A: 5.2 },
    valueString: "[ var='A' labels={} value=5.2 ]",
    generatorURL: 'https://grafana.example.org/alerting/grafana/abc/view',
    fingerprint: '57c6d9296de2ad39',
    silenceURL: 'https://grafana.example.org/alerting/silence/new',
    dashboardURL: '',
    panelURL: '',
  };
  const message = {
    receiver: 'agent-sre',
    status: 'firing',
    orgId: 1,
    alerts: [alert],
    version: '1',
    groupKey: '{}',
    title: '[FIRING:1]',
    state: 'alerting',
    message: '',
  };

  test('an alert is the one that Prometheus would send, without what Grafana adds for itself', async () => {
    const { alerts } = await sent(readGrafana, message);
    expect(alerts).toMatchObject([
      {
        status: 'firing',
        labels: { alertname: 'HighErrorRate', namespace: 'shop', service: 'checkout' },
        startsAt: Date.parse(alert.startsAt),
      },
    ]);
    expect(Object.keys(alerts[0]?.labels ?? {})).toEqual(['alertname', 'namespace', 'service']);
    expect(alerts[0]?.identity).toBe(identityOf({ alertname: 'HighErrorRate', namespace: 'shop', service: 'checkout' }));
  });

  test('one that has resolved has ended when it says', async () => {
    const resolved = { ...alert, status: 'resolved', endsAt: '2026-11-12T15:28:00Z' };
    expect((await sent(readGrafana, { ...message, alerts: [resolved] })).alerts).toMatchObject([
      { status: 'resolved', endsAt: Date.parse(resolved.endsAt) },
    ]);
  });

  test('one that makes no sense does not cost the others', async () => {
    const { alerts, invalid } = await sent(readGrafana, { ...message, alerts: [alert, { status: 'firing' }, null] });
    expect([alerts.length, invalid]).toEqual([1, 2]);
  });

  test.each([
    ['an Alertmanager', { ...message, version: '4' }],
    ['legacy alerting', { dashboardId: 1, ruleName: 'x', state: 'alerting' }],
    ['nothing', null],
  ])('a message of %s is refused, with what to do', async (_, value) => {
    await expect(sent(readGrafana, value)).rejects.toThrow(Rejection);
  });
});

describe('Uptime Kuma', () => {
  const monitor = {
    id: 3,
    name: 'Checkout',
    url: 'http://checkout.shop.svc.cluster.local:8080/healthz',
    type: 'http',
    tags: [{ tag_id: 1, monitor_id: 3, value: 'payments', name: 'team' }],
  };
  const heartbeat = {
    monitorID: 3,
    status: 0,
    time: '2026-11-12 15:25:10.431',
    msg: 'connect ECONNREFUSED 10.96.3.7:8080',
    important: true,
    duration: 60,
  };
  const down = { heartbeat, monitor, msg: '[Checkout] [🔴 Down] connect ECONNREFUSED 10.96.3.7:8080' };

  test('a monitor that went down is an alert about the Service that its address names', async () => {
    const { alerts } = await sent(readUptimeKuma, down);
    expect(alerts).toMatchObject([
      {
        status: 'firing',
        labels: {
          alertname: 'UptimeKumaMonitorDown',
          monitor: 'Checkout',
          namespace: 'shop',
          service: 'checkout',
          team: 'payments',
          severity: 'critical',
        },
        startsAt: Date.parse('2026-11-12T15:25:10.431Z'),
      },
    ]);
  });

  test('its coming back ends that alert', async () => {
    const [fired] = (await sent(readUptimeKuma, down)).alerts;
    const { alerts } = await sent(readUptimeKuma, {
      ...down,
      heartbeat: { ...heartbeat, status: 1, time: '2026-11-12 15:29:00', msg: '200 - OK' },
    });
    expect(alerts).toMatchObject([
      { status: 'resolved', identity: fired?.identity, fingerprint: fired?.fingerprint, endsAt: Date.parse('2026-11-12T15:29:00Z') },
    ]);
  });

  test('tags say what a monitor of an outside address is about, and how bad it is', async () => {
    const outside = {
      ...monitor,
      url: 'https://shop.example.org/',
      tags: [
        { name: 'Namespace', value: 'shop' },
        { name: 'deployment', value: 'frontend' },
        { name: 'severity', value: 'warning' },
      ],
    };
    expect((await sent(readUptimeKuma, { ...down, monitor: outside })).alerts).toMatchObject([
      { labels: { namespace: 'shop', deployment: 'frontend', severity: 'warning' } },
    ]);
  });

  test('a certificate that will expire is a warning', async () => {
    const msg = '[Frontend][https://frontend.shop.svc] server certificate shop.example.org will be expired in 7 days';
    expect((await sent(readUptimeKuma, { heartbeat: null, monitor: null, msg })).alerts).toMatchObject([
      { labels: { alertname: 'UptimeKumaCertificateExpires', monitor: 'Frontend', severity: 'warning', service: 'frontend' } },
    ]);
  });

  test.each([
    ['a test of the notification', { heartbeat: null, monitor: null, msg: 'My Notification Testing' }],
    ['maintenance', { ...down, heartbeat: { ...heartbeat, status: 3 } }],
    ['a check that is about to be repeated', { ...down, heartbeat: { ...heartbeat, status: 2 } }],
  ])('%s is no alert, and is taken', async (_, value) => {
    expect(await sent(readUptimeKuma, value)).toEqual({ alerts: [], invalid: 0, complaints: [], truncated: 0 });
  });

  test.each([
    ['a text', 'down'],
    ['another sender', { version: '4', alerts: [] }],
    ['a monitor without a name', { ...down, monitor: {} }],
  ])('%s is refused', async (_, value) => {
    await expect(sent(readUptimeKuma, value)).rejects.toThrow('Uptime Kuma');
  });
});
