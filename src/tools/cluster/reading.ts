/** Looks at the cluster on somebody's behalf: first whether they may, then the look, and in words what stood in the way of it. */
import { apiErrorIn, isForbidden, isNotFound } from '../../kube/errors.ts';
import { resourceName } from '../../kube/object.ts';
import type { Cleaner } from '../../sources/text.ts';
import { demand } from '../caller.ts';
import { ToolError, troubleOf } from '../errors.ts';
import type { Call } from '../tool.ts';
import type { ServedKind } from './kinds.ts';

export interface Place {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** To see one, or where no name is given to list them. Without a namespace: in the whole cluster. */
export async function demandKind(call: Call, kind: Pick<ServedKind, 'group' | 'plural' | 'namespaced'>, place: Place): Promise<void> {
  const { group, plural: resource, namespaced } = kind;
  const namespace = namespaced ? place.namespace : undefined;
  const verb = place.name === undefined ? 'list' : 'get';
  try {
    await demand(call, { verb, group, resource, namespace, name: place.name });
  } catch (error) {
    const isWide = namespaced && namespace === undefined && error instanceof ToolError && error.reason === 'Forbidden';
    throw isWide ? new ToolError('Forbidden', `${withoutStop(error.message)}; or name a namespace that you may see.`) : error;
  }
}

const withoutStop = (text: string): string => text.replace(/\.$/u, '');

/** Where Agent-SRE itself lacks the right, that is said: the caller has it already. */
export async function look<T>(
  what: string,
  kind: Pick<ServedKind, 'group' | 'plural'>,
  cleaner: Pick<Cleaner, 'line'>,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isForbidden(error)) {
      const message = `Agent-SRE itself may not ${what}; an administrator can grant get and list on ${resourceName(kind)} to its gateway.`;
      throw new ToolError('Forbidden', message, { cause: error });
    }
    if (isNotFound(error)) throw new ToolError('NotFound', `There is nothing to ${what}.`, { cause: error });
    const refused = apiErrorIn(error);
    if (refused?.status !== 400) throw troubleOf(what, error);
    // it says what is wrong with a selector or a name that the caller has sent
    const said = cleaner.line(refused.message.replace(/^(?:GET|POST) \S+: /u, ''), 300);
    throw new ToolError('Invalid', `${what}: the API server says: ${said}`, { cause: error });
  }
}

/** As in `list pods in shop`. */
export function inWords(verb: string, kind: Pick<ServedKind, 'group' | 'plural' | 'namespaced'>, { namespace, name }: Place): string {
  const one = name === undefined ? '' : ` ${name}`;
  const where = kind.namespaced ? ` in ${namespace === undefined ? 'all namespaces' : `namespace ${namespace}`}` : '';
  return `${verb} ${resourceName(kind)}${one}${where}`;
}
