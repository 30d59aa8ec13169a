/**
 * A ConfigMap, a Secret, or a key of one, that a pod needs and that is not there.
 *
 * Right when the kubelet says so (waiting with CreateContainerConfigError, or event FailedMount) while the pod has not started, or
 * when a ConfigMap that a waiting pod refers to, and not optionally, was looked up and is absent. Disproved by a look that finds
 * it: then the kubelet's next try succeeds. Of Secrets only what the kubelet says is known: nobody here reads them.
 */

import { closest } from '../../analysis/similarity.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import { ownMember } from '../../domain/ownMember.ts';
import type { ConfigMapFacts, Container, Pod, Reference, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { eventsOf, evidenceFor, livingPods, onset, podName } from '../containers.ts';
import { containerFields, objectFields, podFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';

export const missingConfig: Analyzer = {
  name: 'missingConfig',
  *find(snapshot) {
    for (const pod of livingPods(snapshot).filter(waitsToStart)) {
      const missing = [...saidMissing(snapshot, pod), ...foundMissing(snapshot, pod)];
      const distinct = new Map(missing.map((one) => [`${one.kind}/${one.name}/${one.key ?? ''}`, one]));
      for (const one of distinct.values()) {
        if (!isThereAfterAll(snapshot, pod, one)) yield finding(snapshot, pod, one);
      }
    }
  },
};

interface Missing {
  readonly kind: Reference['kind'];
  readonly name: string;
  /** Absent when the whole object is missing. */
  readonly key?: string | undefined;
  /** Set where one container waits for it; a volume belongs to the pod. */
  readonly container?: Container | undefined;
}

const STARTING = new Set(['CreateContainerConfigError', 'ContainerCreating', 'PodInitializing']);

const waitsToStart = ({ containers }: Pod): boolean => containers.some(({ state }) => STARTING.has(state.waiting?.reason ?? ''));

function saidMissing(snapshot: Snapshot, pod: Pod): Missing[] {
  const byContainer = pod.containers.flatMap((container) => {
    const { reason, message } = container.state.waiting ?? { reason: '', message: '' };
    if (reason !== 'CreateContainerConfigError') return [];
    const said = eventsOf(snapshot, pod, container).filter((event) => event.reason === 'Failed');
    return [message, ...said.map((event) => event.message)].flatMap((text) => missingIn(text, container));
  });
  const mounts = eventsOf(snapshot, pod).filter(({ reason }) => reason === 'FailedMount');
  return [...byContainer, ...mounts.flatMap(({ message }) => missingInMount(message, pod))];
}

/** `configmap "a" not found`, `couldn't find key k in Secret shop/b`. */
function missingIn(message: string, container: Container): Missing[] {
  const whole = /\b(configmap|secret) "([^"]+)" not found/iu.exec(message);
  if (whole?.[1] !== undefined && whole[2] !== undefined) return [{ kind: kindOf(whole[1]), name: whole[2], container }];
  const key = /couldn't find key (\S+) in (ConfigMap|Secret) (?:[^\s/]+\/)?([^\s,"]+)/u.exec(message);
  if (key?.[1] === undefined || key[2] === undefined || key[3] === undefined) return [];
  return [{ kind: kindOf(key[2]), name: key[3], key: key[1], container }];
}

/** `MountVolume.SetUp failed for volume "v" : configmap "a" not found`, `... : references non-existent config key: k`. */
function missingInMount(message: string, pod: Pod): Missing[] {
  const whole = /\b(configmap|secret) "([^"]+)" not found/iu.exec(message);
  if (whole?.[1] !== undefined && whole[2] !== undefined) return [{ kind: kindOf(whole[1]), name: whole[2].split('/').at(-1) ?? whole[2] }];
  const key = /references non-existent (config|secret) key: (\S+)/u.exec(message);
  const [kind, name] = [key?.[1] === 'secret' ? 'Secret' : 'ConfigMap', key?.[2]];
  return pod.references.filter((reference) => name !== undefined && reference.kind === kind && reference.key === name).map(withoutPlace);
}

const kindOf = (word: string): Reference['kind'] => (word.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap');
const withoutPlace = ({ kind, name, key }: Reference): Missing => ({ kind, name, key });

/** What a look at the ConfigMaps shows, should nobody have said it. */
function foundMissing(snapshot: Snapshot, pod: Pod): Missing[] {
  return pod.references.flatMap((reference) => {
    const facts = reference.optional ? undefined : factsOf(snapshot, pod, reference);
    if (facts === undefined) return [];
    const container = pod.containers.find(({ name }) => name === reference.container);
    if (!facts.exists) return [{ kind: reference.kind, name: reference.name, container }];
    if (reference.key === undefined || facts.keys.includes(reference.key)) return [];
    return [{ kind: reference.kind, name: reference.name, key: reference.key, container }];
  });
}

const factsOf = ({ configMaps }: Snapshot, pod: Pod, { kind, name }: Pick<Missing, 'kind' | 'name'>): ConfigMapFacts | undefined =>
  kind === 'ConfigMap' ? configMaps.find((facts) => facts.namespace === pod.namespace && facts.name === name) : undefined;

function isThereAfterAll(snapshot: Snapshot, pod: Pod, missing: Missing): boolean {
  const facts = factsOf(snapshot, pod, missing);
  return facts?.exists === true && (missing.key === undefined || facts.keys.includes(missing.key));
}

function finding(snapshot: Snapshot, pod: Pod, missing: Missing): Finding {
  const { kind, name, key, container } = missing;
  const facts = factsOf(snapshot, pod, missing);
  const what = key === undefined ? `${kind} ${name}, which does not exist` : `key ${key} of ${kind} ${name}, which has no such key`;
  const who = container === undefined ? `Pod ${podName(pod)}` : `Container ${container.name} of ${podName(pod)}`;
  const owned = { kind, namespace: pod.namespace, name };
  return {
    analyzer: missingConfig.name,
    reason: reasonOf(missing),
    object: container === undefined ? pod.owner : { ...pod.owner, container: container.name },
    message: `${who} cannot start: it needs ${what}${meant(snapshot, pod, missing, facts)}.`,
    cures: ['RevertCommit', 'FixConfigReference', 'RollbackWorkload'],
    evidence: [...evidenceFor(snapshot, pod), ...(facts === undefined ? [] : [facts.evidence])],
    pods: [pod.name],
    since: onset(snapshot, pod, container),
    detail: `${kind}/${name}/${key ?? ''}`,
    touchedBy: {
      direct: [
        ...(container === undefined ? [] : containerFields(pod.owner, container, 'env', 'envFrom')),
        ...podFields(pod.owner, 'volumes'),
        ...objectFields(owned, ...(key === undefined ? [''] : [`data.${key}`, `data["${key}"]`, 'data', 'binaryData'])),
      ],
      plausible: [],
    },
  };
}

function reasonOf({ kind, key }: Missing): FindingReason {
  if (kind === 'Secret') return key === undefined ? 'SecretMissing' : 'SecretKeyMissing';
  return key === undefined ? 'ConfigMapMissing' : 'ConfigMapKeyMissing';
}

/** What exists and may have been meant. */
function meant({ configMapNames }: Snapshot, { namespace }: Pod, { kind, name, key }: Missing, facts: ConfigMapFacts | undefined): string {
  if (kind === 'Secret') return '';
  const there = key === undefined ? (ownMember(configMapNames, namespace) ?? []) : (facts?.keys ?? []);
  const candidates = closest(key ?? name, there, 3);
  return candidates.length === 0 ? '' : `; what exists and may be meant: ${candidates.join(', ')}`;
}
