/** Clients of test clusters, as an administrator or by a token, direct or through a proxy. */
import { KubeConfig } from '@kubernetes/client-node';
import type { Registry } from 'prom-client';
import { systemClock } from '../../src/clock.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/createClient.ts';
import { silentLogger } from './logger.ts';

export interface Target {
  readonly serverUrl: string;
  /** PEM text. */
  readonly caData: string;
  readonly token: string;
}

export function kubeConfigFor({ serverUrl, caData, token }: Target): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'test', server: serverUrl, caData: Buffer.from(caData).toString('base64'), skipTLSVerify: false }],
    users: [{ name: 'tester', token }],
    contexts: [{ name: 'test', cluster: 'test', user: 'tester' }],
    currentContext: 'test',
  });
  return config;
}

export function clientFor(target: Target, registry?: Registry): KubeClient {
  return createKubeClient({ kubeConfig: kubeConfigFor(target), clock: systemClock, logger: silentLogger, registry });
}
