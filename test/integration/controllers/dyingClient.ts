/**
 * A client of a process that dies at its first write: right before it, or right after it with the answer lost. Of kinds of others what is patched or
 * deleted counts, as that is what a direct action does, and what is written of locks, the record, and entries of the audit.
 *
 * Dry runs, reviews and Kubernetes events leave no trace that matters, and do not count. Whatever the process still tries with the client
 * afterwards fails, as nothing of a dead process reaches the API server.
 */
import { GROUP } from '../../../src/crds/common.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { ResourceType } from '../../../src/kube/object.ts';

/** Locks, the record, and the audit, but for the heads of its chains, which may lag behind. */
const KEPT: ReadonlySet<string> = new Set(['leases', 'configmaps']);

export type Death = 'before' | 'after';

export interface DyingClient {
  readonly client: KubeClient;
  /** Resolves, with what was being written, when the process has died. */
  readonly died: Promise<string>;
}

export function dyingClient(real: KubeClient, death: Death | undefined): DyingClient {
  const { promise: died, resolve: die } = Promise.withResolvers<string>();
  let dead = false;
  const alive = (): KubeClient => {
    if (dead) throw new Error('the process is dead');
    return real;
  };
  const write = async <T>(
    verb: string,
    { group, plural }: ResourceType,
    name: string | undefined,
    isDryRun: boolean | undefined,
    carryOut: () => Promise<T>,
  ): Promise<T> => {
    alive();
    const isKept = KEPT.has(plural) && name?.endsWith('-head') !== true;
    const counts = group === GROUP || isKept || verb === 'patch' || verb === 'delete';
    if (death === undefined || !counts || isDryRun === true) return carryOut();
    // A write that is refused, as what it would make exists, is none: the process lives on to its next.
    if (death === 'after') await carryOut();
    dead = true;
    die(`${verb} ${plural}`);
    throw new Error('the process is dead');
  };
  const client: KubeClient = {
    ...real,
    get: async (resource, key, options) => alive().get(resource, key, options),
    list: async (resource, options) => alive().list(resource, options),
    create: (resource, object, options) =>
      write('create', resource, object.metadata.name, options?.dryRun, () => real.create(resource, object, options)),
    apply: (resource, intent, options) =>
      write('apply', resource, intent.metadata.name, options.dryRun, () => real.apply(resource, intent, options)),
    replace: (resource, object, options) =>
      write('replace', resource, object.metadata.name, options?.dryRun, () => real.replace(resource, object, options)),
    patch: (resource, key, body, options) =>
      write('patch', resource, key.name, options.dryRun, () => real.patch(resource, key, body, options)),
    delete: (resource, key, options) => write('delete', resource, key.name, options?.dryRun, () => real.delete(resource, key, options)),
    close: () => Promise.resolve(),
  };
  return { client, died };
}
