/**
 * The Lease object of an election: reading it, writing oneself into it, and judging whether somebody else still holds it.
 *
 * A claim is judged by how long its record has not changed on our own clock, never by the times that are written in it. A claim
 * outlives the object: that somebody deleted the Lease does not end its holder's term.
 */

import { DEFAULT_LEASE_TIMINGS, type ElectionParts } from './electionOptions.ts';
import { isAlreadyExists, isConflict } from './errors.ts';
import { microTime } from './eventObject.ts';
import { defineResource, type KubeObject } from './object.ts';
import { sameJson } from './sameJson.ts';

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export const leases = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
});

export interface LeaseRecord {
  /** True when this process holds the lease afterwards. */
  acquireOrRenew(): Promise<boolean>;
  release(): Promise<void>;
  /** Who holds it as far as is known; empty for nobody. */
  holder(): string;
}

interface Claim {
  readonly holder: string;
  /** On the monotonic clock. */
  readonly until: number;
}

export function createLeaseRecord(parts: ElectionParts): LeaseRecord {
  const { client, clock, logger, namespace, name, identity, timings = DEFAULT_LEASE_TIMINGS } = parts;
  const limits = { timeoutMs: timings.renewDeadlineMs / 2 };
  let observed: Lease | undefined;
  let claim: Claim = { holder: '', until: 0 };

  const observe = (lease: Lease | undefined): void => {
    const changed = lease !== undefined && !sameJson(lease.spec, observed?.spec);
    observed = lease;
    if (!changed) return;
    const { holderIdentity: holder = '', leaseDurationSeconds = 0 } = lease.spec ?? {};
    if (holder !== claim.holder) logger.info({ lease: name, leader: holder }, 'leader seen');
    claim = { holder, until: clock.monotonic() + leaseDurationSeconds * 1000 };
  };
  const write = async (): Promise<boolean> => {
    const spec = claimedBy(parts, observed?.spec);
    try {
      if (observed === undefined) observe(await client.create(leases, { metadata: { namespace, name }, spec }, limits));
      else observe(await client.replace(leases, { ...observed, spec }, limits));
      return true;
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error)) throw error;
      // Whoever came first has a claim from now on, even if the Lease is gone at the next look.
      observe(await client.get(leases, { namespace, name }, limits));
      return false;
    }
  };
  return {
    holder: () => claim.holder,
    acquireOrRenew: async () => {
      // The holder knows the record, so one request renews it; whoever changed it meanwhile makes that a conflict.
      if (claim.holder === identity && observed !== undefined && (await write().catch(() => false))) return true;
      observe(await client.get(leases, { namespace, name }, limits));
      const isTaken = claim.holder !== '' && claim.holder !== identity && clock.monotonic() < claim.until;
      return isTaken ? false : await write();
    },
    release: async () => {
      if (observed === undefined) return;
      const now = microTime(clock.now());
      const spec = { ...observed.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now, acquireTime: now };
      try {
        observe(await client.replace(leases, { ...observed, spec }, limits));
      } catch (err) {
        logger.warn({ err, lease: name }, 'could not release the lease; it expires by itself');
      }
    },
  };
}

function claimedBy({ identity, clock, timings = DEFAULT_LEASE_TIMINGS }: ElectionParts, before: LeaseSpec = {}): LeaseSpec {
  const { acquireTime, leaseTransitions = 0, holderIdentity } = before;
  const now = microTime(clock.now());
  const renewed = { holderIdentity: identity, leaseDurationSeconds: timings.leaseMs / 1000, renewTime: now };
  if (holderIdentity === identity) return { ...renewed, acquireTime: acquireTime ?? now, leaseTransitions };
  return { ...renewed, acquireTime: now, leaseTransitions: holderIdentity === undefined ? leaseTransitions : leaseTransitions + 1 };
}
