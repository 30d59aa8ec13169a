import type { KubeClient } from './client.ts';
import type { ClientOptions } from './connection.ts';

export declare function createKubeClient(options: ClientOptions): KubeClient;
