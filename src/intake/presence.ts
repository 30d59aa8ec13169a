/**
 * Whose turn it is to look for alerts, and since when nobody has: one Lease, renewed once a round, is all that is written while nothing happens.
 *
 * Of several replicas the one that renews it has the turn. If it was not renewed for longer than a few rounds, nobody was here, and the
 * time is kept in an annotation by the same write, until whoever has the turn says that it has been made up for: so a process that dies
 * meanwhile leaves the work to the next. Times are those of the clocks of whoever wrote; a margin is for the caller to add.
 */
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isConflict } from '../kube/errors.ts';
import { microTime } from '../kube/eventObject.ts';
import { type Lease, leases } from '../kube/leaseRecord.ts';

/** What is remembered from one turn to the next, by name; small. */
export type Memory = Readonly<Record<string, string>>;

export interface Turn {
  /** Milliseconds since the epoch: since then nobody has looked. */
  readonly missedSince: number | undefined;
  readonly memory: Memory;
}

export interface Presence {
  /** Undefined if it is somebody else's turn. Throws while the API server cannot be asked. */
  readonly takeTurn: () => Promise<Turn | undefined>;
  /** Writes only what differs. @param madeUpSince the `missedSince` that has been made up for */
  readonly remember: (memory: Memory, madeUpSince?: number) => Promise<void>;
}

export interface PresenceOptions {
  readonly client: KubeClient;
  readonly clock: Pick<Clock, 'now'>;
  readonly namespace: string;
  /** Of this process. */
  readonly identity: string;
  readonly roundMs: number;
}

const NAME = 'agent-sre-intake';
const MISSED_SINCE = 'agentsre.io/missed-since';
const MEMORY = 'memory.agentsre.io/';
/** Rounds without a turn after which somebody has to make up for them. */
const ROUNDS_MISSED = 3;
const LIMITS = { timeoutMs: 5_000 } as const;

export function createPresence(options: PresenceOptions): Presence {
  const { client, namespace } = options;
  const get = (): Promise<Lease | undefined> => client.get(leases, { namespace, name: NAME }, LIMITS);
  return {
    takeTurn: async () => {
      const lease = await get();
      try {
        return lease === undefined ? await begin(options) : await take(options, lease);
      } catch (error) {
        if (isConflict(error) || isAlreadyExists(error)) return undefined;
        throw error;
      }
    },
    remember: async (memory, madeUpSince) => {
      const lease = await get();
      if (lease === undefined) return;
      const before = lease.metadata.annotations ?? {};
      const after = Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith(MEMORY)));
      for (const [name, value] of Object.entries(memory)) after[MEMORY + name] = value;
      // Missed since another time by now: that is another gap, or a longer one.
      if (madeUpSince !== undefined && Date.parse(after[MISSED_SINCE] ?? '') === madeUpSince) delete after[MISSED_SINCE];
      const isSame = Object.keys({ ...before, ...after }).every((name) => before[name] === after[name]);
      if (!isSame) await client.replace(leases, { ...lease, metadata: { ...lease.metadata, annotations: after } }, LIMITS);
    },
  };
}

async function begin({ client, clock, namespace, identity, roundMs }: PresenceOptions): Promise<Turn> {
  const now = microTime(clock.now());
  const spec = { holderIdentity: identity, leaseDurationSeconds: seconds(roundMs), renewTime: now, acquireTime: now };
  await client.create(leases, { metadata: { namespace, name: NAME }, spec }, LIMITS);
  return { missedSince: undefined, memory: {} };
}

async function take({ client, clock, identity, roundMs }: PresenceOptions, lease: Lease): Promise<Turn | undefined> {
  const now = clock.now();
  const last = Date.parse(lease.spec?.renewTime ?? '');
  const since = now - last;
  // A time far ahead was written by a clock that is wrong.
  if (since < roundMs * 0.9 && since > -roundMs) return undefined;
  const { annotations = {} } = lease.metadata;
  const isMissed = since > roundMs * ROUNDS_MISSED;
  const missedSince = annotations[MISSED_SINCE] ?? (isMissed ? new Date(last).toISOString() : undefined);
  const spec = { ...lease.spec, holderIdentity: identity, leaseDurationSeconds: seconds(roundMs), renewTime: microTime(now) };
  const metadata =
    missedSince === undefined ? lease.metadata : { ...lease.metadata, annotations: { ...annotations, [MISSED_SINCE]: missedSince } };
  await client.replace(leases, { ...lease, metadata, spec }, LIMITS);
  const memory = Object.entries(annotations).filter(([name]) => name.startsWith(MEMORY));
  return {
    missedSince: missedSince === undefined ? undefined : Date.parse(missedSince),
    memory: Object.fromEntries(memory.map(([name, value]) => [name.slice(MEMORY.length), value])),
  };
}

const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1000));
