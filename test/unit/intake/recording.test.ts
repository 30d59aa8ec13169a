import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IncidentSpec, incidentSpec } from '../../../src/crds/incident.ts';
import type { DeliveredAlert } from '../../../src/intake/alertmanager.ts';
import { createRecorder } from '../../../src/intake/recording.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { crashLoop, delivered, minutes, NOW, type RawAlert } from './builders.ts';

const recorder = createRecorder({ redactor: createRedactor() });

const begun = (alerts: readonly DeliveredAlert[]): IncidentSpec => {
  const spec = recorder.begin([{ alerts }], NOW);
  if (spec === undefined) throw new Error('no reason for an Incident');
  return spec;
};

/** The spec after these deliveries, the first of which begins it. */
async function after(...deliveries: readonly (readonly RawAlert[])[]): Promise<IncidentSpec> {
  const [first = [], ...later] = await Promise.all(deliveries.map((alerts) => delivered(...alerts)));
  return later.reduce((spec, alerts) => recorder.refresh(spec, [{ alerts }], NOW) ?? spec, begun(first));
}

async function isNews(spec: IncidentSpec, ...alerts: readonly RawAlert[]): Promise<boolean> {
  return recorder.refresh(spec, [{ alerts: await delivered(...alerts) }], NOW + 60_000) !== undefined;
}

const otherPod: RawAlert = { labels: { ...crashLoop, pod: 'checkout-7d9f8c6b5-9zvqw' } };
const manyPods = (count: number, rest: RawAlert = {}): readonly RawAlert[] =>
  Array.from({ length: count }, (_, index) => ({
    labels: { ...crashLoop, pod: `checkout-7d9f8c6b5-${20_000 + index}` },
    ...rest,
  }));
const states = (spec: IncidentSpec): readonly string[] => (spec.alerts ?? []).map(({ status }) => status);

describe('a new Incident', () => {
  test('says what a person has to know', async () => {
    expect(await after([{ annotations: { summary: 'short', description: 'long', runbook_url: 'https://runbooks/x' } }])).toMatchObject({
      title: 'KubePodCrashLooping: deployment checkout in shop',
      severity: 'warning',
      source: 'Alertmanager',
      alertsTotal: 1,
      targets: [{ kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' }, { kind: 'Pod' }],
      description: 'long',
      runbookURL: 'https://runbooks/x',
      startsAt: '2026-11-21T11:55:00.123Z',
      labels: crashLoop,
    });
  });

  test('begins with the earliest of its alerts, is as bad as the worst, and carries their common labels', async () => {
    const spec = await after([
      { startsAt: minutes(-1) },
      { ...otherPod, startsAt: minutes(-9), labels: { ...otherPod.labels, severity: 'critical' } },
    ]);
    expect(spec).toMatchObject({ startsAt: minutes(-9), severity: 'critical', alertsTotal: 2 });
    expect(spec.labels).toEqual({ alertname: 'KubePodCrashLooping', namespace: 'shop', container: 'app' });
  });

  test('leaves out what has already ended', async () => {
    expect(states(await after([{}, { ...otherPod, status: 'resolved' }]))).toEqual(['firing']);
  });

  test('counts an alert once that is in a delivery twice', async () => {
    expect(await after([{}, {}])).toMatchObject({ alertsTotal: 1, alerts: [{}] });
  });

  test('hides secrets in labels, annotations and links', async () => {
    const password = 'hunter2-correct-horse';
    const spec = await after([
      { labels: { ...crashLoop, password }, annotations: { description: `password=${password}` }, generatorURL: `http://u:${password}@p/` },
    ]);
    expect(JSON.stringify(spec)).not.toContain(password);
  });

  test('leaves out a runbook that is no link', async () => {
    expect((await after([{ annotations: { runbook_url: 'javascript:alert(1)' } }])).runbookURL).toBeUndefined();
  });

  test('has a title in one line, without characters that one cannot see', async () => {
    expect((await after([{ labels: { alertname: 'A\n\u202Eb\u001B[31m' } }])).title).toBe('A b [31m');
  });
});

describe('a delivery that says nothing new changes nothing', () => {
  test.each<{ name: string; deliveries: readonly (readonly RawAlert[])[]; again: readonly RawAlert[] }>([
    { name: 'the same again', deliveries: [[{}]], again: [{}] },
    { name: 'with a later start, as after a restart of Prometheus', deliveries: [[{}]], again: [{ startsAt: minutes(-1) }] },
    {
      name: 'with other figures in its texts',
      deliveries: [[{ annotations: { description: '93.2 %' } }]],
      again: [{ annotations: { description: '93.4 %' } }],
    },
    {
      name: 'the end again',
      deliveries: [[{}], [{ status: 'resolved', endsAt: minutes(-1) }]],
      again: [{ status: 'resolved', endsAt: minutes(-1) }],
    },
    {
      name: 'the end by another clock',
      deliveries: [[{}], [{ status: 'resolved', endsAt: minutes(-2) }]],
      again: [{ status: 'resolved', endsAt: minutes(-1) }],
    },
    {
      name: 'the end of an earlier time',
      deliveries: [[{ startsAt: minutes(-5) }]],
      again: [{ status: 'resolved', startsAt: minutes(-60), endsAt: minutes(-50) }],
    },
    { name: 'the end of an alert that it never had', deliveries: [[{}]], again: [{ ...otherPod, status: 'resolved' }] },
    { name: 'more alerts than it holds, again', deliveries: [manyPods(70)], again: manyPods(70) },
    { name: 'some of the alerts beyond those that it holds', deliveries: [manyPods(70)], again: manyPods(70).slice(60) },
    {
      name: 'alerts whose labels were cut',
      deliveries: [[{ labels: { ...crashLoop, note: 'x'.repeat(5000) } }]],
      again: [{ labels: { ...crashLoop, note: 'x'.repeat(5000) } }],
    },
  ])('$name', async ({ deliveries, again }) => {
    expect(await isNews(await after(...deliveries), ...again)).toBe(false);
  });
});

describe('what is new is recorded', () => {
  test('an end', async () => {
    const spec = await after([{}], [{ status: 'resolved', endsAt: minutes(-1) }]);
    expect(spec.alerts).toMatchObject([{ status: 'resolved', endsAt: minutes(-1), lastReceivedAt: new Date(NOW).toISOString() }]);
  });

  test('another beginning after an end', async () => {
    const spec = await after([{}], [{ status: 'resolved', endsAt: minutes(-2) }], [{ startsAt: minutes(-1) }]);
    expect(spec.alerts).toMatchObject([{ status: 'firing', startsAt: minutes(-1) }]);
    expect(spec.alerts?.[0]).not.toHaveProperty('endsAt');
  });

  test('a whole second time that nobody told of', async () => {
    const spec = await after(
      [{}],
      [{ status: 'resolved', endsAt: minutes(-3) }],
      [{ status: 'resolved', startsAt: minutes(-2), endsAt: minutes(-1) }],
    );
    expect(spec.alerts).toMatchObject([{ status: 'resolved', startsAt: minutes(-2), endsAt: minutes(-1) }]);
  });

  test('an earlier beginning, from the other one of two Prometheis', async () => {
    expect((await after([{}], [{ startsAt: minutes(-30) }])).alerts).toMatchObject([{ startsAt: minutes(-30) }]);
  });

  test('another pod, with the labels that both have', async () => {
    const spec = await after([{}], [otherPod]);
    expect(spec.alerts).toHaveLength(2);
    expect(spec.labels).not.toHaveProperty('pod');
  });

  test('that it got worse', async () => {
    expect(await after([{}], [{ labels: { ...crashLoop, severity: 'critical' } }])).toMatchObject({ severity: 'critical', alertsTotal: 2 });
  });

  test('but not a severity that a person has set since', async () => {
    const spec: IncidentSpec = { ...(await after([{ labels: { ...crashLoop, severity: 'critical' } }])), severity: 'info' };
    const now = recorder.refresh(
      spec,
      [{ alerts: await delivered({ labels: { ...crashLoop, severity: 'critical' }, status: 'resolved' }) }],
      NOW,
    );
    expect(now?.severity).toBe('info');
  });

  test('and nothing of what people wrote is touched', async () => {
    const spec: IncidentSpec = { ...(await after([{}])), suspend: true, title: 'mine', description: 'mine', targets: [] };
    expect(recorder.refresh(spec, [{ alerts: await delivered(otherPod) }], NOW)).toMatchObject({
      suspend: true,
      title: 'mine',
      description: 'mine',
      targets: [],
    });
  });
});

describe('what was asked for', () => {
  const ended: RawAlert = { status: 'resolved', endsAt: minutes(0) };
  const asked = async (spec: IncidentSpec, askedAt: number, alert: RawAlert = {}) =>
    recorder.refresh(spec, [{ alerts: await delivered(alert), askedAt }], askedAt + 1_000);

  test('of an Alertmanager that is seconds behind does not open again what another one has said to be over', async () => {
    const over = await after([{}], [ended]);
    expect(states(over)).toEqual(['resolved']);
    expect(await asked(over, NOW + 5_000)).toBeUndefined();
  });

  test('opens again what is still listed when nobody can be behind any more, and what began after the end', async () => {
    const over = await after([{}], [ended]);
    expect((await asked(over, NOW + 40_000))?.alerts).toMatchObject([{ status: 'firing' }]);
    expect((await asked(over, NOW + 5_000, { startsAt: new Date(NOW + 3_000).toISOString() }))?.alerts).toMatchObject([
      { status: 'firing' },
    ]);
  });
});

describe('many alerts', () => {
  test('are sampled, and counted in full', async () => {
    const spec = await after(manyPods(70));
    expect([spec.alerts?.length, spec.alertsTotal]).toEqual([50, 70]);
  });

  test('take the places of those that have ended, the longest ended first', async () => {
    const [first, second, ...rest] = manyPods(50);
    const ended = await after(manyPods(50), [
      { ...first, status: 'resolved', endsAt: minutes(-1) },
      { ...second, status: 'resolved', endsAt: minutes(-2) },
    ]);
    const spec = recorder.refresh(ended, [{ alerts: await delivered({ labels: { ...crashLoop, pod: 'checkout-7d9f8c6b5-zzzzz' } }) }], NOW);
    expect(spec?.alerts).toHaveLength(50);
    expect(spec?.alerts?.filter(({ status }) => status === 'resolved').map(({ labels }) => labels['pod'])).toEqual([
      first?.labels?.['pod'],
    ]);
    expect(rest).toHaveLength(48);
  });

  test('keep the object under 64 KiB, however much they say', async () => {
    const loud = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`label_${index}`, '€'.repeat(2000)]));
    const alerts = manyPods(60).map((alert) => ({
      ...alert,
      labels: { ...loud, ...alert.labels },
      annotations: { description: '"'.repeat(9000) },
    }));
    const spec = await after(alerts);
    expect(Buffer.byteLength(JSON.stringify(spec))).toBeLessThan(60 * 1024);
    expect(spec.alerts?.every(({ labels }) => labels['alertname'] === 'KubePodCrashLooping')).toBe(true);
  });
});

describe('whatever is delivered', () => {
  const labels = fc
    .dictionary(fc.string({ maxLength: 400 }), fc.string({ unit: 'binary', maxLength: 3000 }), { maxKeys: 80 })
    .map((extra): Record<string, string> => ({ ...extra, alertname: 'A' }));
  const alert = fc.record({
    labels,
    status: fc.constantFrom('firing', 'resolved'),
    startsAt: fc.date({ noInvalidDate: true }).map(String),
  });
  const firing = (alerts: readonly DeliveredAlert[]): boolean => alerts.some(({ status }) => status === 'firing');

  test('fits the schema of an Incident, and the same again is no news', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(alert, { minLength: 1, maxLength: 4 }), async (raw) => {
        const alerts = await delivered(...raw);
        fc.pre(firing(alerts));
        const spec = begun(alerts);
        expect(incidentSpec.safeParse(spec).error?.issues ?? []).toEqual([]);
        expect(recorder.refresh(spec, [{ alerts }], NOW + 1)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });
});
