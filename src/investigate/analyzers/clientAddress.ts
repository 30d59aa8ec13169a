/**
 * A client that is configured with an address which no Service has.
 *
 * Right when the host of a literal address is missing in the cluster and a Service or workload has nearly the same name (a slip), or when
 * the workload of exactly that name is there and its Service is not; and when the Service is there and does not serve the port, while its
 * other clients use one that it does. A host that resembles nothing says nothing: it may be optional, or outside. Disproved by a Service of
 * that name and port. Services that cannot be made because a quota is used up are said as what they are.
 */
import { closest } from '../../analysis/similarity.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Quota, Service, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { type Address, addressesOf } from '../addresses.ts';
import { containerFields, objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { failedChecks, findService, serviceRef, workloadsBehind } from '../reachability.ts';
import { troubleWith } from '../troubleLines.ts';

export const clientAddress: Analyzer = {
  name: 'clientAddress',
  *find(snapshot) {
    const addresses = snapshot.workloads
      .flatMap((workload) => [...addressesOf(workload)])
      .filter(({ namespace }) => isSeen(snapshot, namespace));
    const services = new Map<string, Address[]>();
    for (const address of addresses) {
      const one = findService(snapshot, address);
      if (one === undefined) yield* withoutService(snapshot, address);
      else if (address.port !== undefined)
        services.set(`${one.namespace}/${one.name}`, [...(services.get(`${one.namespace}/${one.name}`) ?? []), address]);
    }
    for (const one of snapshot.services) yield* wrongPorts(snapshot, one, services.get(`${one.namespace}/${one.name}`) ?? []);
  },
};

/** Only of a namespace whose Services were listed can it be said that one is missing. */
const isSeen = ({ services }: Snapshot, namespace: string): boolean => services.some((one) => one.namespace === namespace);

function* withoutService(snapshot: Snapshot, address: Address): Iterable<Finding> {
  const { name, namespace, workload, variable, host } = address;
  const behind = snapshot.workloads.find(({ ref }) => ref.namespace === namespace && ref.name === name);
  if (behind !== undefined) {
    yield* missingService(snapshot, address, behind);
    return;
  }
  const names = snapshot.services.filter((one) => one.namespace === namespace).map((one) => one.name);
  const [meant] = closest(name, names, 1);
  if (meant === undefined || !isSlip(name, meant)) return;
  const lines = troubleWith(snapshot, workload, host);
  yield {
    ...base(address),
    reason: 'ClientAddressWrong',
    message: `${objectName(workload.ref)} is told by ${variable} to call ${host}, and there is no such Service; ${meant} is near${said(lines)}.`,
    evidence: [workload.evidence, ...lines.map(({ evidence }) => evidence)],
    indirect: lines.length === 0,
  };
}

const said = (lines: readonly { readonly text: string }[]): string => (lines[0] === undefined ? '' : `: ${quote(lines[0].text)}`);

/** A slip of the keyboard, not another name: one letter in five, and never more than two. */
function isSlip(name: string, meant: string): boolean {
  const common = Math.max(name.length, meant.length);
  return closest(name, [meant], 1).length > 0 && Math.abs(name.length - meant.length) <= 2 && sharedEnds(name, meant) >= 0.8 * common - 1;
}

/** Characters that the two share from either end. */
function sharedEnds(a: string, b: string): number {
  const shortest = Math.min(a.length, b.length);
  let head = 0;
  while (head < shortest && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return head + tail;
}

function* missingService(snapshot: Snapshot, address: Address, behind: Workload): Iterable<Finding> {
  const { name, namespace, workload, variable } = address;
  const lines = troubleWith(snapshot, workload, name);
  const checks = failedChecks(snapshot, { namespace, name });
  const missing: Finding = {
    analyzer: clientAddress.name,
    reason: 'ServiceMissing',
    object: serviceRef({ namespace, name }),
    message: `${objectName(workload.ref)} calls ${name} (${variable}), and there is no Service of that name, while ${objectName(behind.ref)} is there${said(lines)}.`,
    cures: ['RevertCommit'],
    evidence: [workload.evidence, behind.evidence, ...lines.map(({ evidence }) => evidence), ...checks.map(({ evidence }) => evidence)],
    pods: [],
    touchedBy: { direct: objectFields(serviceRef({ namespace, name }), ''), plausible: [] },
  };
  yield missing;
  const spent = snapshot.quotas
    .map((quota) => ({ quota, resource: spentOnServices(quota, namespace) }))
    .find(({ resource }) => resource !== undefined);
  if (spent === undefined) return;
  const { quota, resource = '' } = spent;
  yield {
    ...missing,
    reason: 'QuotaExceeded',
    detail: resource,
    message: `Service ${namespace}/${name} is missing, and quota ${quota.name} takes no more: ${quota.used[resource] ?? 0} of ${quota.hard[resource] ?? 0} ${resource} are used.`,
    evidence: [quota.evidence, ...missing.evidence],
  };
}

const spentOnServices = ({ namespace, hard, used }: Quota, where: string): string | undefined =>
  namespace === where
    ? Object.keys(hard).find((resource) => /^(?:count\/)?services$/u.test(resource) && (used[resource] ?? 0) >= (hard[resource] ?? 0))
    : undefined;

function* wrongPorts(snapshot: Snapshot, one: Service, addresses: readonly Address[]): Iterable<Finding> {
  const served = new Set(one.ports.map(({ port }) => port));
  const wrong = addresses.filter(({ port = 0 }) => !served.has(port));
  const [first] = wrong;
  if (first === undefined) return;
  const own = workloadsBehind(snapshot, one).flatMap(({ containers }) => containers.flatMap(({ ports }) => ports.map(({ port }) => port)));
  const serviceIsWrong = wrong.length === addresses.length && (wrong.length > 1 || own.includes(first.port ?? 0));
  const ports = [...served].join(', ');
  if (serviceIsWrong) {
    yield {
      ...base(first),
      reason: 'ServicePortMismatch',
      object: serviceRef(one),
      pods: [],
      message: `All who call Service ${one.namespace}/${one.name} call port ${first.port}, and it serves ${ports}.`,
      evidence: [one.evidence, ...wrong.map(({ workload }) => workload.evidence)],
      touchedBy: { direct: objectFields(serviceRef(one), 'spec.ports'), plausible: [] },
    };
    return;
  }
  for (const address of wrong) {
    yield {
      ...base(address),
      reason: 'ClientAddressWrong',
      message: `${objectName(address.workload.ref)} is told by ${address.variable} to call ${address.host} on port ${address.port}, and that Service serves ${ports}.`,
      evidence: [address.workload.evidence, one.evidence],
      indirect: troubleWith(snapshot, address.workload, address.host).length === 0,
    };
  }
}

const base = ({
  workload,
  container,
  variable,
}: Address): Pick<Finding, 'analyzer' | 'object' | 'cures' | 'pods' | 'detail' | 'touchedBy'> => ({
  analyzer: clientAddress.name,
  object: { ...workload.ref, container: container.name },
  cures: ['RevertCommit'],
  pods: [],
  detail: variable,
  touchedBy: { direct: containerFields(workload.ref, container, 'env'), plausible: containerFields(workload.ref, container, 'envFrom') },
});
