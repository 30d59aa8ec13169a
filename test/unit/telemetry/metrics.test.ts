import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { Incident } from '../../../src/crds/kinds.ts';
import type { Store } from '../../../src/kube/store.ts';
import { createIntakeMetrics } from '../../../src/telemetry/intakeMetrics.ts';
import { countIncidents } from '../../../src/telemetry/objectMetrics.ts';
import { incident } from '../cli/story.ts';

/** A store over objects that a test changes. */
const storeOf = (objects: Incident[]): Store<Incident> => ({
  get: () => undefined,
  list: () => objects,
  byIndex: () => [],
  size: objects.length,
  synced: true,
});

describe('countIncidents', () => {
  test('counts what is there at each scrape, and shows what there is none of', async () => {
    const registry = new Registry();
    const objects = [incident, { ...incident, status: undefined }];
    countIncidents(registry, storeOf(objects));
    const first = await registry.metrics();
    expect(first).toContain('agentsre_incidents{phase="AwaitingApproval",severity="critical"} 1');
    expect(first).toContain('agentsre_incidents{phase="New",severity="critical"} 1');
    expect(first).toContain('agentsre_incidents{phase="Resolved",severity="info"} 0');
    objects.length = 0;
    expect(await registry.metrics()).toContain('agentsre_incidents{phase="AwaitingApproval",severity="critical"} 0');
  });
});

describe('createIntakeMetrics', () => {
  test('shows every cause from the start, so that a first rejection is a rise', async () => {
    const registry = new Registry();
    const metrics = createIntakeMetrics(registry);
    expect(await registry.metrics()).toContain('agentsre_alert_rejections_total{cause="too_large"} 0');
    metrics.rejected('too_large');
    metrics.truncated(3);
    expect(await registry.metrics()).toContain('agentsre_alert_rejections_total{cause="too_large"} 1');
    expect(await registry.metrics()).toContain('agentsre_alerts_truncated_total 3');
  });
});
