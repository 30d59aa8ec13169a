import { beforeEach, describe, expect, test } from 'vitest';
import { retire } from '../../../src/controllers/incident/retire.ts';
import type { IncidentSpec, IncidentStatus } from '../../../src/crds/incident.ts';
import { type Incident, incidents, type RemediationPlan } from '../../../src/crds/kinds.ts';
import type { Result } from '../../../src/kube/controller.ts';
import { createFakeClock, type FakeClock } from '../../support/fakeClock.ts';
import { silentLogger } from '../../support/logger.ts';
import { createMemoryKube, type MemoryKube } from '../../support/memoryKube.ts';
import { incident, plan } from '../../support/plans.ts';

const DAY_MS = 24 * 3600_000;
const namespace = 'agent-sre';

let kube: MemoryKube;
let clock: FakeClock;
let plans: RemediationPlan[];
beforeEach(() => {
  kube = createMemoryKube();
  clock = createFakeClock();
  plans = [];
});

const over = (): IncidentStatus => {
  const at = new Date(clock.now()).toISOString();
  const condition = { type: 'Resolved', status: 'True', reason: 'Recovered', message: '', lastTransitionTime: at } as const;
  return { conditions: [condition], resolvedAt: at };
};

async function stored(name: string, status: IncidentStatus, spec: Partial<IncidentSpec> = {}): Promise<Incident> {
  const made = await kube.create(incidents, { metadata: { namespace, name }, spec: incident(spec).spec });
  return kube.replace(incidents, { ...made, status });
}

async function retiring(one: Incident): Promise<Result> {
  const { items } = await kube.list(incidents);
  return retire(one, {
    client: kube,
    logger: silentLogger,
    signal: new AbortController().signal,
    incidents: { list: () => items },
    plans: { list: () => plans },
    retentionMs: 30 * DAY_MS,
    now: clock.now(),
  });
}

const names = async (): Promise<readonly string[]> => (await kube.list(incidents)).items.map(({ metadata }) => metadata.name);

test('an Incident goes when it has been over for the retention, and not before', async () => {
  const one = await stored('inc-1', over());
  expect(await retiring(one)).toEqual({ requeueAfterMs: DAY_MS });
  await clock.advance(29.5 * DAY_MS);
  expect(await retiring(one)).toEqual({ requeueAfterMs: DAY_MS / 2 });
  expect(await names()).toEqual(['inc-1']);
  await clock.advance(DAY_MS / 2);
  expect(await retiring(one)).toBeUndefined();
  expect(await names()).toEqual([]);
});

describe('however long ago, an Incident stays', () => {
  const atWork = plan({ status: { phase: 'Verifying' } });
  const leftBehind = {
    what: 'a cordon',
    object: { kind: 'Node', name: 'n1' },
    owner: 'sre',
    since: '2026-01-01T00:00:00Z',
    overdueAt: '2026-01-02T00:00:00Z',
    end: 'uncordon',
  };
  const withDebt = plan({ status: { phase: 'Succeeded', leftBehind } });
  const done = plan({ status: { phase: 'Succeeded', leftBehind: { ...leftBehind, endedAt: '2026-01-03T00:00:00Z' } } });
  const of = (uid: string, one: RemediationPlan): RemediationPlan => ({
    ...one,
    spec: { ...one.spec, incidentRef: { name: 'inc-1', uid } },
  });

  test('that is open', async () => {
    const one = await stored('inc-1', { phase: 'NeedsHuman' });
    await clock.advance(1000 * DAY_MS);
    await retiring(one);
    expect(await names()).toEqual(['inc-1']);
  });

  test('that was opened again', async () => {
    const one = await stored('inc-1', over(), { reopenedAt: new Date(clock.now() + 60_000).toISOString() });
    await clock.advance(1000 * DAY_MS);
    await retiring(one);
    expect(await names()).toEqual(['inc-1']);
  });

  test('that is opened again just now, which was not seen yet', async () => {
    const seen = await stored('inc-1', over());
    await clock.advance(31 * DAY_MS);
    await kube.replace(incidents, { ...seen, spec: { ...seen.spec, reopenedAt: new Date(clock.now()).toISOString() } });
    await retiring(seen);
    expect(await names()).toEqual(['inc-1']);
  });

  test.each([
    { what: 'whose plan is at work', one: atWork },
    { what: 'whose plan has left something behind', one: withDebt },
  ])('$what', async ({ one }) => {
    const kept = await stored('inc-1', over());
    plans = [of(kept.metadata.uid, one)];
    await clock.advance(31 * DAY_MS);
    expect(await retiring(kept)).toEqual({ requeueAfterMs: DAY_MS });
    expect(await names()).toEqual(['inc-1']);
  });

  test('only as long as that is so: once somebody has ended what was left behind, it goes', async () => {
    const kept = await stored('inc-1', over());
    plans = [of(kept.metadata.uid, done)];
    await clock.advance(31 * DAY_MS);
    await retiring(kept);
    expect(await names()).toEqual([]);
  });

  test('that another one follows which is kept: what storms teach is read from both', async () => {
    const leader = await stored('inc-1', over());
    const since = new Date(clock.now()).toISOString();
    await stored('inc-2', { groupedInto: { name: 'inc-1', uid: leader.metadata.uid, why: 'runs there', since } });
    await clock.advance(31 * DAY_MS);
    await retiring(leader);
    expect(await names()).toEqual(['inc-1', 'inc-2']);
  });
});
