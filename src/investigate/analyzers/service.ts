/**
 * A Service whose traffic reaches nobody, by what is wrong between it and its pods.
 *
 * Right when the Service selects no pod while pods that it is clearly meant for run under other labels; when it names a port that its pods do
 * not have, or sends to a number that none of them declares; when it speaks another protocol than they. Disproved by a check that reached it,
 * and by endpoints that are ready for a selector. Pods that are only not ready are said as a symptom: why is for others to find.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import { selects } from '../../sources/kubernetes/selection.ts';
import type { ContainerSpec, Pod, Service, ServicePort, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { livingPods } from '../containers.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { checksOf, failedChecks, serviceRef } from '../reachability.ts';

export const service: Analyzer = {
  name: 'service',
  *find(snapshot) {
    for (const one of snapshot.services) {
      if (Object.keys(one.selector).length === 0 || one.type === 'ExternalName') continue;
      if (checksOf(snapshot, one).some(({ outcome }) => outcome === 'open') && failedChecks(snapshot, one).length === 0) continue;
      const backing = snapshot.workloads.filter((workload) => isBacking(one, workload));
      if (backing.length === 0) yield* selectorFinding(snapshot, one);
      else yield* portFindings(snapshot, one, backing);
      yield* withoutReadyPods(snapshot, one);
    }
  },
};

const isBacking = ({ namespace, selector }: Service, { ref, podLabels }: Workload): boolean =>
  ref.namespace === namespace && selects({ labels: selector, expressions: [] }, podLabels);

function* selectorFinding(snapshot: Snapshot, one: Service): Iterable<Finding> {
  const { endpoints, selector, namespace, name } = one;
  if (endpoints === undefined || endpoints.ready + endpoints.notReady > 0) return;
  if (livingPods(snapshot).some((pod) => pod.namespace === namespace && selects({ labels: selector, expressions: [] }, pod.labels))) return;
  const meant = meantWorkload(snapshot, one);
  if (meant === undefined) return;
  const [asks, has] = [selector, meant.podLabels].map(labelsInWords);
  yield {
    ...base(snapshot, one, 'ServiceSelectorMismatch'),
    message: `Service ${namespace}/${name} selects ${asks}, and no pod has that; the pods of ${objectName(meant.ref)} have ${has}.`,
    cures: ['RevertCommit'],
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

/** Called as the Service is, or sharing with its selector a value under another key, or a key's near miss. */
function meantWorkload({ workloads }: Snapshot, { namespace, name, selector }: Service): Workload | undefined {
  const here = workloads.filter(({ ref }) => ref.namespace === namespace);
  const values = new Set(Object.values(selector));
  const sharesValue = here.filter(({ podLabels }) => Object.values(podLabels).some((value) => values.has(value)));
  return here.find(({ ref }) => ref.name === name) ?? (sharesValue.length === 1 ? sharesValue[0] : undefined);
}

function* portFindings(snapshot: Snapshot, one: Service, backing: readonly Workload[]): Iterable<Finding> {
  const containers = backing.flatMap((workload) => workload.containers.filter(({ role }) => role !== 'init'));
  const declared = containers.flatMap(({ ports }) => ports);
  for (const port of one.ports) {
    const said = mismatchOf(port, containers, declared);
    if (said === undefined) continue;
    yield {
      ...base(snapshot, one, said.reason),
      message: `Service ${one.namespace}/${one.name} ${said.says}.`,
      cures: ['RevertCommit'],
      evidence: [one.evidence, ...backing.map(({ evidence }) => evidence), ...failedChecks(snapshot, one).map(({ evidence }) => evidence)],
      indirect: said.indirect && failedChecks(snapshot, one).length === 0,
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
  /** A container need not declare the ports that it serves. */
  readonly indirect: boolean;
}

type DeclaredPort = ContainerSpec['ports'][number];

function mismatchOf(
  { port, targetPort, protocol }: ServicePort,
  containers: readonly ContainerSpec[],
  declared: readonly DeclaredPort[],
): Mismatch | undefined {
  if (typeof targetPort === 'string') {
    const named = declared.filter(({ name }) => name === targetPort);
    if (named.length === 0) {
      const has = portsInWords(declared);
      return {
        reason: 'ServicePortMismatch',
        says: `sends port ${port} to a port named ${targetPort}, which its pods do not have${has}`,
        indirect: false,
      };
    }
    return protocolMismatch(port, protocol, named);
  }
  const same = declared.filter((one) => one.port === targetPort);
  if (same.length > 0) return protocolMismatch(port, protocol, same);
  const told = containers.some(({ env }) => Object.values(env).includes(String(targetPort)));
  if (declared.length === 0 || told) return undefined;
  return {
    reason: 'ServicePortMismatch',
    says: `sends port ${port} to port ${targetPort}, which its pods do not declare${portsInWords(declared)}`,
    indirect: true,
  };
}

function protocolMismatch(port: number, protocol: string, same: readonly DeclaredPort[]): Mismatch | undefined {
  if (same.some((one) => one.protocol === protocol)) return undefined;
  const serves = [...new Set(same.map((one) => one.protocol))].join(', ');
  return {
    reason: 'ServiceProtocolMismatch',
    says: `takes port ${port} as ${protocol}, and its pods serve it as ${serves}`,
    indirect: false,
  };
}

const portsInWords = (declared: readonly DeclaredPort[]): string =>
  declared.length === 0
    ? ''
    : `; they have ${declared.map(({ name, port }) => (name === undefined || name === '' ? String(port) : `${name} (${port})`)).join(', ')}`;

/** A symptom, for callers to point at. */
function* withoutReadyPods(snapshot: Snapshot, one: Service): Iterable<Finding> {
  const own = podsBehind(snapshot, one);
  if (own.length === 0 || own.some(({ ready }) => ready) || (one.endpoints?.ready ?? 0) > 0) return;
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
