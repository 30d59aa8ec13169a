import type { KubeConfig } from '@kubernetes/client-node';
import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Logger } from './logger.ts';

export interface ClientOptions {
  /** Loaded by the caller: `loadFromDefault`, `loadFromFile`, `loadFromCluster`. */
  readonly kubeConfig: KubeConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where `rest_client_*` metrics go. */
  readonly registry?: Registry | undefined;
  readonly userAgent?: string | undefined;
}
