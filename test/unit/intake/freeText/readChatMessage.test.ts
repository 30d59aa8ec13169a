/** Messages as bots and people write them, and what is read out of each. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readChatMessage, type TextAlert } from '../../../../src/intake/freeText/readChatMessage.ts';

const NOW = Date.parse('2026-11-12T15:30:00Z');
const services = [
  { namespace: 'shop', name: 'checkout' },
  { namespace: 'shop', name: 'cart' },
  { namespace: 'billing', name: 'payments-api' },
  { namespace: 'shop', name: 'frontend' },
];
const read = (text: string) => readChatMessage(text, { now: NOW, services });
const blind = (text: string) => readChatMessage(text, { now: NOW });

interface Expected {
  readonly status?: TextAlert['status'];
  readonly name?: string;
  readonly about?: string | undefined;
  readonly severity?: TextAlert['severity'];
  readonly startsAt?: string | undefined;
  readonly link?: string;
}

function seen(reading: ReturnType<typeof readChatMessage>): Expected & { readonly kind: string } {
  if (reading.kind === 'notAnAlert') return { kind: `notAnAlert ${reading.why}` };
  const { kind, status, name, subject, severity, startsAt, link } = reading;
  return {
    kind,
    status,
    name,
    about: subject === undefined ? undefined : `${subject.namespace ?? ''}/${subject.label}/${subject.name}`,
    severity,
    startsAt: startsAt === undefined ? undefined : new Date(startsAt).toISOString().slice(0, 16),
    ...(link === undefined ? {} : { link }),
  };
}

describe('what bots send', () => {
  test.each<[string, string, Expected]>([
    [
      'Alertmanager, its own Slack receiver',
      '[FIRING:1] KubePodCrashLooping shop (checkout kube-state-metrics checkout-7d9c6b8f5-x2x4z prometheus-k8s warning)',
      { status: 'firing', name: 'KubePodCrashLooping', about: 'shop/service/checkout', severity: 'warning' },
    ],
    [
      'Alertmanager, resolved',
      '<https://am.example.org/#/alerts?receiver=slack|[RESOLVED] KubeDeploymentReplicasMismatch (checkout shop warning)>',
      { status: 'resolved', name: 'KubeDeploymentReplicasMismatch', about: 'shop/service/checkout' },
    ],
    [
      'a common template with labels in a list',
      '*Alert:* High request latency - `critical`\n*Description:* p99 over 2 s\n*Details:*\n • *alertname:* `HighLatency`\n • *namespace:* `shop`\n • *deployment:* `cart`\n • *severity:* `critical`',
      { status: 'firing', name: 'High request latency - critical', about: 'shop/deployment/cart', severity: 'critical' },
    ],
    [
      'Grafana',
      '**Firing**\n\nValue: A=5.2\nLabels:\n - alertname = HighErrorRate\n - grafana_folder = Shop\n - namespace = shop\n - service = checkout\nAnnotations:\n - summary = 5xx above 2 %\nSource: https://grafana.example.org/alerting/grafana/abc/view?orgId=1\n',
      {
        status: 'firing',
        name: 'HighErrorRate',
        about: 'shop/service/checkout',
        link: 'https://grafana.example.org/alerting/grafana/abc/view?orgId=1',
      },
    ],
    [
      'Datadog',
      '[P1] [Triggered on {service:checkout,env:prod}] High error rate on checkout',
      { status: 'firing', severity: 'critical', about: 'shop/service/checkout' },
    ],
    ['Datadog, over', '[Recovered] High error rate on checkout', { status: 'resolved', about: 'shop/service/checkout' }],
    [
      'PagerDuty',
      'Triggered #4711: payments-api is returning 502s\nService: payments-api | Urgency: High',
      { status: 'firing', about: 'billing/service/payments-api', severity: 'critical' },
    ],
    [
      'Opsgenie',
      '#1234: [P2] Disk of cart is 93% full',
      { status: 'firing', name: 'DiskFull', about: 'shop/service/cart', severity: 'warning' },
    ],
    ['CloudWatch', 'ALARM: "checkout-5xx" in EU (Frankfurt)', { status: 'firing' }],
    ['Nagios', '** PROBLEM Service Alert: node-3/Disk Space is CRITICAL **', { status: 'firing', severity: 'critical' }],
    [
      'Uptime Kuma, down',
      '[checkout] [🔴 Down] connect ECONNREFUSED 10.96.3.7:8080',
      { status: 'firing', name: 'ConnectionFailing', about: 'shop/service/checkout' },
    ],
    ['Uptime Kuma, up', '[checkout] [✅ Up] 200 - OK', { status: 'resolved', about: 'shop/service/checkout' }],
    [
      'Zabbix',
      'Problem: High CPU utilization on node worker-2\nSeverity: Average\nStarted: 2026-11-12 15:02:11',
      { status: 'firing', name: 'HighCPU', severity: 'warning', startsAt: '2026-11-12T15:02' },
    ],
    [
      'labels in braces',
      ':fire: KubePodNotReady{namespace="shop",pod="cart-5b9f7c6d4-qwz2k",severity="critical"} alertname=KubePodNotReady',
      { name: 'KubePodNotReady', about: 'shop/pod/cart-5b9f7c6d4-qwz2k', severity: 'critical' },
    ],
  ])('%s', (_, text, expected) => {
    expect(seen(read(text))).toMatchObject({ kind: 'alert', ...expected });
  });
});

describe('what people write', () => {
  test.each<[string, Expected]>([
    [
      'checkout is down!!! 500s everywhere since 14:05',
      { status: 'firing', name: 'HighErrorRate', about: 'shop/service/checkout', startsAt: '2026-11-12T14:05' },
    ],
    [
      'payments-api in namespace billing is crashlooping, P1',
      { name: 'CrashLooping', about: 'billing/service/payments-api', severity: 'critical' },
    ],
    ['prod is on fire, nobody can log in', { severity: 'critical', name: 'ServiceDown', about: undefined }],
    ['anyone else seeing timeouts on the cart?', { name: 'HighLatency', about: 'shop/service/cart' }],
    ['<!here> the cart pods keep restarting, OOMKilled again :scream:', { name: 'OutOfMemory', about: 'shop/service/cart' }],
    [
      'frontend can’t reach payments-api, connection refused since 20 minutes ago',
      { name: 'ConnectionFailing', about: 'shop/service/frontend', startsAt: '2026-11-12T15:10' },
    ],
    [
      'checkout p99 is through the roof for the last 10 minutes',
      { name: 'HighLatency', about: 'shop/service/checkout', startsAt: '2026-11-12T15:20' },
    ],
    [
      'cart is very slow right now, see https://grafana.example.org/d/abc',
      { about: 'shop/service/cart', link: 'https://grafana.example.org/d/abc' },
    ],
    ['the tls certificate of frontend has expired', { name: 'CertificateExpiring', about: 'shop/service/frontend' }],
    ['deploy/checkout stuck pending, 0/3 nodes available', { name: 'PodsPending', about: 'shop/deployment/checkout' }],
    ['seeing lots of errors from checkout-7d9c6b8f5-x2x4z', { name: 'HighErrorRate', about: 'shop/service/checkout' }],
    ['everything is back, checkout recovered', { status: 'resolved', about: 'shop/service/checkout' }],
    ['checkout is fixed now, false alarm', { status: 'resolved', about: 'shop/service/checkout' }],
    ['checkout is still down', { status: 'firing', name: 'ServiceDown' }],
    ['can someone look at the cart? it returns 503', { name: 'HighErrorRate', about: 'shop/service/cart' }],
    ['FYI cart-2 restarted 14 times in the last hour', { name: 'CrashLooping', about: 'shop/service/cart' }],
    ['no pods are ready for checkout', { name: 'ServiceDown', about: 'shop/service/checkout' }],
    ['is anybody on call? prod is down', { name: 'ServiceDown', severity: 'critical' }],
    ['checkout OK again', { status: 'resolved', about: 'shop/service/checkout' }],
  ])('%s', (text, expected) => {
    expect(seen(read(text))).toMatchObject({ kind: 'alert', ...expected });
  });

  test.each<[string, string]>([
    ['lunch anyone?', 'NothingWrong'],
    ['', 'Empty'],
    ['who changed the alert threshold for checkout?', 'NothingWrong'],
    ['how do I restart checkout when it is down?', 'Question'],
    ['is checkout down?', 'Question'],
    ['checkout was down yesterday, post-mortem at three', 'Past'],
    ['I will scale down checkout tomorrow', 'NothingWrong'],
    ['checkout will be unavailable during the maintenance window on Saturday', 'Planned'],
    ['what if payments-api goes down?', 'Planned'],
    ['reminder: game day drill at 16:00, checkout will be failing', 'Planned'],
    ['no errors in checkout so far, nice', 'NothingWrong'],
    ['checkout is not down', 'NothingWrong'],
    ['merged the PR that adds a failover to cart', 'NothingWrong'],
    ['things are slow', 'NoSubject'],
    ['I narrowed down the cart bug', 'NothingWrong'],
    ['it is a slow day', 'NothingWrong'],
    ['did we ever fix the checkout timeouts?', 'Question'],
    ['thanks for fixing the checkout outage!', 'Past'],
    ['the build is broken', 'NoSubject'],
    ['pipeline failed for checkout #1243', 'NothingWrong'],
    ['deployed checkout 2.1 to prod', 'NothingWrong'],
  ])('%s is no alert', (text, why) => {
    expect(seen(read(text))).toEqual({ kind: `notAnAlert ${why}` });
  });
});

describe('without knowing which services there are', () => {
  test.each<[string, string | undefined]>([
    ['the inventory service is down', '/service/inventory'],
    ['inventory is returning 503s', '/service/inventory'],
    ['shop/inventory keeps crashing', 'shop/service/inventory'],
    ['getting 500s from inventory.shop.svc.cluster.local', 'shop/service/inventory'],
    ['node worker-3 is not ready', '/service/worker-3'],
    ['pods in the shop namespace are crashlooping: pod/cart-5b9f7c6d4-qwz2k', 'shop/pod/cart-5b9f7c6d4-qwz2k'],
  ])('%s', (text, about) => {
    expect(seen(blind(text))).toMatchObject({ kind: 'alert', about });
  });
});

describe('text that is meant to harm', () => {
  test('no text throws, takes names from nowhere, or makes labels that Kubernetes does not allow', () => {
    const words = fc.constantFrom(
      '[FIRING:1]',
      'checkout',
      'is',
      'down',
      'namespace:',
      '=',
      '{',
      '}',
      '"',
      '<',
      '>',
      '|',
      '\n',
      '__proto__:',
      'constructor=',
      '\u202e',
      '\ud800',
      'a'.repeat(300),
      'since 99:99',
      '9999-99-99T99:99Z',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ unit: 'binary' })), { maxLength: 60 }), (parts) => {
        const reading = read(parts.join(' '));
        if (reading.kind === 'notAnAlert') return;
        expect(Object.keys(reading.labels)).not.toContain('__proto__');
        for (const label of ['namespace', 'pod', 'service', 'deployment'])
          expect(reading.labels[label] ?? 'x').toMatch(/^[a-z0-9][-a-z0-9.]{0,252}$/u);
        expect(reading.startsAt ?? NOW).toBeLessThanOrEqual(NOW);
      }),
    );
  });

  test.each([
    ['brackets', '['.repeat(8000)],
    ['angle brackets', '<'.repeat(4000) + '>'.repeat(4000)],
    ['spaces', `checkout${' '.repeat(8000)}is down`],
    ['letters with colons', 'a:'.repeat(4000)],
    ['dashes', `is ${'a-'.repeat(4000)}`],
    ['words', 'the service the service '.repeat(400)],
  ])('%s without end are read at once', (_, text) => {
    // Quadratic matching of 8 KiB would run into the time limit of the test.
    for (let round = 0; round < 20; round += 1) read(text);
  });
});
