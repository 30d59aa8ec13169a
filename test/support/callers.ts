/** Callers of tools, with the rights that a test says. */
import type { ResourceAttributes } from '../../src/kube/access.ts';
import { keyString } from '../../src/kube/object.ts';
import type { Call } from '../../src/tools/tool.ts';

/** As in `get incidents agent-sre/inc-1`, `list incidents agent-sre`, `list incidents *` for the whole cluster. */
const rightText = ({ verb, resource, subresource, namespace, name }: ResourceAttributes): string => {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${what} ${name === undefined ? (namespace ?? '*') : keyString({ namespace: namespace ?? '', name })}`;
};

/** @param may by what `rightText` says of it */
export function callOf(username: string, may: (right: string) => boolean, asked: string[] = []): Call {
  return {
    caller: {
      username,
      groups: [],
      may: async (what) => {
        asked.push(rightText(what));
        return may(rightText(what));
      },
    },
    signal: new AbortController().signal,
  };
}
