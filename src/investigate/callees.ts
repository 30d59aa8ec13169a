/** Whom a workload calls, however far down. */
import { objectName } from '../sources/kubernetes/names.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';

/** @param from as `objectName` writes it; never among the answer */
export function calleesOf(calls: Snapshot['calls'], from: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const { caller, callee } of calls) {
      const next = objectName(callee);
      if (objectName(caller) !== name || seen.has(next) || next === from) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}
