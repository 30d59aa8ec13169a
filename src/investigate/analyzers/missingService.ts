/**
 * A Service that somebody calls and that does not exist, while the workload of its name is there.
 *
 * Right when a client is configured with the name, or its log tells of a lookup of it that fails, and no Service leads to the workload.
 * Disproved by a Service of that name, or one of another name that leads to the workload: then the client is what is wrong. A quota on Services
 * that is used up is why it could not be made. Names that resemble a Service are left to `clientAddress`.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Quota, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { addressesOf } from '../addresses.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { failedChecks, findService, isSeen, serviceRef, workloadsBehind } from '../reachability.ts';
import { LOOKUP_FAILS, type TroubleLine, troubleWith } from '../troubleLines.ts';

export const missingService: Analyzer = {
  name: 'missingService',
  *find(snapshot) {
    for (const workload of snapshot.workloads) {
      const { namespace = '', name } = workload.ref;
      if (!isSeen(snapshot, namespace) || workload.ref.kind.endsWith('Job') || isLedTo(snapshot, workload)) continue;
      const callers = snapshot.workloads
        .filter((other) => other !== workload)
        .flatMap((other) => callerOf(snapshot, other, { namespace, name }));
      if (callers.length > 0) yield* findings(snapshot, workload, callers);
    }
  },
};

const isLedTo = (snapshot: Snapshot, workload: Workload): boolean =>
  findService(snapshot, { namespace: workload.ref.namespace ?? '', name: workload.ref.name }) !== undefined ||
  snapshot.services.some((one) => workloadsBehind(snapshot, one).includes(workload));

interface Caller {
  readonly workload: Workload;
  readonly variable?: string | undefined;
  readonly lines: readonly TroubleLine[];
}

function callerOf(
  snapshot: Snapshot,
  workload: Workload,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Caller[] {
  const address = [...addressesOf(workload)].find((one) => one.namespace === namespace && one.name === name);
  const lines = workload.ref.namespace === namespace || address !== undefined ? troubleWith(snapshot, workload, name) : [];
  const isMissed = address !== undefined || lines.some(({ text }) => LOOKUP_FAILS.test(text));
  return isMissed ? [{ workload, variable: address?.variable, lines }] : [];
}

function* findings(snapshot: Snapshot, behind: Workload, callers: readonly Caller[]): Iterable<Finding> {
  const ref = serviceRef({ namespace: behind.ref.namespace ?? '', name: behind.ref.name });
  const { namespace = '', name } = ref;
  const first = callers.find(({ lines }) => lines.length > 0) ?? callers[0];
  const [line] = first?.lines ?? [];
  const how = first?.variable === undefined ? '' : ` (${first.variable})`;
  const said = line === undefined ? '' : `: ${quote(line.text)}`;
  const missing: Finding = {
    analyzer: missingService.name,
    reason: 'ServiceMissing',
    object: ref,
    message: `${objectName(first?.workload.ref ?? behind.ref)} calls ${name}${how}, and there is no Service of that name, while ${objectName(behind.ref)} is there${said}.`,
    cures: ['RevertCommit'],
    evidence: [
      ...callers.slice(0, 5).flatMap(({ workload, lines }) => [workload.evidence, ...lines.map(({ evidence }) => evidence)]),
      behind.evidence,
      ...failedChecks(snapshot, { namespace, name }).map(({ evidence }) => evidence),
    ],
    pods: [],
    touchedBy: { direct: objectFields(ref, ''), plausible: [] },
  };
  yield missing;
  for (const quota of snapshot.quotas) {
    const resource = spentOnServices(quota, namespace);
    if (resource === undefined) continue;
    yield {
      ...missing,
      reason: 'QuotaExceeded',
      detail: resource,
      message: `Service ${namespace}/${name} is missing, and quota ${quota.name} takes no more: ${quota.used[resource] ?? 0} of ${quota.hard[resource] ?? 0} ${resource} are used.`,
      evidence: [quota.evidence, ...missing.evidence],
    };
    return;
  }
}

const spentOnServices = ({ namespace, hard, used }: Quota, where: string): string | undefined =>
  namespace === where
    ? Object.keys(hard).find((resource) => /^(?:count\/)?services$/u.test(resource) && (used[resource] ?? 0) >= (hard[resource] ?? 0))
    : undefined;
