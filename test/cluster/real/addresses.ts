/**
 * Addresses for a real node that nothing on this machine uses: out of 10.0.0.0/8, one /16 that no route leads to.
 */
import { z } from 'zod';
import { run } from '../lib/run.ts';

export interface NodeAddresses {
  /** This machine, as the node and its pods see it. */
  readonly host: string;
  readonly node: string;
  readonly linkBits: number;
  readonly podCidr: string;
  readonly serviceCidr: string;
}

const routes = z.array(z.object({ dst: z.string() }));
const CANDIDATES = Array.from({ length: 40 }, (_, index) => 210 + index);

export async function chooseAddresses(ip: string): Promise<NodeAddresses> {
  const { stdout } = await run(ip, ['-json', '-4', 'route', 'show', 'table', 'all'], { timeoutSeconds: 5 });
  const taken = routes.parse(JSON.parse(stdout)).map(({ dst }) => dst);
  return addressesBeside(taken);
}

/** `taken` are destinations as `ip route` prints them: `default`, an address, or an address with a prefix length. */
export function addressesBeside(taken: readonly string[]): NodeAddresses {
  const second = CANDIDATES.find((candidate) => !taken.some((destination) => overlaps(destination, candidate)));
  if (second === undefined)
    throw new Error('choose addresses for the node: this machine has routes to all of 10.210.0.0 to 10.249.255.255');
  return {
    host: `10.${second}.0.1`,
    node: `10.${second}.0.2`,
    linkBits: 30,
    podCidr: `10.${second}.1.0/24`,
    serviceCidr: `10.${second}.2.0/24`,
  };
}

/** A default route leads everywhere and is no claim to an address. */
function overlaps(destination: string, second: number): boolean {
  const [address = '', length = '32'] = destination.split('/');
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some(Number.isNaN) || Number(length) === 0) return false;
  const number = octets.reduce((total, octet) => total * 256 + octet, 0);
  const bits = Math.min(Number(length), 16);
  const prefix = (value: number): number => Math.floor(value / 2 ** (32 - bits));
  return prefix(number) === prefix((10 * 256 + second) * 65_536);
}
