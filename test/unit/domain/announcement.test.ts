import { describe, expect, test } from 'vitest';
import type { IncidentSpec } from '../../../src/crds/incident.ts';
import { announcement } from '../../../src/domain/announcement.ts';
import { alert } from '../../support/plans.ts';

const rules = {
  critical: { minutes: 0, occurrences: 1 },
  warning: { minutes: 2, occurrences: 2 },
  info: { minutes: 10, occurrences: 3 },
};
const BEGUN = Date.parse('2026-01-01T00:00:00Z');

describe('people are told', () => {
  test.each<{ name: string; spec: Partial<IncidentSpec>; minutes: number; want: boolean }>([
    { name: 'of a critical alert at once', spec: { severity: 'critical' }, minutes: 0, want: true },
    { name: 'not of a warning that is new', spec: { severity: 'warning' }, minutes: 1, want: false },
    { name: 'of a warning that lasts', spec: { severity: 'warning' }, minutes: 2, want: true },
    { name: 'of a warning that comes back', spec: { severity: 'warning', occurrencesTotal: 2 }, minutes: 1, want: true },
    { name: 'not of information that came back once', spec: { severity: 'info', occurrencesTotal: 2 }, minutes: 9, want: false },
    { name: 'of what somebody opened by hand at once', spec: { severity: 'info', alerts: [] }, minutes: 0, want: true },
  ])('$name', ({ spec, minutes, want }) => {
    const now = BEGUN + minutes * 60_000;
    const { isDue, inMs } = announcement({ severity: 'info', alerts: [alert('firing')], ...spec }, BEGUN, { rules, now });
    expect(isDue).toBe(want);
    expect(isDue || inMs > 0).toBe(true);
  });
});
