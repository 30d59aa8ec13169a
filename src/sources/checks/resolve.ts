/**
 * DNS: from a name to the addresses that it has now, and which of them may be connected to.
 *
 * A name is resolved once; whoever connects uses the address that was judged, never the name again (no DNS rebinding). A name of
 * an Ingress or a Gateway is asked for as absolute, so that no search domain answers in its place.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { OutOfTime } from '../within.ts';
import type { AddressPolicy } from './addresses.ts';
import type { CheckTarget, DnsOutcome } from './check.ts';

/** All addresses of a name, as the system resolves it. Rejects with the resolver's code (`ENOTFOUND`, `EAI_AGAIN`). */
export type Resolver = (name: string) => Promise<readonly string[]>;

export const systemResolver: Resolver = async (name) =>
  (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);

export interface Resolution {
  readonly outcome: DnsOutcome;
  /** All that the name has, for people. */
  readonly addresses: readonly string[];
  /** Those that may be connected to, IPv4 first. */
  readonly allowed: readonly string[];
  readonly detail: string;
}

const MOST_ADDRESSES = 32;

export async function resolveTarget({ host, inCluster }: CheckTarget, resolver: Resolver, policy: AddressPolicy): Promise<Resolution> {
  const found = await resolver(inCluster ? host : `${host}.`);
  const addresses = [...new Set(found)].slice(0, MOST_ADDRESSES);
  if (addresses.length === 0) return { outcome: 'NoSuchName', addresses, allowed: [], detail: `${host} has no address` };
  const refused = addresses.flatMap((address) => {
    const why = policy.refusal(address, inCluster);
    return why === undefined ? [] : [{ address, why }];
  });
  const allowed = addresses.filter((address) => !refused.some((each) => each.address === address)).toSorted((a, b) => isIP(a) - isIP(b));
  const [first] = refused;
  if (allowed.length === 0 && first !== undefined) {
    return {
      outcome: 'NotAllowed',
      addresses,
      allowed,
      detail: `${host} leads to ${first.address}, which ${first.why}; it is not connected to`,
    };
  }
  return { outcome: 'Resolved', addresses, allowed, detail: `${host} is ${addresses.slice(0, 4).join(', ')}` };
}

/** What a failed resolution amounts to. */
export function failedResolution(host: string, error: unknown): Resolution {
  const none = { addresses: [], allowed: [] };
  if (error instanceof OutOfTime) return { ...none, outcome: 'TimedOut', detail: `resolve ${host}: ${error.message}` };
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOTFOUND' || code === 'ENODATA') return { ...none, outcome: 'NoSuchName', detail: `DNS has no ${host} (${code})` };
  return { ...none, outcome: 'ResolverFailed', detail: `the resolver did not answer for ${host} (${code})` };
}
