import { describe, expect, test } from 'vitest';
import { confirmRecovery } from '../../../src/controllers/incident/confirmRecovery.ts';
import { reopen } from '../../../src/controllers/incident/reopen.ts';
import type { AlertState, IncidentScope } from '../../../src/controllers/incident/scope.ts';
import { conditionOf } from '../../../src/controllers/steps.ts';
import type { IncidentSpec, IncidentStatus } from '../../../src/crds/incident.ts';
import { alert, incident } from '../../support/plans.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const minutesAgo = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

function scopeOf(
  spec: Partial<IncidentSpec>,
  { status = {}, says = 'inactive' }: { readonly status?: IncidentStatus; readonly says?: AlertState } = {},
): IncidentScope {
  const scope = {
    clock: { now: () => NOW },
    incident: incident(spec),
    status: structuredClone(status),
    signal: new AbortController().signal,
    unconfirmedAfterMs: 10 * 60_000,
    alertState: () => Promise.resolve(says),
  };
  return scope as unknown as IncidentScope;
}

const over = (minutes: number) => ({ ...alert('resolved'), endsAt: minutesAgo(minutes), lastReceivedAt: minutesAgo(minutes) });
const resolvedOf = ({ status }: IncidentScope): string => {
  const condition = conditionOf(status, 'Resolved');
  return `${condition?.status} ${condition?.reason}`;
};

describe('the word of a sender that an alert is over', () => {
  test.each<{ name: string; minutes: number; says: AlertState; want: string }>([
    { name: 'is not believed while nobody confirms it', minutes: 1, says: 'unknown', want: 'False Unconfirmed' },
    { name: 'is believed once nobody could be asked for long', minutes: 11, says: 'unknown', want: 'True Recovered' },
    { name: 'is believed at once when it is confirmed', minutes: 0, says: 'inactive', want: 'True Recovered' },
    { name: 'is never believed while the source says otherwise', minutes: 600, says: 'firing', want: 'False AlertFiring' },
  ])('$name', async ({ minutes, says, want }) => {
    const scope = scopeOf({ alerts: [over(minutes)] }, { says });
    await confirmRecovery(scope);
    expect(resolvedOf(scope)).toBe(want);
  });

  test('alone is said to be that', async () => {
    const scope = scopeOf({ alerts: [over(11)] }, { says: 'unknown' });
    await confirmRecovery(scope);
    expect(conditionOf(scope.status, 'Resolved')?.message).toBe('the alert has resolved; 1 by the sender’s word alone');
  });
});

describe('an end that nobody has told of', () => {
  const firing = { alerts: [alert('firing')], source: 'Alertmanager' as const };
  const since = (minutes: number): IncidentStatus => ({ notFiringSince: minutesAgo(minutes) });

  test('is waited for, as Prometheus may only have been restarted', async () => {
    const scope = scopeOf(firing);
    expect(await confirmRecovery(scope)).toMatchObject({ kind: 'wait', reason: 'Unsaid' });
    expect([resolvedOf(scope), scope.status.notFiringSince]).toEqual(['False Unsaid', minutesAgo(0)]);
  });

  test('is an end once everybody has known for long that it does not fire', async () => {
    const scope = scopeOf(firing, { status: since(10) });
    await confirmRecovery(scope);
    expect(conditionOf(scope.status, 'Resolved')).toMatchObject({
      status: 'True',
      reason: 'Recovered',
      message: 'the alert has resolved; of 1 the sender never said so',
    });
    expect(scope.status.notFiringSince).toBeUndefined();
  });

  test.each<{ name: string; says: AlertState; spec?: object }>([
    { name: 'is none while it fires again', says: 'firing' },
    { name: 'is none while that cannot be told', says: 'unknown' },
    { name: 'is none of an alert that neither Prometheus nor Alertmanager has to know', says: 'inactive', spec: { source: 'Grafana' } },
  ])('$name, and counts anew', async ({ says, spec }) => {
    const scope = scopeOf({ ...firing, ...spec }, { says, status: since(9) });
    await confirmRecovery(scope);
    expect([resolvedOf(scope), scope.status.notFiringSince]).toEqual(['False AlertFiring', undefined]);
  });
});

describe('what comes and goes', () => {
  const four = [50, 35, 20, 5].map(minutesAgo);

  test('is kept open, and that is said', async () => {
    const scope = scopeOf({ alerts: [over(2)], occurrences: four });
    expect(await confirmRecovery(scope)).toMatchObject({ kind: 'wait', reason: 'Flapping' });
    expect(conditionOf(scope.status, 'Resolved')?.message).toBe(
      'flapping: it began 4 times within an hour; kept open until it has been quiet for 15 minutes',
    );
  });

  test.each<{ name: string; spec: Partial<IncidentSpec> }>([
    { name: 'is over once it has been quiet for a while', spec: { alerts: [over(15)], occurrences: four } },
    { name: 'is over at once when it comes seldom', spec: { alerts: [over(2)], occurrences: four.slice(1) } },
    { name: 'is over at once when it came long ago', spec: { alerts: [over(2)], occurrences: [minutesAgo(61), ...four.slice(1)] } },
  ])('$name', async ({ spec }) => {
    const scope = scopeOf(spec);
    await confirmRecovery(scope);
    expect(resolvedOf(scope)).toBe('True Recovered');
  });
});

describe('an Incident that is opened again', () => {
  const status: IncidentStatus = {
    conditions: [
      { type: 'Investigated', status: 'True', reason: 'RootCauseFound', message: '', lastTransitionTime: minutesAgo(20) },
      { type: 'Resolved', status: 'True', reason: 'Recovered', message: '', lastTransitionTime: minutesAgo(5) },
    ],
    resolvedAt: minutesAgo(5),
    rootCause: 'too little memory',
    investigationRef: { name: 'inv-1', uid: 'u' },
    planRefs: [{ name: 'rp-1', uid: 'u' }],
  };

  test('starts anew, and its story goes on', () => {
    const scope = scopeOf({ reopenedAt: minutesAgo(1), occurrencesTotal: 2 }, { status });
    reopen(scope);
    expect(resolvedOf(scope)).toBe('False Reopened');
    expect(scope.status).toMatchObject({ planRefs: [{ name: 'rp-1' }], timeline: [{ at: minutesAgo(1), reason: 'Reopened' }] });
    expect(Object.keys(scope.status)).not.toEqual(expect.arrayContaining(['investigationRef', 'rootCause', 'resolvedAt']));
    expect(conditionOf(scope.status, 'Investigated')?.status).toBe('False');
  });

  test('is left alone after that', () => {
    const scope = scopeOf({ reopenedAt: minutesAgo(1) }, { status: { investigationRef: { name: 'inv-2', uid: 'u' } } });
    reopen(scope);
    expect(scope.status).toEqual({ investigationRef: { name: 'inv-2', uid: 'u' } });
  });
});
