import { describe, expect, test } from 'vitest';
import { NO_RULES } from '../../../src/domain/identity.ts';
import { silencedThroughout } from '../../../src/domain/silences.ts';
import { type DeliveredAlert, readAlert } from '../../../src/intake/alertmanager.ts';
import { createMakeUp, type MissedDeps } from '../../../src/intake/missed.ts';
import type { Memory } from '../../../src/intake/presence.ts';
import type { RecordAlerts } from '../../../src/intake/recordAll.ts';
import { createWatchdogs } from '../../../src/intake/watchdog.ts';
import type { FiredAlert } from '../../../src/sources/alertHistory.ts';
import { crashLoop, NOW } from './builders.ts';

const NOTHING = { created: 0, updated: 0, reopened: 0, unchanged: 0, resolved_unknown: 0, ignored: 0 };

/** What was recorded, as `status alertname`. */
function recording(): { readonly record: RecordAlerts; readonly said: string[]; readonly alerts: DeliveredAlert[] } {
  const [said, alerts]: [string[], DeliveredAlert[]] = [[], []];
  const record: RecordAlerts = async (recorded) => {
    alerts.push(...recorded);
    said.push(...recorded.map(({ status, labels }) => `${status} ${labels['alertname']}`));
    return NOTHING;
  };
  return { record, said, alerts };
}

const minutesAfter = (minutes: number): number => NOW + minutes * 60_000;

describe('a Watchdog', () => {
  const watchdog = (cluster: string): DeliveredAlert => {
    const alert = readAlert(
      { status: 'firing', labels: { alertname: 'Watchdog', severity: 'none', cluster } },
      { identity: NO_RULES, now: NOW },
    );
    if (typeof alert === 'string') throw new Error(alert);
    return alert;
  };
  type Round = readonly [minute: number, ...clusters: readonly string[]];
  /** Rounds at these minutes, with the Watchdogs of these clusters. */
  async function after(...rounds: readonly Round[]): Promise<readonly string[]> {
    const { record, said } = recording();
    const judge = createWatchdogs(record, NO_RULES);
    let memory: Memory = {};
    for (const [minute, ...clusters] of rounds) {
      memory = await judge(memory, { alerts: clusters.map(watchdog), isComplete: true, askedAt: minutesAfter(minute) });
    }
    return said;
  }

  test.each<{ name: string; rounds: readonly Round[]; want: readonly string[] }>([
    { name: 'that was never seen is not missed', rounds: [[0], [10], [20]], want: [] },
    {
      name: 'that is there is no trouble',
      rounds: [
        [0, 'a'],
        [10, 'a'],
        [20, 'a'],
      ],
      want: [],
    },
    { name: 'that is missing for a moment is no trouble', rounds: [[0, 'a'], [1], [5], [6, 'a']], want: [] },
    { name: 'that stays away is trouble, told once', rounds: [[0, 'a'], [1], [6], [7], [60]], want: ['firing WatchdogAbsent'] },
    {
      name: 'that comes back ends it, and may be missed again',
      rounds: [[0, 'a'], [1], [6], [7, 'a'], [8], [13]],
      want: ['firing WatchdogAbsent', 'resolved WatchdogAbsent', 'firing WatchdogAbsent'],
    },
    {
      name: 'of another cluster is another one',
      rounds: [
        [0, 'a', 'b'],
        [1, 'b'],
        [6, 'b'],
      ],
      want: ['firing WatchdogAbsent'],
    },
  ])('$name', async ({ rounds, want }) => {
    expect(await after(...rounds)).toEqual(want);
  });

  test('is forgotten where what is remembered makes no sense', async () => {
    const { record, said } = recording();
    const memory = await createWatchdogs(record, NO_RULES)({ 'watchdog-x': '{' }, { alerts: [], isComplete: true, askedAt: NOW });
    expect([memory, said]).toEqual([{}, []]);
  });
});

describe('a time in which nobody was here', () => {
  const fired = (alertname: string, from: number, to?: number): FiredAlert => ({
    labels: { ...crashLoop, alertname },
    startsAt: minutesAfter(from),
    endsAt: to === undefined ? undefined : minutesAfter(to),
  });
  const silence = (value: string, from: number, to: number) => ({
    matchers: [{ name: 'alertname', value, isRegex: false, isEqual: true }],
    startsAt: minutesAfter(from),
    endsAt: minutesAfter(to),
  });
  async function madeUp(deps: Partial<MissedDeps>): Promise<readonly DeliveredAlert[]> {
    const { record, alerts } = recording();
    const alertmanagers = [{ name: 'am', active: async () => [] }];
    const makeUp = createMakeUp({ record, identity: NO_RULES, alertmanagers, histories: [], silencesSince: async () => [], ...deps });
    await makeUp({ start: minutesAfter(-60), end: NOW }, new AbortController().signal);
    return alerts;
  }
  const names = (alerts: readonly DeliveredAlert[]): readonly string[] =>
    alerts.map(({ labels, status }) => `${status} ${labels['alertname']}`);

  test('gives what fired and ended meanwhile, with its times', async () => {
    const alerts = await madeUp({ histories: [async () => [fired('A', -40, -30)]] });
    expect(alerts).toMatchObject([{ status: 'resolved', startsAt: minutesAfter(-40), endsAt: minutesAfter(-30) }]);
  });

  test('leaves what still fires to the Alertmanagers, where there are any', async () => {
    const histories = [async () => [fired('A', -40)]];
    expect(names(await madeUp({ histories }))).toEqual([]);
    expect(names(await madeUp({ histories, alertmanagers: [] }))).toEqual(['firing A']);
  });

  test('takes a hole in the history of what still fires for no end', async () => {
    const histories = [async () => [fired('Inhibited', -50, -30), fired('Inhibited', -20), fired('Over', -50, -30)]];
    expect(names(await madeUp({ histories }))).toEqual(['resolved Over']);
  });

  test('leaves out what never is trouble, and what was silenced all the while', async () => {
    const histories = [async () => [fired('Watchdog', -40, -30), fired('Silenced', -40, -30), fired('Later', -40, -30)]];
    const silences = [silence('Silenced', -50, 10), silence('Later', -35, 10)];
    expect(names(await madeUp({ histories, silencesSince: async () => silences }))).toEqual(['resolved Later']);
  });

  test('is not made up for while a Prometheus does not answer, but what the others say counts', async () => {
    const { record, said } = recording();
    const histories = [async () => [fired('A', -40, -30)], () => Promise.reject(new Error('refused'))];
    const makeUp = createMakeUp({ record, identity: NO_RULES, alertmanagers: [], histories, silencesSince: async () => [] });
    const { signal } = new AbortController();
    await expect(makeUp({ start: minutesAfter(-59), end: NOW }, signal)).rejects.toThrow('a Prometheus does not tell what fired');
    await expect(makeUp({ start: minutesAfter(-61), end: NOW }, signal)).resolves.toEqual(NOTHING);
    expect(said).toEqual(['resolved A', 'resolved A']);
  });
});

describe('a silence', () => {
  const labels = { alertname: 'KubeJobFailed', namespace: 'shop' };
  const during = { start: 100, end: 200 };
  test.each<{ name: string; matcher: Record<string, unknown>; from?: number; to?: number; want: boolean }>([
    { name: 'covers what matches', matcher: { name: 'namespace', value: 'shop' }, want: true },
    { name: 'does not cover what differs', matcher: { name: 'namespace', value: 'sho' }, want: false },
    { name: 'covers by an expression, as a whole', matcher: { name: 'alertname', value: 'Kube.*', isRegex: true }, want: true },
    { name: 'does not cover by part of an expression', matcher: { name: 'alertname', value: 'Kube', isRegex: true }, want: false },
    { name: 'covers by what is not', matcher: { name: 'namespace', value: 'x', isEqual: false }, want: true },
    { name: 'takes what is absent for empty', matcher: { name: 'pod', value: '' }, want: true },
    { name: 'with an expression that is none covers nothing', matcher: { name: 'alertname', value: '(', isRegex: true }, want: false },
    { name: 'that began later does not cover', matcher: { name: 'namespace', value: 'shop' }, from: 101, want: false },
    { name: 'that ended earlier does not cover', matcher: { name: 'namespace', value: 'shop' }, to: 199, want: false },
  ])('$name', ({ matcher, from = 0, to = 300, want }) => {
    const matchers = [{ isRegex: false, isEqual: true, name: '', value: '', ...matcher }];
    expect(silencedThroughout(labels, during, [{ matchers, startsAt: from, endsAt: to }])).toBe(want);
  });
});
