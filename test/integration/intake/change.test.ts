/** A change that is reported, from the webhook to what an investigation reads, on a real API server. */

import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createEvidenceStore } from '../../../src/evidence/store.ts';
import { createChangeWebhook } from '../../../src/intake/change/changeWebhook.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createReportedChanges } from '../../../src/sources/reportedChanges.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { createIntakeMetrics } from '../../../src/telemetry/intakeMetrics.ts';
import { createFakeClock } from '../../support/fakeClock.ts';
import { installCrds } from '../../support/installCrds.ts';
import { recordingLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';

const HOUR = 3_600_000;
const redactor = createRedactor();
let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  await installCrds(client);
  namespace = await makeNamespace(client, 'changes');
});
afterAll(() => client.close());

const report = (body: object, as: KubeClient = client) =>
  createChangeWebhook({
    authenticate: async (request) => request,
    metrics: createIntakeMetrics(new Registry()),
    client: as,
    namespace,
    clock: systemClock,
    logger: recordingLogger([]),
    redactor,
  })(
    new Request('http://agent/webhook/change', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
const seen = (start: number, end: number) =>
  createReportedChanges(client, namespace, createCleaner(redactor.text)).annotations({ start, end });

test('is kept once however often it is reported, without its secrets, and found by when it was', async () => {
  const now = Date.now();
  const at = new Date(now - HOUR).toISOString();
  const body = {
    summary: 'deployed checkout with password=hunter2hunter2',
    kind: 'deploy',
    source: 'ci',
    author: 'team-shop',
    at,
    objects: ['shop/checkout'],
  };
  expect(await report(body)).toEqual({ status: 'recorded' });
  expect(await report(body)).toEqual({ status: 'known' });
  const found = await seen(now - 2 * HOUR, now);
  expect(found).toEqual([
    {
      at: Date.parse(at),
      endAt: Date.parse(at),
      text: expect.stringMatching(/^Deployment reported by ci, team-shop: deployed checkout with password=/u),
      tags: ['shop/checkout'],
    },
  ]);
  expect(JSON.stringify(found)).not.toContain('hunter2');
  expect(await seen(now - 30 * 60_000, now)).toEqual([]);
});

test('goes with the evidence, once it is older than the retention', async () => {
  await report({ summary: 'old', source: 'retention' });
  const clock = createFakeClock(Date.now() + 31 * 24 * HOUR);
  const store = createEvidenceStore({ client, namespace, redactor, clock, limits: { retentionMs: 30 * 24 * HOUR } });
  expect(await store.collectGarbage()).toMatchObject({ problems: [] });
  expect(await seen(0, Date.now() + HOUR)).toEqual([]);
});

test('that the API server will not take is to be sent again', async () => {
  const nobody = testClient(inject('cluster').kubeconfigs.mallory);
  try {
    await expect(report({ summary: 'x' }, nobody)).rejects.toMatchObject({ status: 503, reason: 'api_server_refused' });
  } finally {
    await nobody.close();
  }
});
