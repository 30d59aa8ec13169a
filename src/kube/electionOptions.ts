/** What an election needs to know and to have; client-go's numbers by default. */
import type { Clock } from '../clock.ts';
import type { KubeClient } from './client.ts';
import type { Logger } from './logger.ts';

export interface LeaseTimings {
  readonly leaseMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

export const DEFAULT_LEASE_TIMINGS: LeaseTimings = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 };

export interface ElectionOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process, such as the pod's name with something random. */
  readonly identity: string;
  readonly timings?: LeaseTimings | undefined;
}

export interface ElectionParts extends ElectionOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: (leads: boolean) => void;
  /** Uniform in [0, 1). */
  readonly random?: (() => number) | undefined;
}
