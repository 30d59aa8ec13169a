/** A real client for a test: as a person by their kubeconfig, or as any account by an administrator's. */
import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import { systemClock } from '../../src/clock.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/createClient.ts';

export function testClient(kubeconfigPath: string): KubeClient {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfigPath);
  return createKubeClient({ kubeConfig, clock: systemClock, logger: pino({ level: 'silent' }) });
}

/** Acts with the rights of a ServiceAccount, by an administrator's impersonation. */
export function asServiceAccount(admin: KubeClient, namespace: string, name: string): KubeClient {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return admin.as({ user: `system:serviceaccount:${namespace}:${name}`, groups });
}
