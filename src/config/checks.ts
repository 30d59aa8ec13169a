/** Active checks of hosts that the cluster's own Ingresses, Gateways and Services name. */
import { isIP } from 'node:net';
import { z } from 'zod';

const range = z.string().refine(isRange, 'is no range of addresses; write one like 10.20.0.0/16');

export const checks = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether an investigation may connect to such hosts.'),
    privateRanges: z
      .array(range)
      .max(50)
      .default([])
      .describe('Private addresses that hosts of Ingresses and Gateways may lead to; without this only Services are checked there.'),
    clusterDomain: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe('Domain of the cluster, such as cluster.local; absent: the search path of the pod counts.'),
    authorityFiles: z
      .array(z.string().min(1))
      .max(20)
      .default([])
      .describe('Files with certificates of authorities that are trusted besides the usual ones.'),
    timeoutSeconds: z.int().min(1).max(10).default(2).describe('Time that each step of a check may take.'),
    maxTargets: z.int().min(1).max(100).default(10).describe('Hosts and ports in one investigation.'),
  })
  .prefault({})
  .describe('Active checks: DNS, TCP, TLS and HTTP.');

function isRange(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const version = isIP(address);
  return version !== 0 && rest.length === 0 && /^\d{1,3}$/u.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
