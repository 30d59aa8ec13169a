import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { NO_RULES } from '../../../src/domain/identity.ts';
import { createIntake } from '../../../src/intake/intake.ts';
import { Rejection } from '../../../src/intake/rejection.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createIntakeMetrics } from '../../../src/telemetry/intakeMetrics.ts';
import { type HostileBody, hostileBodies } from '../../support/hostileBodies.ts';
import { type LogLine, recordingLogger } from '../../support/logger.ts';
import { createMemoryKube } from '../../support/memoryKube.ts';

const log: LogLine[] = [];
const registry = new Registry();
const { webhooks } = createIntake({
  client: createMemoryKube() as unknown as KubeClient,
  namespace: 'agent-sre',
  clock: systemClock,
  logger: recordingLogger(log),
  metrics: createIntakeMetrics(registry),
  redactor: createRedactor(),
  authenticate: async (request) => request,
  identity: NO_RULES,
  seen: () => undefined,
  holdOffMs: 0,
});

async function outcome({ body, headers }: HostileBody): Promise<string> {
  const request = new Request('http://localhost/webhook/alert', { method: 'POST', body: body(), headers });
  // A body without a type would get one from the platform.
  if (headers['content-type'] === undefined) request.headers.delete('content-type');
  try {
    await webhooks['/webhook/alert']?.(request);
    return '200';
  } catch (error) {
    if (error instanceof Rejection) return `${error.status} ${error.reason}`;
    throw error;
  }
}

const all = hostileBodies();

describe('a hostile body', () => {
  test.each(all)('$name: $want', async (hostile) => {
    const before = log.length;
    expect(await outcome(hostile)).toBe(hostile.want);
    const [, cause] = hostile.want.split(' ');
    if (cause !== undefined) expect(log.slice(before)).toMatchObject([{ fields: { cause } }]);
  });

  test('is one of many, and what is refused is counted by its cause', async () => {
    expect(all.length).toBeGreaterThan(200);
    const refused = all.filter(({ want }) => want === '400 too_deep').length;
    expect(await registry.metrics()).toContain(`agentsre_alert_rejections_total{cause="too_deep"} ${refused}`);
  });
});
