/** What went wrong with workloads before, by the root causes of the Incidents that the caller may see. */

import { ToolError } from '../errors.ts';
import type { Records } from '../incidents/records.ts';
import type { FoundWorkload } from '../signals/findWorkload.ts';
import type { Call } from '../tool.ts';

type Troubles = (workload: Pick<FoundWorkload, 'namespace' | 'name'>) => ReadonlyMap<string, number>;

/** Of none, for who may see none. */
export async function troublesOf(
  { investigations }: { readonly investigations: Pick<Records['investigations'], 'list'> },
  call: Call,
): Promise<Troubles> {
  const all = await investigations.list(call).catch((error: unknown) => {
    if (error instanceof ToolError) return [];
    throw error;
  });
  return ({ namespace, name }) => {
    const reasons = new Map<string, number>();
    for (const { spec, status } of all) {
      const { reason, object } = status?.rootCause ?? {};
      const about = [...(spec.targets ?? []), ...(object === undefined ? [] : [object])];
      if (reason === undefined || status?.refuted !== undefined) continue;
      if (about.some((one) => one.name === name && one.namespace === namespace)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    return reasons;
  };
}
