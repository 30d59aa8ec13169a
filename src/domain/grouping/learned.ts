/**
 * What past storms teach: of two alerts that came together again and again, the one that people's Incidents show to lead explains the other.
 *
 * The memory is the Incidents themselves, as long as they are kept: nothing is stored beside them.
 */
import type { Explanation } from './explain.ts';
import type { Subject } from './subjects.ts';
import { timeFits } from './timing.ts';

/** Of two identities: how often the one came with the other as its leader, and how often at all. */
export interface LearnedPair {
  readonly effect: string;
  readonly cause: string;
  readonly together: number;
  readonly times: number;
}

const LEAST_TOGETHER = 3;
const LEAST_SHARE = 0.8;
const SCORE = 0.5;

export function learnedExplanations(subjects: readonly Subject[], pairs: readonly LearnedPair[]): readonly Explanation[] {
  const byIdentity = new Map(subjects.flatMap((subject) => subject.members.map(({ identity }) => [identity ?? '', subject] as const)));
  return pairs
    .filter(({ together, times }) => together >= LEAST_TOGETHER && together >= LEAST_SHARE * times)
    .flatMap(({ effect: effectIdentity, cause: causeIdentity, together, times }) => {
      const effect = byIdentity.get(effectIdentity);
      const cause = byIdentity.get(causeIdentity);
      if (effect === undefined || cause === undefined || effect === cause || effect.head?.diagnosis !== undefined) return [];
      const score = SCORE * timeFits(cause, effect.start);
      return score === 0 ? [] : [{ effect, cause, score, why: `came together with it ${together} of ${times} times` }];
    });
}

export interface PastIncident {
  readonly uid: string;
  readonly identity: string;
  readonly leaderUid?: string | undefined;
}

/** @param past Incidents that are over */
export function learnFrom(past: readonly PastIncident[]): readonly LearnedPair[] {
  const identities = new Map(past.map(({ uid, identity }) => [uid, identity]));
  const times = new Map<string, number>();
  const together = new Map<string, number>();
  for (const { identity, leaderUid } of past) {
    times.set(identity, (times.get(identity) ?? 0) + 1);
    const cause = leaderUid === undefined ? undefined : identities.get(leaderUid);
    if (cause === undefined || cause === identity) continue;
    const pair = `${identity} ${cause}`;
    together.set(pair, (together.get(pair) ?? 0) + 1);
  }
  return [...together].map(([pair, count]) => {
    const [effect = '', cause = ''] = pair.split(' ');
    return { effect, cause, together: count, times: times.get(effect) ?? count };
  });
}
