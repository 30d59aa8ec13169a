import type { ApplyOptions, KubeClient } from './client.ts';
import type { KubeObject, ResourceType } from './object.ts';

export interface ApplyStatusOptions extends Pick<ApplyOptions, 'fieldManager' | 'signal' | 'timeoutMs'> {}

export declare function applyStatus<T extends KubeObject & { readonly status?: unknown }>(
  client: KubeClient,
  resource: ResourceType<T>,
  object: T,
  status: NonNullable<T['status']>,
  options: ApplyStatusOptions,
): Promise<T>;
