import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FreezeWindow, openWindow } from '../../../src/domain/freeze.ts';

const nightly: FreezeWindow = { name: 'nightly', from: '22:00', to: '06:00', timeZone: 'UTC' };
const friday: FreezeWindow = { name: 'friday', days: ['Fri'], from: '15:00', to: '06:00', timeZone: 'Europe/Berlin' };
const weekend: FreezeWindow = { name: 'weekend', days: ['Sat', 'Sun'], from: '00:00', to: '24:00', timeZone: 'America/New_York' };
const berlin = (from: string, to: string): FreezeWindow => ({ name: 'berlin', from, to, timeZone: 'Europe/Berlin' });

interface Case {
  readonly name: string;
  readonly windows: readonly FreezeWindow[];
  readonly at: string;
  /** When it is over; absent: nothing is frozen. */
  readonly until?: string;
}

// 2026-01-02 is a Friday; Berlin is an hour ahead of UTC then.
describe('a freeze window', () => {
  test.each<Case>([
    { name: 'is closed during the day', windows: [nightly], at: '2026-01-01T12:00:00Z' },
    { name: 'is open from its first minute', windows: [nightly], at: '2026-01-01T22:00:00Z', until: '2026-01-02T06:00:00Z' },
    { name: 'spans midnight', windows: [nightly], at: '2026-01-02T05:59:59Z', until: '2026-01-02T06:00:00Z' },
    { name: 'is closed from its last minute', windows: [nightly], at: '2026-01-02T06:00:00Z' },
    { name: 'counts in its own time zone', windows: [friday], at: '2026-01-02T14:30:00Z', until: '2026-01-03T05:00:00Z' },
    { name: 'is closed before it in its own time zone', windows: [friday], at: '2026-01-02T13:30:00Z' },
    {
      name: 'lasts into the next day, whose name it does not have',
      windows: [friday],
      at: '2026-01-03T04:30:00Z',
      until: '2026-01-03T05:00:00Z',
    },
    { name: 'does not open on other days', windows: [friday], at: '2026-01-05T15:00:00Z' },
    { name: 'of whole days leaves no minute between them', windows: [weekend], at: '2026-01-03T05:00:00Z', until: '2026-01-05T05:00:00Z' },
    { name: 'of whole days is open in their last minute', windows: [weekend], at: '2026-01-05T04:59:59Z', until: '2026-01-05T05:00:00Z' },
    {
      name: 'that another one follows ends with that one',
      windows: [nightly, { name: 'morning', from: '06:00', to: '09:00', timeZone: 'UTC' }],
      at: '2026-01-02T05:00:00Z',
      until: '2026-01-02T09:00:00Z',
    },
  ])('$name', check);
});

// Berlin: at 01:00 UTC on 2026-03-29 the clocks go from 02:00 to 03:00, at 01:00 UTC on 2026-10-25 from 03:00 back to 02:00.
describe('when clocks change, a freeze window', () => {
  test.each<Case>([
    {
      name: 'over the hour that is left out is an hour shorter',
      windows: [berlin('01:00', '04:00')],
      at: '2026-03-29T00:00:00Z',
      until: '2026-03-29T02:00:00Z',
    },
    { name: 'within the hour that is left out never opens', windows: [berlin('02:10', '02:50')], at: '2026-03-29T01:20:00Z' },
    {
      name: 'that ends in the hour that is left out ends when it is skipped',
      windows: [berlin('01:00', '02:30')],
      at: '2026-03-29T00:30:00Z',
      until: '2026-03-29T01:00:00Z',
    },
    {
      name: 'over the hour that comes twice is an hour longer',
      windows: [berlin('01:00', '04:00')],
      at: '2026-10-24T23:00:00Z',
      until: '2026-10-25T03:00:00Z',
    },
    {
      name: 'within the hour that comes twice opens the first time',
      windows: [berlin('02:10', '02:50')],
      at: '2026-10-25T00:20:00Z',
      until: '2026-10-25T00:50:00Z',
    },
    {
      name: 'within the hour that comes twice opens the second time',
      windows: [berlin('02:10', '02:50')],
      at: '2026-10-25T01:20:00Z',
      until: '2026-10-25T01:50:00Z',
    },
    { name: 'is closed between the two', windows: [berlin('02:10', '02:50')], at: '2026-10-25T01:00:00Z' },
    {
      name: 'knows changes of half an hour',
      windows: [{ name: 'island', from: '01:00', to: '03:00', timeZone: 'Australia/Lord_Howe' }],
      at: '2026-04-04T14:30:00Z',
      until: '2026-04-04T16:30:00Z',
    },
    {
      name: 'knows zones of three quarters of an hour',
      windows: [{ name: 'valley', from: '09:00', to: '10:00', timeZone: 'Asia/Kathmandu' }],
      at: '2026-01-01T03:15:00Z',
      until: '2026-01-01T04:15:00Z',
    },
    {
      name: 'follows the wall clock from one day to the next',
      windows: [{ name: 'nightly', from: '22:00', to: '06:00', timeZone: 'America/New_York' }],
      at: '2026-03-08T04:00:00Z',
      until: '2026-03-08T10:00:00Z',
    },
  ])('$name', check);
});

function check({ windows, at, until }: Case): void {
  const found = openWindow(windows, Date.parse(at));
  const end = found?.until === undefined ? undefined : new Date(found.until).toISOString().replace('.000Z', 'Z');
  expect(end).toBe(until);
}

test.each([
  { name: 'in a time zone that does not exist', window: { ...nightly, timeZone: 'Mars/Olympus' } },
  { name: 'of every whole day', window: { ...nightly, from: '00:00', to: '24:00' } },
])('a freeze window $name is open without an end', ({ window }) => {
  expect(openWindow([window], Date.parse('2026-01-01T12:00:00Z'))).toEqual({ window, until: undefined });
});

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia'];
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const anyWindow = fc
  .record({
    from: time,
    to: time,
    timeZone: fc.constantFrom(...zones),
    days: fc.subarray(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const),
  })
  .filter(({ from, to }) => from !== to)
  .map((window): FreezeWindow => ({ name: 'any', ...window, days: [...window.days] }));
const MINUTE = 60_000;
const anyMinute = fc.integer({ min: Date.UTC(2026, 0, 1) / MINUTE, max: Date.UTC(2027, 0, 1) / MINUTE });

test('whatever the windows: it is open until it is said to end, and not a minute longer', () => {
  fc.assert(
    fc.property(fc.array(anyWindow, { minLength: 1, maxLength: 3 }), anyMinute, (windows, minute) => {
      const freeze = openWindow(windows, minute * MINUTE);
      if (freeze?.until === undefined) return;
      expect(openWindow(windows, freeze.until)).toBeUndefined();
      expect(openWindow(windows, freeze.until - MINUTE)).toBeDefined();
    }),
    { numRuns: 200 },
  );
});
