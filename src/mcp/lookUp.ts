/** Names to complete with, read live for the caller, who may list them. No more than a page of them: whoever has more types on. */

import type { ResourceAttributes } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import { demand } from '../tools/caller.ts';
import { troubleOf } from '../tools/errors.ts';
import type { Records } from '../tools/incidents/records.ts';
import type { Call } from '../tools/tool.ts';
import type { LookUpNames } from './names.ts';
import type { Names } from './prompts.ts';

const PAGE = 500;
const TIMEOUT_MS = 3000;
/** Without anything but the names. */
const NAMES_ONLY = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

export function createLookUp(client: Pick<KubeClient, 'raw'>, records: Pick<Records, 'incidents' | 'plans'>): LookUpNames {
  const named = async (what: ResourceAttributes, path: string, call: Call): Promise<readonly string[]> => {
    await demand(call, what);
    const options = { signal: call.signal, timeoutMs: TIMEOUT_MS, accept: NAMES_ONLY };
    const list = await client.raw('GET', `${path}?limit=${PAGE}`, undefined, options).catch((error: unknown) => {
      throw troubleOf(`list ${what.resource}`, error);
    });
    const { items = [] } = list as { readonly items?: readonly { readonly metadata: { readonly name: string } }[] };
    return items.map(({ metadata }) => metadata.name);
  };
  const lookUps: Readonly<Record<Names, LookUpOne>> = {
    namespace: (_given, call) => named({ verb: 'list', group: '', resource: 'namespaces' }, '/api/v1/namespaces', call),
    service: ({ namespace = '' }, call) => {
      const where = namespace === '' ? {} : { namespace };
      const path = namespace === '' ? '/api/v1/services' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/services`;
      return named({ verb: 'list', group: '', resource: 'services', ...where }, path, call);
    },
    incident: async (_given, call) => (await records.incidents.list(call)).map(({ metadata }) => metadata.name),
    plan: async (_given, call) => (await records.plans.list(call)).map(({ metadata }) => metadata.name),
  };
  return (names, given, call) => lookUps[names](given, call);
}

type LookUpOne = (given: Readonly<Record<string, string>>, call: Call) => Promise<readonly string[]>;
