import { describe, expect, test } from 'vitest';
import { learnFrom, type PastIncident } from '../../../../src/domain/grouping/learned.ts';

const storm = (at: number, follows: boolean): readonly PastIncident[] => [
  { uid: `lead-${at}`, identity: 'queue' },
  { uid: `member-${at}`, identity: 'mail', ...(follows ? { leaderUid: `lead-${at}` } : {}) },
];

describe('past storms', () => {
  test('say how often one came with the other as its leader, and how often at all', () => {
    const past = [...storm(1, true), ...storm(2, true), ...storm(3, true), ...storm(4, false)];
    expect(learnFrom(past)).toEqual([{ effect: 'mail', cause: 'queue', together: 3, times: 4 }]);
  });

  test('say nothing of a leader that is not kept any more', () => {
    expect(learnFrom([{ uid: 'a', identity: 'mail', leaderUid: 'gone' }])).toEqual([]);
  });
});
