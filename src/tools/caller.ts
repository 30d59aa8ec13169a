/** On whose behalf something is asked, and what they may see. Every look at the cluster for somebody passes `demand` first. */
import type { ResourceAttributes, Subject } from '../kube/access.ts';
import { ToolError, troubleOf } from './errors.ts';

export interface Caller extends Subject {
  /** By the word of the API server; never assumed when it can't be asked. */
  readonly may: (what: ResourceAttributes, signal: AbortSignal) => Promise<boolean>;
}

interface Asking {
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

/** For what is left out where the caller may not see it. Throws a ToolError if the API server can't be asked. */
export async function isAllowed({ caller, signal }: Asking, what: ResourceAttributes): Promise<boolean> {
  return caller.may(what, signal).catch((error: unknown) => {
    throw troubleOf('ask the API server what you may see', error);
  });
}

/** Lets go on who may do that, and throws `Forbidden` with what is missing for anybody else. */
export async function demand(asking: Asking, what: ResourceAttributes): Promise<void> {
  if (await isAllowed(asking, what)) return;
  throw new ToolError('Forbidden', `${asking.caller.username} may not ${inWords(what)}; an administrator can grant it.`);
}

/** As in `get pods/log in namespace shop`. */
function inWords({ verb, group, resource, subresource, namespace, name }: ResourceAttributes): string {
  const what = [resource, ...(subresource === undefined ? [] : [subresource])].join('/');
  const kind = group === '' ? what : `${what}.${group}`;
  const where = namespace === undefined || namespace === '' ? 'in the whole cluster' : `in namespace ${namespace}`;
  return `${verb} ${kind}${name === undefined ? '' : ` ${name}`} ${where}`;
}
