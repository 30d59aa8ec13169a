/** The two things that go wrong in the shop: one that a commit brought about, and one that the obvious fix does not cure. */
import { CHECKOUT_FILE, PAYMENTS, type PersonsChange, RECOMMENDER_FILE } from './shopRepository.ts';

export interface Trouble {
  readonly service: string;
  readonly alertname: string;
  /** How its container ends, in the kubelet's words. */
  readonly reason: string;
  /** The file in which the fix is made. */
  readonly file: string;
}

/** checkout wants a whole number, and says so before it ends with exit code 1. */
export const crash: Trouble = { service: 'checkout', alertname: 'KubePodCrashLooping', reason: 'Error', file: CHECKOUT_FILE };

export const timeoutWithUnit: PersonsChange = {
  author: PAYMENTS,
  subject: 'Give the payment timeout a unit',
  body: 'Nobody can tell whether 2500 are seconds or milliseconds.',
  file: CHECKOUT_FILE,
  edit: (content) => content.replace('value: "2500"', 'value: "2500ms"'),
};

/** recommender remembers every page it ever made: a higher limit only puts off its end. */
export const leak: Trouble = {
  service: 'recommender',
  alertname: 'KubeContainerOOMKilled',
  reason: 'OOMKilled',
  file: RECOMMENDER_FILE,
};

/** Enough to fill recommender's memory within seconds, twice as much too. */
export const CUSTOMERS_PER_SECOND = 5;
