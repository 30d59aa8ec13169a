/**
 * Traffic that is declared or was seen to fail, between the pods that it is between: calls, routes from outside, time-outs that name a Service, and lookups.
 *
 * Which port a call goes to is rarely said: a flow has every port that it may mean. Probes are no flow: the kubelet is let through by most
 * network plug-ins. Pods on their node's network are none either, as policies do not see them.
 */
import type { ObjectRef } from '../crds/common.ts';
import { objectName } from '../sources/kubernetes/names.ts';
import type { ContainerSpec, Service, Snapshot, Workload } from '../sources/kubernetes/snapshot.ts';
import { credibleLines, podNamesOf, podsOf } from './credibleLines.ts';
import { isUnanswered } from './lookups.ts';
import { type Endpoint, type PortNumber, selectorFits } from './networkPolicies.ts';
import { servicesNamedIn } from './serviceNames.ts';

export interface Flow {
  /** Absent: whoever comes from outside. */
  readonly from?: Endpoint | undefined;
  readonly to: Endpoint;
  readonly ports: readonly PortNumber[];
  /** `from shop/web to shop/cart`. */
  readonly says: string;
  /** It was seen to fail; otherwise it is only declared. */
  readonly failed: boolean;
  readonly evidence: readonly string[];
  readonly pods: readonly string[];
}

const TIMED_OUT =
  /i\/o timeout|timed[ -]?out|timeout|ETIMEDOUT|deadline exceeded|no route to host|EHOSTUNREACH|connect: operation not permitted/iu;

export function flowsOf(snapshot: Snapshot): Flow[] {
  return [...failedCalls(snapshot), ...failedChecks(snapshot), ...declaredCalls(snapshot), ...fromOutside(snapshot), ...lookups(snapshot)];
}

function failedCalls(snapshot: Snapshot): Flow[] {
  return credibleLines(snapshot)
    .filter(({ text }) => TIMED_OUT.test(text) && !isUnanswered(text))
    .flatMap(({ owner, text, evidence }) =>
      servicesNamedIn(snapshot, text, owner.namespace ?? '').flatMap((service) =>
        between(snapshot, owner, service, { failed: true, evidence: [evidence] }),
      ),
    );
}

function failedChecks(snapshot: Snapshot): Flow[] {
  return snapshot.checks
    .filter(({ outcome, kind }) => outcome === 'timedOut' && kind !== 'dns')
    .flatMap((check) =>
      snapshot.services
        .filter(({ namespace, name, endpoints }) => namespace === check.namespace && name === check.service && (endpoints?.ready ?? 0) > 0)
        .flatMap((service) => between(snapshot, undefined, service, { failed: true, evidence: [check.evidence] })),
    );
}

/** Calls that were seen to happen in traces or metrics pass, or passed: only what somebody has written down declares. */
function declaredCalls(snapshot: Snapshot): Flow[] {
  return snapshot.calls
    .filter(({ source }) => source === 'environment' || source === 'declared')
    .flatMap(({ caller, callee }) =>
      servicesOf(snapshot, callee).flatMap((service) => between(snapshot, caller, service, { failed: false, evidence: [] })),
    );
}

function servicesOf({ services, workloads }: Snapshot, callee: ObjectRef): Service[] {
  if (callee.kind === 'Service') return services.filter(({ namespace, name }) => namespace === callee.namespace && name === callee.name);
  const workload = workloads.find(({ ref }) => objectName(ref) === objectName(callee));
  return workload === undefined ? [] : services.filter((service) => chooses(service, workload));
}

const OUTSIDE = new Set(['LoadBalancer', 'NodePort']);

function fromOutside(snapshot: Snapshot): Flow[] {
  const routed = snapshot.routes.map(({ backend, evidence }) => ({ ...backend, evidence }));
  return snapshot.services.flatMap((service) => {
    const route = routed.find((one) => one.namespace === service.namespace && one.service === service.name);
    if (route === undefined && !OUTSIDE.has(service.type)) return [];
    return between(snapshot, undefined, service, { failed: false, evidence: route === undefined ? [] : [route.evidence] });
  });
}

const DNS: Endpoint = {
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
  partial: true,
  ips: [],
  ports: [],
};
/** 5353 where the name server's pods listen above the privileged ports. */
const DNS_PORTS: readonly PortNumber[] = [53, 5353].flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ port, protocol })));

function lookups(snapshot: Snapshot): Flow[] {
  const failed = credibleLines(snapshot).filter(({ text }) => isUnanswered(text));
  const callers = snapshot.calls.filter(({ source }) => source === 'environment').map(({ caller }) => caller);
  return distinctRefs([...failed.map(({ owner }) => owner), ...callers]).flatMap((caller) => {
    const from = endpointOf(snapshot, caller);
    if (from === undefined) return [];
    const said = failed.filter(({ owner }) => objectName(owner) === objectName(caller));
    return [
      {
        from,
        to: DNS,
        ports: DNS_PORTS,
        says: `from ${shortName(caller)} to the cluster’s name service`,
        failed: said.length > 0,
        evidence: [...new Set([...said.map(({ evidence }) => evidence), ...evidenceOf(snapshot, caller)])],
        pods: podNamesOf(snapshot, caller),
      },
    ];
  });
}

/** A workload's way to the cluster's name service. */
export function lookupFlowOf(snapshot: Snapshot, caller: ObjectRef): Pick<Flow, 'from' | 'to' | 'ports'> | undefined {
  const from = endpointOf(snapshot, caller);
  return from === undefined ? undefined : { from, to: DNS, ports: DNS_PORTS };
}

interface Seen {
  readonly failed: boolean;
  readonly evidence: readonly string[];
}

function between(snapshot: Snapshot, caller: ObjectRef | undefined, service: Service, { failed, evidence }: Seen): Flow[] {
  const from = caller === undefined ? undefined : endpointOf(snapshot, caller);
  if (caller !== undefined && from === undefined) return [];
  if (Object.keys(service.selector).length === 0) return [];
  const chosen = snapshot.workloads.filter((workload) => chooses(service, workload));
  const backs = chosen.flatMap((workload) => endpointOf(snapshot, workload.ref) ?? []);
  const unknown = { namespace: service.namespace, labels: service.selector, partial: true, ips: [], ports: [] };
  if (chosen.length > 0 && backs.length === 0) return [];
  return (backs.length === 0 ? [unknown] : backs).map((to) => ({
    from,
    to,
    ports: portsOf(service, to),
    says: `from ${caller === undefined ? 'outside' : shortName(caller)} to Service ${service.namespace}/${service.name}`,
    failed,
    evidence: [...evidence, service.evidence, ...(caller === undefined ? [] : evidenceOf(snapshot, caller))],
    pods: [...(caller === undefined ? [] : podNamesOf(snapshot, caller)), ...chosen.flatMap(({ ref }) => podNamesOf(snapshot, ref))],
  }));
}

function chooses({ namespace, selector }: Service, { ref, podLabels }: Workload): boolean {
  if (namespace !== ref.namespace || Object.keys(selector).length === 0) return false;
  return selectorFits({ labels: selector, expressions: [] }, { labels: podLabels, partial: false }) === 'yes';
}

function portsOf({ ports }: Service, to: Endpoint): PortNumber[] {
  return ports.flatMap(({ targetPort, protocol }) => {
    const port = typeof targetPort === 'number' ? targetPort : to.ports.find(({ name }) => name === targetPort)?.port;
    return port === undefined ? [] : [{ port, protocol }];
  });
}

/** Undefined for what is not known, and for pods that share their node's network. */
function endpointOf(snapshot: Snapshot, ref: ObjectRef): Endpoint | undefined {
  const workload = snapshot.workloads.find((one) => objectName(one.ref) === objectName(ref));
  const pods = podsOf(snapshot, ref);
  const labels = workload?.podLabels ?? pods[0]?.labels;
  if (labels === undefined || pods.some(({ hostNetwork }) => hostNetwork)) return undefined;
  const containers: readonly ContainerSpec[] = workload?.containers.length ? workload.containers : (pods[0]?.containers ?? []);
  return {
    namespace: ref.namespace ?? '',
    labels,
    partial: false,
    ips: pods.flatMap(({ ip }) => ip ?? []),
    ports: containers.flatMap(({ ports }) => ports),
  };
}

const evidenceOf = ({ workloads }: Snapshot, ref: ObjectRef): string[] =>
  workloads.filter((one) => objectName(one.ref) === objectName(ref)).map(({ evidence }) => evidence);
const distinctRefs = (refs: readonly ObjectRef[]): ObjectRef[] => [...new Map(refs.map((ref) => [objectName(ref), ref])).values()];
const shortName = ({ namespace, name }: ObjectRef): string => `${namespace ?? ''}/${name}`;
