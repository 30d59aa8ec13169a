/** The scrape job for what containers use, which the kubelet of a real node tells over HTTPS to those who may know. */
import { z } from 'zod';
import type { Cluster } from '../cluster.ts';
import { KUBELET_PORT } from '../real/kubelet.ts';
import type { ScrapeJob } from './prometheus.ts';

const nodeList = z.object({
  items: z.array(z.object({ status: z.object({ addresses: z.array(z.object({ type: z.string(), address: z.string() })) }) })),
});

export async function kubeletScrapeJob({ api, caFile, tokenFor }: Cluster): Promise<ScrapeJob> {
  const { items } = nodeList.parse(await api.request('GET', '/api/v1/nodes'));
  const addresses = items.flatMap(({ status }) => status.addresses.filter(({ type }) => type === 'InternalIP'));
  return {
    job_name: 'kubelet-cadvisor',
    scheme: 'https',
    metrics_path: '/metrics/cadvisor',
    honor_timestamps: false, // else a series goes stale later than its container
    tls_config: { ca_file: caFile },
    authorization: { credentials: tokenFor('admin') },
    static_configs: [{ targets: addresses.map(({ address }) => `${address}:${KUBELET_PORT}`) }],
  };
}
