/**
 * A caller as the tools know them: a subject with what they may see, by the word of the API server.
 *
 * An answer counts for a few seconds, so that one question with many looks is not many reviews. It is never assumed: what can't be asked is
 * thrown. What is in a Secret is shown to nobody, whatever they may do elsewhere.
 */
import type { Clock } from '../../clock.ts';
import { mayDo, mayDoItself, type ResourceAttributes, type Subject } from '../../kube/access.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Caller } from '../../tools/caller.ts';

const GOOD_FOR_MS = 5000;
const MAX_KNOWN = 10_000;

export interface Callers {
  /** Of somebody whom the API server has authenticated. */
  readonly of: (subject: Subject) => Caller;
  /** This process, with the rights of its own account. */
  readonly itself: (subject: Subject) => Caller;
}

type Ask = (what: ResourceAttributes, signal: AbortSignal) => Promise<boolean>;

export function createCallers(client: Pick<KubeClient, 'create'>, clock: Pick<Clock, 'monotonic'>): Callers {
  const known = new Map<string, { readonly isAllowed: boolean; readonly until: number }>();
  const caller = (kind: string, subject: Subject, ask: Ask): Caller => {
    const { username, groups = [], uid = '', extra = {} } = subject;
    const whose = JSON.stringify([kind, username, groups.toSorted(), uid, Object.entries(extra).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    return {
      ...subject,
      may: async (what, signal) => {
        if (isSecret(what)) return false;
        const { verb, group, resource, subresource = '', namespace = '', name = '' } = what;
        const key = JSON.stringify([whose, verb, group, resource, subresource, namespace, name]);
        const before = known.get(key);
        if (before !== undefined && clock.monotonic() < before.until) return before.isAllowed;
        const isAllowed = await ask(what, signal);
        if (known.size >= MAX_KNOWN) known.clear();
        known.set(key, { isAllowed, until: clock.monotonic() + GOOD_FOR_MS });
        return isAllowed;
      },
    };
  };
  return {
    of: (subject) => caller('', subject, (what, signal) => mayDo(client, subject, what, signal)),
    itself: (subject) => caller('itself', subject, (what, signal) => mayDoItself(client, what, signal)),
  };
}

/** Or everything, Secrets among it. */
function isSecret({ group, resource }: ResourceAttributes): boolean {
  return resource === '*' || (resource === 'secrets' && (group === '' || group === '*'));
}

/** As the API server knows an account. @param account `namespace/name` */
export function serviceAccountSubject(account: string): Subject {
  const [namespace = '', name = ''] = account.split('/');
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}
