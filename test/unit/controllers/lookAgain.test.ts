/** When the cause is looked for once more. */
import { describe, expect, test } from 'vitest';
import { isLookedAgain } from '../../../src/controllers/incident/lookAgain.ts';
import type { IncidentScope } from '../../../src/controllers/incident/scope.ts';
import type { Investigation } from '../../../src/crds/kinds.ts';
import { alert, incident, plan } from '../../support/plans.ts';

const BEGAN = Date.parse('2026-01-01T00:00:00Z');
const ENDED = BEGAN + 10_000;
const iso = (ms: number): string => new Date(ms).toISOString();

interface Case {
  readonly name: string;
  readonly looks: number;
  /** Seconds after the end of the last look. */
  readonly after: number;
  readonly outcome?: 'Unresolved' | 'RootCauseFound' | 'NothingWrong';
  readonly alerts?: readonly ReturnType<typeof alert>[];
  readonly plans?: number;
  readonly want: boolean;
}

const firing = { ...alert('firing'), startsAt: iso(BEGAN - 1000) };
const news = { ...alert('firing', 'b'), startsAt: iso(ENDED + 1000) };

describe('an Incident whose cause is not known', () => {
  test.each<Case>([
    { name: 'is looked into again after a minute', looks: 1, after: 60, want: true },
    { name: 'is not before', looks: 1, after: 59, want: false },
    { name: 'is after five minutes for the third time', looks: 2, after: 300, want: true },
    { name: 'is not before that', looks: 2, after: 299, want: false },
    { name: 'is after fifteen minutes for the fourth time', looks: 3, after: 900, want: true },
    { name: 'is not after that', looks: 4, after: 86_400, want: false },
    { name: 'is after that when a new alert joins it', looks: 4, after: 60, alerts: [firing, news], want: true },
    { name: 'is not for ever, whatever joins it', looks: 10, after: 60, alerts: [firing, news], want: false },
    { name: 'is not once its alerts are over', looks: 1, after: 60, alerts: [{ ...firing, status: 'resolved' }], want: false },
    { name: 'is not without an alert: a person asked, and was answered', looks: 1, after: 60, alerts: [], want: false },
    { name: 'is not while a fix is proposed', looks: 1, after: 60, plans: 1, want: false },
    { name: 'is not when the cause was found', looks: 1, after: 60, outcome: 'RootCauseFound', want: false },
    { name: 'is not when nothing was wrong', looks: 1, after: 60, outcome: 'NothingWrong', want: false },
  ])('$name', ({ looks, after, outcome = 'Unresolved', alerts = [firing], plans = 0, want }) => {
    const scope = {
      incident: incident({ alerts: [...alerts] }),
      plans: { list: () => Array.from({ length: plans }, () => plan()) },
      clock: { now: () => ENDED + after * 1000 },
      investigations: {
        list: () =>
          Array.from({ length: looks }, () => ({ spec: { incidentRef: { uid: 'inc-uid' } }, metadata: { creationTimestamp: iso(BEGAN) } })),
      },
    } as unknown as IncidentScope;
    const last = {
      metadata: { creationTimestamp: iso(BEGAN) },
      status: {
        outcome,
        completedAt: iso(ENDED),
        conditions: [{ type: 'Succeeded', status: 'True', reason: outcome, message: '', lastTransitionTime: iso(ENDED) }],
      },
    } as unknown as Investigation;
    expect(isLookedAgain(scope, last)).toBe(want);
  });
});
