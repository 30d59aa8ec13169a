import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { KubeClient, Selection } from './client.ts';
import type { ControllerDefinition } from './controller.ts';
import type { EventRecorder } from './events.ts';
import type { Health } from './health.ts';
import type { Leadership } from './lease.ts';
import type { Logger } from './logger.ts';
import type { KubeObject, ResourceType } from './object.ts';
import type { Indices, Store } from './store.ts';

/** Something that runs beside the controllers: an HTTP server, a poller. */
export interface Runnable {
  readonly name: string;
  /** `server`: first to start, last to stop. `worker`: after the caches are in. `leader`: only while this process leads. */
  readonly group: 'server' | 'worker' | 'leader';
  /** Resolves once it has ended in order after the abort; throwing ends the manager. `ready` is to be called when it serves. */
  readonly run: (signal: AbortSignal, ready: () => void) => Promise<void>;
}

export interface ElectionOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process, such as the pod's name. */
  readonly identity: string;
}

export interface ManagerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Without election this process is always the leader. */
  readonly election?: ElectionOptions | undefined;
  /** Name of this program in events and as the client's manager. */
  readonly name: string;
  /** How long running reconciles may take to end after a stop. Default 25 s: within a pod's 30 s. */
  readonly drainMs?: number | undefined;
}

export interface Manager extends Leadership {
  readonly health: Health;
  readonly events: EventRecorder;
  /** A shared cache of a kind; asking twice with the same selection gives the same. To be asked before `run`. */
  cache<T extends KubeObject>(resource: ResourceType<T>, options?: Selection & { readonly indices?: Indices<T> | undefined }): Store<T>;
  addController<T extends KubeObject>(definition: ControllerDefinition<T>): void;
  addRunnable(runnable: Runnable): void;
  /** Runs until `signal` aborts, then stops in order; throws what made it end by itself. */
  run(signal: AbortSignal): Promise<void>;
}

export declare function createManager(options: ManagerOptions): Manager;
