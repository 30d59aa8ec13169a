/**
 * Leader election by a Lease, with client-go's algorithm and numbers: a lease is good for 15 s, is renewed every 2 s, and given up
 * by its holder after 10 s without success.
 *
 * All time is monotonic and local: a candidate waits until the record has not changed for a whole lease on its own clock. The holder counts from
 * before each successful request, so it stops at least 5 s before anybody else can start. This is no fencing: ask `mayStartEffect` right before each
 * effect, and give each effect a compare-and-swap of its own.
 */
import { DEFAULT_LEASE_TIMINGS, type ElectionParts } from './electionOptions.ts';
import { createLeaseRecord } from './leaseRecord.ts';

/** What those who act need to know of leadership. */
export interface Leadership {
  isLeader(): boolean;
  /** Whether an effect that takes at most `effectTimeoutMs` would end while no one else can lead. Ask right before each effect. */
  mayStartEffect(effectTimeoutMs: number): boolean;
}

export interface Election extends Leadership {
  /** Who leads as far as is known. */
  leader(): string | undefined;
  /**
   * Stands for election until `stop` aborts, and calls `lead` each time this process becomes the leader; `lost` aborts when it no longer is. The next
   * campaign begins when `lead` has returned. At the end the lease is released, if it is held.
   */
  run(stop: AbortSignal, lead: (lost: AbortSignal) => Promise<boolean>): Promise<void>;
}

/** client-go's JitterFactor: candidates do not all come at once. */
const JITTER = 1.2;

export function createElection(parts: ElectionParts): Election {
  const { clock, logger, identity, onChange, random = Math.random } = parts;
  const { renewDeadlineMs, retryMs } = parts.timings ?? DEFAULT_LEASE_TIMINGS;
  const record = createLeaseRecord(parts);
  /** When the last successful request was begun; undefined while not leading. */
  let renewedAt: number | undefined;

  const validMs = (): number => (renewedAt === undefined ? 0 : renewedAt + renewDeadlineMs - clock.monotonic());
  const tryOnce = async (): Promise<boolean> => {
    const began = clock.monotonic();
    try {
      const held = await record.acquireOrRenew();
      if (held) renewedAt = began;
      else if (record.holder() !== identity) renewedAt = undefined;
      return held;
    } catch (err) {
      logger.warn({ err, lease: parts.name }, 'could not acquire or renew the lease');
      return false;
    }
  };
  const campaign = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted && !(await tryOnce())) await clock.sleep(retryMs * (1 + random() * JITTER), stop).catch(() => undefined);
  };
  const renew = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted && validMs() > 0) {
      await clock.sleep(Math.min(retryMs, validMs()), stop).catch(() => undefined);
      if (!stop.aborted && validMs() > 0) await tryOnce();
    }
  };
  return {
    isLeader: () => validMs() > 0,
    mayStartEffect: (effectTimeoutMs) => validMs() > effectTimeoutMs,
    leader: () => record.holder(),
    run: async (stop, lead) => {
      while (!stop.aborted) {
        await campaign(stop);
        if (renewedAt === undefined) break;
        logger.info({ lease: parts.name, identity }, 'became the leader');
        onChange(true);
        const lost = new AbortController();
        const work = lead(lost.signal);
        await renew(stop);
        if (!stop.aborted) logger.error({ lease: parts.name, identity }, 'lost the leadership');
        lost.abort(new Error('this process is no longer the leader'));
        const held = validMs() > 0;
        const ended = await work;
        renewedAt = undefined;
        onChange(false);
        if (held && ended) await record.release();
      }
    },
  };
}
