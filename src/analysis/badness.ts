/**
 * What counts as bad of what is measured, one row a signal, as an SRE who does not know the service would have it: twice the share of errors and
 * two of a hundred more; half as slow again and more than a blink. A diagnosis finds trouble by it, and a verification its end.
 */
import type { Badness } from './departure.ts';

const MINUTE = 60_000;

export const BADNESS = {
  errorShare: { times: 2, least: 0.02, lasting: 2 * MINUTE },
  latencyP95: { times: 1.5, least: 0.05, lasting: 4 * MINUTE },
  requestRate: { times: 2, least: 1, lasting: 2 * MINUTE },
  cpuThrottling: { times: 2, least: 0.25, lasting: 4 * MINUTE },
  cpuUsage: { times: 3, least: 0.1, lasting: 4 * MINUTE },
  networkReceiveErrors: { times: 3, least: 1, lasting: 4 * MINUTE },
  networkTransmitErrors: { times: 3, least: 1, lasting: 4 * MINUTE },
} as const satisfies Readonly<Record<string, Badness>>;
export type RisingSignal = keyof typeof BADNESS;

/** The level below which a signal that used to be at `usual` is not bad. */
export const stillGood = (usual: number, { times, least }: Pick<Badness, 'times' | 'least'>): number =>
  Math.max(times * usual, usual + least);
