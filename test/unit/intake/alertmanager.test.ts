import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTrouble } from '../../../src/intake/alertmanager.ts';
import { Rejection } from '../../../src/intake/rejection.ts';
import { crashLoop, delivered, message, NOW, rawAlert, understood, understoodText } from './builders.ts';

describe('readDelivery', () => {
  test('reads an alert that fires', async () => {
    const [alert] = await delivered({});
    expect(alert).toMatchObject({
      status: 'firing',
      labels: crashLoop,
      annotations: { summary: 'Pod is crash looping.' },
      startsAt: Date.parse('2026-11-21T11:55:00.123Z'),
      endsAt: undefined,
    });
  });

  test('reads one that has ended', async () => {
    const [alert] = await delivered({ status: 'resolved', endsAt: '2026-11-21T11:58:00Z' });
    expect(alert).toMatchObject({ status: 'resolved', endsAt: Date.parse('2026-11-21T11:58:00Z') });
  });

  test('ignores fields that it does not know', async () => {
    const { alerts } = await understood(
      message([{ ...rawAlert(), newThing: {} }], { routeLabels: {}, notification_reason: 'first', newThing: [1] }),
    );
    expect(alerts).toHaveLength(1);
  });

  test('says how many alerts the sender left out', async () => {
    expect(await understood(message([rawAlert()], { truncatedAlerts: 7 }))).toMatchObject({ truncated: 7 });
  });

  test('takes the good ones and says what is wrong with the others', async () => {
    const { alerts, invalid, complaints } = await understood(
      message([rawAlert(), { labels: {} }, rawAlert({ labels: { alertname: 5 } }), null]),
    );
    expect(alerts).toHaveLength(1);
    expect(invalid).toBe(3);
    expect(complaints).toEqual([
      'alerts[1].status is not "firing" or "resolved"',
      'alerts[2].labels.alertname is not of type string',
      'alerts[3] is not of type object',
    ]);
  });

  test('takes a message without alerts', async () => {
    expect(await understood(message([]))).toEqual({ alerts: [], invalid: 0, complaints: [], truncated: 0 });
  });

  test.each<{ name: string; value: unknown; says: string }>([
    { name: 'a text', value: 'alert!', says: 'the body is not of type object' },
    { name: 'null', value: null, says: 'the body is not of type object' },
    { name: 'a list', value: [], says: 'the body is not of type object' },
    { name: 'another version', value: message([], { version: '3' }), says: 'version is not "4"' },
    { name: 'a message of Grafana', value: { ...message([rawAlert()]), version: '1', orgId: 1 }, says: 'version is not "4"' },
    { name: 'a message of GitHub', value: { action: 'opened', number: 1 }, says: 'version is not "4"' },
    { name: 'alerts that are no list', value: message([], { alerts: { 0: rawAlert() } }), says: 'alerts is not of type array' },
    { name: 'only alerts that make no sense', value: message([{}]), says: 'alerts[0].status is not "firing" or "resolved"' },
    { name: 'only alerts without labels', value: message([rawAlert({ labels: {} })]), says: 'alerts[0].labels: no label says anything' },
  ])('refuses $name', async ({ value, says }) => {
    const error: unknown = await understood(value).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Rejection);
    expect(error).toMatchObject({ status: 422, message: expect.stringContaining(says) });
  });

  test.each<{ name: string; startsAt: unknown; want: number }>([
    { name: 'no time', startsAt: undefined, want: NOW },
    { name: 'a number', startsAt: 1_700_000_000, want: NOW },
    { name: 'what is no time', startsAt: 'yesterday', want: NOW },
    { name: 'Go’s zero time', startsAt: '0001-01-01T00:00:00Z', want: NOW },
    { name: 'the far future', startsAt: '9999-12-31T23:59:59Z', want: NOW },
    { name: 'another time zone', startsAt: '2026-11-21T13:00:00+02:00', want: Date.parse('2026-11-21T11:00:00Z') },
    { name: 'a clock that is a little ahead', startsAt: '2026-11-21T12:00:30Z', want: NOW + 30_000 },
  ])('takes $name for the beginning as well as it can', async ({ startsAt, want }) => {
    const [alert] = await delivered({ startsAt });
    expect(alert?.startsAt).toBe(want);
  });

  test('is not polluted by names of the prototype', async () => {
    const labels = '{"alertname": "A", "__proto__": {"polluted": "yes"}, "constructor": "x"}';
    const { alerts } = await understoodText(`{"version": "4", "alerts": [{"status": "firing", "labels": ${labels}}]}`);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(alerts[0]?.labels['polluted']).toBeUndefined();
  });

  test('mends half a surrogate pair, as the API server would', async () => {
    const [alert] = await delivered({ labels: { alertname: 'A\uD800' } });
    expect(alert?.labels['alertname']).toBe('A\uFFFD');
  });

  test('throws nothing but a rejection, whatever JSON it is given', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.jsonValue(),
          fc.array(fc.jsonValue()).map((alerts) => message(alerts)),
        ),
        async (value) => {
          const thrown: unknown = await understood(value).then(
            () => undefined,
            (error: unknown) => error,
          );
          return thrown === undefined || thrown instanceof Rejection;
        },
      ),
    );
  });
});

describe('isTrouble', () => {
  test.each<{ alertname: string; want: boolean }>([
    { alertname: 'Watchdog', want: false },
    { alertname: 'InfoInhibitor', want: false },
    { alertname: 'KubePodCrashLooping', want: true },
  ])('$alertname: $want', ({ alertname, want }) => {
    expect(isTrouble({ labels: { alertname } })).toBe(want);
  });
});
