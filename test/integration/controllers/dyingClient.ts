/**
 * A client of a process that dies at its first write of an object of ours: right before it, or right after it with the answer lost.
 *
 * Dry runs, reviews and Kubernetes events leave no trace that matters, and do not count. Whatever the process still tries with the client
 * afterwards fails, as nothing of a dead process reaches the API server.
 */
import { GROUP } from '../../../src/crds/common.ts';
import type { KubeClient, WriteOptions } from '../../../src/kube/client.ts';
import type { ResourceType } from '../../../src/kube/object.ts';

export type Death = 'before' | 'after';

export interface DyingClient {
  readonly client: KubeClient;
  /** Resolves, with what was being written, when the process has died. */
  readonly died: Promise<string>;
}

export function dyingClient(real: KubeClient, death: Death | undefined): DyingClient {
  const { promise: died, resolve: die } = Promise.withResolvers<string>();
  let dead = false;
  const refuseTheDead = (): void => {
    if (dead) throw new Error('the process is dead');
  };
  const reading =
    <Arguments extends readonly unknown[], Result>(read: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      refuseTheDead();
      return read(...args);
    };
  const writing =
    <Arguments extends readonly unknown[], Result>(verb: string, write: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      refuseTheDead();
      if (death === undefined || !leavesATrace(args)) return write(...args);
      // A write that is refused, as what it would make exists, is none: the process lives on to its next.
      if (death === 'after') await write(...args);
      dead = true;
      die(`${verb} ${(args[0] as ResourceType).plural}`);
      throw new Error('the process is dead');
    };
  const client: KubeClient = {
    ...real,
    get: reading(real.get) as KubeClient['get'],
    list: reading(real.list) as KubeClient['list'],
    create: writing('create', real.create) as KubeClient['create'],
    apply: writing('apply', real.apply) as KubeClient['apply'],
    replace: writing('replace', real.replace) as KubeClient['replace'],
    patch: writing('patch', real.patch) as KubeClient['patch'],
    close: () => Promise.resolve(),
  };
  return { client, died };
}

function leavesATrace(args: readonly unknown[]): boolean {
  const options = args.at(-1) as WriteOptions | undefined;
  return (args[0] as ResourceType).group === GROUP && options?.dryRun !== true;
}
