/**
 * A Service whose traffic reaches nobody, by what is wrong between it and its pods.
 *
 * Right when the Service selects no pod while pods that it is clearly meant for run under other labels; when it names a port that its pods do
 * not have, or sends to a number that none of them declares; when it speaks another protocol than they. Disproved by a check that reached it,
 * by endpoints that are ready for a selector, and by anything that tells the program to serve the port; one undeclared port beside a declared
 * one (metrics, most often) is none either. Clients of a headless Service ask its pods themselves, on whatever port they like. Pods that are
 * only not ready are said as a symptom: why is for others to find.
 */
import { editDistance } from '../../analysis/similarity.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import { selects } from '../../sources/kubernetes/selection.ts';
import type { ContainerSpec, Pod, Service, ServicePort, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { callersOf } from '../addresses.ts';
import { livingPods } from '../containers.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { checksOf, failedChecks, findService, serviceRef, workloadsBehind } from '../reachability.ts';

export const service: Analyzer = {
  name: 'service',
  *find(snapshot) {
    for (const one of snapshot.services) {
      if (Object.keys(one.selector).length === 0 || one.type === 'ExternalName') continue;
      if (checksOf(snapshot, one).some(({ outcome }) => outcome === 'open') && failedChecks(snapshot, one).length === 0) continue;
      const backing = workloadsBehind(snapshot, one);
      const strayed = backing.length === 0 ? undefined : namesake(snapshot, one, backing);
      if (backing.length === 0) yield* selectsNobody(snapshot, one);
      else if (strayed !== undefined)
        yield selectorFinding(snapshot, one, strayed, `which the pods of ${objectName(backing[0]?.ref ?? strayed.ref)} have`);
      else if (!one.headless) yield* portFindings(snapshot, one, backing);
      yield* withoutReadyPods(snapshot, one);
    }
  },
};

function* selectsNobody(snapshot: Snapshot, one: Service): Iterable<Finding> {
  if (one.endpoints === undefined || one.endpoints.ready + one.endpoints.notReady > 0 || podsBehind(snapshot, one).length > 0) return;
  const meant = meantWorkload(snapshot, one);
  if (meant !== undefined) yield selectorFinding(snapshot, one, meant, 'and no pod has that');
}

/** The workload that is called as the Service is and that no Service leads to, while this one leads to what another leads to as well. */
function namesake(snapshot: Snapshot, one: Service, backing: readonly Workload[]): Workload | undefined {
  const meant = snapshot.workloads.find(({ ref }) => ref.namespace === one.namespace && ref.name === one.name);
  if (meant === undefined || isServed(snapshot, meant)) return undefined;
  const isElsewhere = ({ ref }: Workload): boolean => findService(snapshot, { namespace: one.namespace, name: ref.name }) !== undefined;
  return backing.every(isElsewhere) ? meant : undefined;
}

const isServed = (snapshot: Snapshot, workload: Workload): boolean =>
  snapshot.services.some((one) => workloadsBehind(snapshot, one).includes(workload));

function selectorFinding(snapshot: Snapshot, one: Service, meant: Workload, instead: string): Finding {
  const { selector, namespace, name } = one;
  const [asks, has] = [selector, meant.podLabels].map(labelsInWords);
  return {
    ...base(snapshot, one, 'ServiceSelectorMismatch'),
    message: `Service ${namespace}/${name} selects ${asks}, ${instead}; the pods of ${objectName(meant.ref)} have ${has}.`,
    cures: ['RevertCommit', 'FixServiceSelector'],
    evidence: [one.evidence, meant.evidence, ...failedChecks(snapshot, one).map(({ evidence }) => evidence)],
    touchedBy: {
      direct: [...objectFields(serviceRef(one), 'spec.selector'), ...objectFields(meant.ref, 'spec.template.metadata.labels')],
      plausible: objectFields(meant.ref, 'spec.selector'),
    },
  };
}

const labelsInWords = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

/**
 * Called as the Service is; else the only one whose labels share a value with its selector, or nearly. A workload that has a Service already
 * is meant by a second one only if somebody misses that.
 */
function meantWorkload(snapshot: Snapshot, one: Service): Workload | undefined {
  const { namespace, name, selector } = one;
  const here = snapshot.workloads.filter(({ ref }) => ref.namespace === namespace);
  const stem = name.replace(/-(?:service|svc|headless)$/u, '');
  const namesakeOf = here.find(({ ref }) => ref.name === name) ?? here.find(({ ref }) => ref.name === stem);
  if (namesakeOf !== undefined) return namesakeOf;
  const alike = here.filter(({ podLabels }) => sharesValue(selector, podLabels));
  const near = alike.length > 0 ? alike : here.filter(({ podLabels }) => hasSlip(selector, podLabels));
  const [meant] = near;
  if (meant === undefined || near.length > 1) return undefined;
  const isMissed = callersOf(snapshot, one).length > 0 || failedChecks(snapshot, one).length > 0;
  return isMissed || !isServed(snapshot, meant) ? meant : undefined;
}

type Labels = Readonly<Record<string, string>>;

const sharesValue = (selector: Labels, labels: Labels): boolean =>
  Object.values(selector).some((value) => Object.values(labels).includes(value));

const hasSlip = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).some(([key, value]) => value.length > 4 && labels[key] !== undefined && editDistance(value, labels[key]) <= 2);

function* portFindings(snapshot: Snapshot, one: Service, backing: readonly Workload[]): Iterable<Finding> {
  const containers = backing.flatMap((workload) => workload.containers.filter(({ role }) => role !== 'init'));
  const declared = containers.flatMap(({ ports }) => ports);
  const known = [...declared.map(({ port }) => port), ...containers.flatMap(probedPorts)];
  for (const port of one.ports) {
    const said = mismatchOf(port, { containers, declared, known });
    if (said === undefined || isExcused(port, said, one, declared)) continue;
    yield {
      ...base(snapshot, one, said.reason),
      message: `Service ${one.namespace}/${one.name} ${said.says}.`,
      cures: ['RevertCommit', 'FixServicePort'],
      evidence: [one.evidence, ...backing.map(({ evidence }) => evidence), ...failedChecks(snapshot, one).map(({ evidence }) => evidence)],
      indirect: !said.certain && failedChecks(snapshot, one).length === 0,
      touchedBy: {
        direct: [
          ...objectFields(serviceRef(one), 'spec.ports'),
          ...backing.flatMap(({ ref }) => objectFields(ref, 'spec.template.spec.containers')),
        ],
        plausible: [],
      },
    };
  }
}

interface Mismatch {
  readonly reason: 'ServicePortMismatch' | 'ServiceProtocolMismatch';
  readonly says: string;
  /** A container need not declare the ports that it serves; a port that is named has to be there. */
  readonly certain: boolean;
}

type DeclaredPort = ContainerSpec['ports'][number];

/** Metrics are seldom declared, and HTTP/3 is one number over UDP beside TCP. */
function isExcused(port: ServicePort, { reason, certain }: Mismatch, { ports }: Service, declared: readonly DeclaredPort[]): boolean {
  const served = ports.filter((other) => other !== port && isServedBy(other, declared));
  return reason === 'ServiceProtocolMismatch'
    ? served.some(({ targetPort }) => targetPort === port.targetPort)
    : !certain && served.length > 0;
}

interface Behind {
  readonly containers: readonly ContainerSpec[];
  readonly declared: readonly DeclaredPort[];
  /** Ports that the containers declare or are probed on. */
  readonly known: readonly number[];
}

function mismatchOf({ port, targetPort, protocol }: ServicePort, { containers, declared, known }: Behind): Mismatch | undefined {
  if (typeof targetPort === 'string') {
    const named = declared.filter(({ name }) => name === targetPort);
    if (named.length > 0) return protocolMismatch(port, protocol, named);
    const says = `sends port ${port} to a port named ${targetPort}, which its pods do not have${portsInWords(declared)}`;
    return { reason: 'ServicePortMismatch', says, certain: true };
  }
  const same = declared.filter((one) => one.port === targetPort);
  if (same.length > 0) return protocolMismatch(port, protocol, same);
  if (known.length === 0 || known.includes(targetPort) || containers.some((container) => isToldToServe(container, targetPort)))
    return undefined;
  const says = `sends port ${port} to port ${targetPort}, which its pods do not declare${portsInWords(declared)}`;
  return { reason: 'ServicePortMismatch', says, certain: false };
}

const probedPorts = ({ probes }: ContainerSpec): number[] => probes.flatMap(({ port }) => (typeof port === 'number' ? [port] : []));

const isServedBy = ({ targetPort, protocol }: ServicePort, declared: readonly DeclaredPort[]): boolean =>
  declared.some((one) => (one.port === targetPort || one.name === targetPort) && one.protocol === protocol);

/** By a variable that holds the number or an address to listen on, or by an argument that ends with it. */
function isToldToServe({ env, args, command }: ContainerSpec, port: number): boolean {
  const listening = new RegExp(String.raw`^(?:(?:[a-z]+://)?(?:0\.0\.0\.0|\[::\]|\*|localhost|127\.0\.0\.1)?:)?${port}$`, 'u');
  const argument = new RegExp(String.raw`(?:^|[=:\s])${port}$`, 'u');
  return Object.values(env).some((value) => listening.test(value)) || [...command, ...args].some((value) => argument.test(value));
}

function protocolMismatch(port: number, protocol: string, same: readonly DeclaredPort[]): Mismatch | undefined {
  if (same.some((one) => one.protocol === protocol)) return undefined;
  const serves = [...new Set(same.map((one) => one.protocol))].join(', ');
  return {
    reason: 'ServiceProtocolMismatch',
    says: `takes port ${port} as ${protocol}, and its pods serve it as ${serves}`,
    certain: false,
  };
}

const portsInWords = (declared: readonly DeclaredPort[]): string =>
  declared.length === 0
    ? ''
    : `; they have ${declared.map(({ name, port }) => (name === undefined || name === '' ? String(port) : `${name} (${port})`)).join(', ')}`;

/** Younger pods are on their way. */
const TIME_TO_START_MS = 60_000;

/** A symptom, for callers to point at. */
function* withoutReadyPods(snapshot: Snapshot, one: Service): Iterable<Finding> {
  const own = podsBehind(snapshot, one);
  if (own.some(({ ready }) => ready) || (one.endpoints?.ready ?? 0) > 0) return;
  if (!own.some(({ createdAt }) => snapshot.at - createdAt > TIME_TO_START_MS)) return;
  yield {
    ...base(snapshot, one, 'ServiceWithoutEndpoints'),
    message: `None of the pods behind Service ${one.namespace}/${one.name} is ready.`,
    cures: [],
    evidence: [one.evidence, ...own.slice(0, 3).map(({ evidence }) => evidence)],
    pods: own.map(({ name }) => name),
    touchedBy: { direct: [], plausible: [] },
  };
}

const podsBehind = (snapshot: Snapshot, { namespace, selector }: Service): Pod[] =>
  livingPods(snapshot).filter((pod) => pod.namespace === namespace && selects({ labels: selector, expressions: [] }, pod.labels));

const base = (
  snapshot: Snapshot,
  one: Service,
  reason: Finding['reason'],
): Pick<Finding, 'analyzer' | 'reason' | 'object' | 'pods' | 'blames'> => ({
  analyzer: service.name,
  reason,
  object: serviceRef(one),
  pods: podsBehind(snapshot, one).map(({ name }) => name),
  blames: [],
});
