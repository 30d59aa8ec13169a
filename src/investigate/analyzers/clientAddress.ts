/**
 * A client that is configured with an address which no Service has.
 *
 * Right when the host of a literal address is missing in the cluster and a Service has nearly the same name (a slip), and when the Service is
 * there and does not serve the port, while its other clients use one that it does. A host that resembles nothing says nothing: it may be
 * optional, or outside; a short name, another number, and a name near one that is called rightly as well count once the log complains.
 * Disproved by a Service of that name and port; a headless Service and one for a name outside serve whatever port is behind them. A Service
 * that is missing altogether is left to `missingService`.
 */
import { closest } from '../../analysis/similarity.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Service, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { type Address, addressesOf } from '../addresses.ts';
import { containerFields, objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { findService, isSeen, serviceRef, workloadsBehind } from '../reachability.ts';
import { LOOKUP_FAILS, troubleWith } from '../troubleLines.ts';

export const clientAddress: Analyzer = {
  name: 'clientAddress',
  *find(snapshot) {
    const all = snapshot.workloads.flatMap((workload) => [...addressesOf(workload)]);
    const addresses = all.filter(({ namespace }) => isSeen(snapshot, namespace));
    for (const address of all) if (!addresses.includes(address)) yield* inStrangeNamespace(snapshot, address);
    const services = new Map<string, Address[]>();
    for (const address of addresses) {
      const one = findService(snapshot, address);
      if (one === undefined) yield* withoutService(snapshot, addresses, address);
      else if (address.port !== undefined)
        services.set(`${one.namespace}/${one.name}`, [...(services.get(`${one.namespace}/${one.name}`) ?? []), address]);
    }
    for (const one of snapshot.services) yield* wrongPorts(snapshot, one, services.get(`${one.namespace}/${one.name}`) ?? []);
  },
};

function* withoutService(snapshot: Snapshot, addresses: readonly Address[], address: Address): Iterable<Finding> {
  const { name, namespace, workload, variable, host } = address;
  if (snapshot.workloads.some(({ ref }) => ref.namespace === namespace && ref.name === name)) return;
  const names = snapshot.services.filter((one) => one.namespace === namespace).map((one) => one.name);
  const [meant] = closest(name, names, 1);
  if (meant === undefined) return;
  const lines = troubleWith(snapshot, workload, host);
  const isCalledRightly = addresses.some(
    (other) => other.workload === workload && other.variable !== variable && other.name === meant && other.namespace === namespace,
  );
  if (lines.length === 0 && (isCalledRightly || !isSlip(name, meant))) return;
  yield {
    ...base(address),
    reason: 'ClientAddressWrong',
    message: `${objectName(workload.ref)} is told by ${variable} to call ${host}, and there is no such Service; ${meant} is near${said(lines)}.`,
    evidence: [workload.evidence, ...lines.map(({ evidence }) => evidence)],
    indirect: lines.length === 0,
  };
}

/** Nothing is known of what another namespace has, but that its name is not found there while it is here. */
function* inStrangeNamespace(snapshot: Snapshot, address: Address): Iterable<Finding> {
  const { workload, variable, host, name } = address;
  const here = findService(snapshot, { name, namespace: workload.ref.namespace ?? '' });
  const lines = troubleWith(snapshot, workload, host).filter(({ text }) => LOOKUP_FAILS.test(text));
  if (here === undefined || lines.length === 0) return;
  yield {
    ...base(address),
    reason: 'ClientAddressWrong',
    message: `${objectName(workload.ref)} is told by ${variable} to call ${host}, which is not found, and Service ${name} is in its own namespace${said(lines)}.`,
    evidence: [workload.evidence, here.evidence, ...lines.map(({ evidence }) => evidence)],
  };
}

const said = (lines: readonly { readonly text: string }[]): string => (lines[0] === undefined ? '' : `: ${quote(lines[0].text)}`);

/** A slip of the keyboard, not another name: one letter in five, never more than two; short names and numbers are near each other anyway. */
function isSlip(name: string, meant: string): boolean {
  const [longer, shorter] = [Math.max(name.length, meant.length), Math.min(name.length, meant.length)];
  const differOnlyInNumbers = name.replace(/\d+/gu, '') === meant.replace(/\d+/gu, '');
  return shorter > 4 && longer - shorter <= 2 && !differOnlyInNumbers && sharedEnds(name, meant) >= 0.8 * longer - 1;
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

function* wrongPorts(snapshot: Snapshot, one: Service, addresses: readonly Address[]): Iterable<Finding> {
  if (one.headless || one.type === 'ExternalName') return;
  const served = new Set(one.ports.map(({ port }) => port));
  const wrong = addresses.filter(({ port = 0 }) => !served.has(port));
  const [first] = wrong;
  if (first === undefined) return;
  const ports = [...served].join(', ');
  if (isServiceWrong(snapshot, one, wrong, addresses)) {
    yield {
      ...base(first),
      reason: 'ServicePortMismatch',
      object: serviceRef(one),
      detail: undefined,
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
      indirect: address.joined === true || troubleWith(snapshot, address.workload, address.host).length === 0,
    };
  }
}

/** All of its clients agree on a port that it lacks, and there are several of them, or its pods serve that port. */
function isServiceWrong(snapshot: Snapshot, one: Service, wrong: readonly Address[], all: readonly Address[]): boolean {
  if (wrong.length < all.length || new Set(wrong.map(({ port }) => port)).size > 1) return false;
  const clients = new Set(wrong.map(({ workload }) => workload));
  const own = workloadsBehind(snapshot, one).flatMap(({ containers }) => containers.flatMap(({ ports }) => ports.map(({ port }) => port)));
  return clients.size > 1 || own.includes(wrong[0]?.port ?? 0);
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
