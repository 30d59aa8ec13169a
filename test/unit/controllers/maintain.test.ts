import { describe, expect, test } from 'vitest';
import { announce } from '../../../src/controllers/incident/announce.ts';
import { createOpenWindows, maintain } from '../../../src/controllers/incident/maintain.ts';
import type { IncidentScope } from '../../../src/controllers/incident/scope.ts';
import { conditionOf } from '../../../src/controllers/steps.ts';
import type { IncidentStatus } from '../../../src/crds/incident.ts';
import { alert, incident, policy } from '../../support/plans.ts';

const NIGHT = Date.parse('2026-01-01T23:00:00Z');
const MORNING = Date.parse('2026-01-02T06:00:00Z');
const rule = { minutes: 0, occurrences: 1 };
const window = { name: 'nightly', from: '22:00', to: '06:00', timeZone: 'UTC', reason: 'backups' };
const shop = policy('shop', { mode: 'Suggest', selector: { namespaces: ['shop'] }, maintenance: [window] });

async function look(now: number, status: IncidentStatus = {}, policies = [shop]): Promise<IncidentScope> {
  const clock = { now: () => now };
  const scope = {
    clock,
    incident: incident({ alerts: [alert('firing')], targets: [{ kind: 'Deployment', namespace: 'shop', name: 'cart' }] }),
    status: structuredClone(status),
    announcements: { critical: rule, warning: rule, info: rule },
    policies: { list: () => policies },
    openWindows: createOpenWindows(clock),
  } as unknown as IncidentScope;
  await maintain(scope);
  announce(scope);
  return scope;
}

const SAID = 'maintenance window nightly of RemediationPolicy shop is open until 2026-01-02T06:00:00.000Z: backups';

describe('an Incident in a maintenance window', () => {
  test('is told to nobody, and is looked at again when the window closes', async () => {
    const scope = await look(NIGHT);
    expect(conditionOf(scope.status, 'Announced')).toMatchObject({ status: 'False', reason: 'Maintenance', message: SAID });
    expect(scope.status.maintenance).toMatchObject({ policy: 'shop', window: 'nightly', reason: 'backups' });
    expect(scope.wakeInMs).toBe(7 * 3600_000);
  });

  test('is told when the window is closed and it still fires', async () => {
    const scope = await look(MORNING, (await look(NIGHT)).status);
    expect(scope.status.maintenance).toBeUndefined();
    expect(scope.status.timeline?.map(({ reason }) => reason)).toEqual(['Maintenance', 'MaintenanceEnded', 'Announced']);
  });

  test('is told when the policy is gone', async () => {
    const scope = await look(NIGHT, (await look(NIGHT)).status, []);
    expect(conditionOf(scope.status, 'Announced')?.status).toBe('True');
  });
});
