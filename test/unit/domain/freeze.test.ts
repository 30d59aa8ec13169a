import { expect, test } from 'vitest';
import { openFreezeWindow } from '../../../src/domain/freeze.ts';

const nightly = { name: 'nightly', from: '22:00', to: '06:00', timeZone: 'UTC' };
const friday = { name: 'friday', days: ['Fri' as const], from: '15:00', to: '06:00', timeZone: 'Europe/Berlin' };

// 2026-01-02 is a Friday; Berlin is an hour ahead of UTC then.
test.each([
  { name: 'is closed during the day', window: nightly, at: '2026-01-01T12:00:00Z', open: false },
  { name: 'is open from its first minute', window: nightly, at: '2026-01-01T22:00:00Z', open: true },
  { name: 'spans midnight', window: nightly, at: '2026-01-02T05:59:00Z', open: true },
  { name: 'is closed from its last minute', window: nightly, at: '2026-01-02T06:00:00Z', open: false },
  { name: 'counts in its own time zone', window: friday, at: '2026-01-02T14:30:00Z', open: true },
  { name: 'is closed before it in its own time zone', window: friday, at: '2026-01-02T13:30:00Z', open: false },
  { name: 'lasts into the next day, whose name it does not have', window: friday, at: '2026-01-03T04:30:00Z', open: true },
  { name: 'does not open on other days', window: friday, at: '2026-01-05T15:00:00Z', open: false },
  {
    name: 'stays open when its time zone does not exist',
    window: { ...nightly, timeZone: 'Mars/Olympus' },
    at: '2026-01-01T12:00:00Z',
    open: true,
  },
])('a freeze window $name', ({ window, at, open }) => {
  expect(openFreezeWindow([window], Date.parse(at))?.name).toBe(open ? window.name : undefined);
});
