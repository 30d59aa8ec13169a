/**
 * A pod that asks the wrong name server.
 *
 * Right when the pod brings name servers of its own that are none of the cluster, and its log tells of lookups that fail, or it runs, is not
 * ready, and has written nothing. Disproved by a pod that finds its names: some pods have a resolver of their own on purpose, and one that is
 * ready misses at most names of the outside. A pod that has not begun to run asks nobody. The cluster's name service itself is left to
 * `clusterDns`.
 */
import type { Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { evidenceFor, livingPods, onset, podName } from '../containers.ts';
import { podFields } from '../fields.ts';
import type { Analyzer } from '../finding.ts';
import { quote } from '../quote.ts';
import { LOOKUP_FAILS, linesOf } from '../troubleLines.ts';

export const podDns: Analyzer = {
  name: 'podDns',
  *find(snapshot) {
    for (const pod of livingPods(snapshot)) {
      const strange = pod.nameservers.filter((server) => !isOfCluster(snapshot, server));
      if (strange.length === 0) continue;
      const all = linesOf(snapshot, { ref: pod.owner });
      const lines = all.filter(({ text }) => LOOKUP_FAILS.test(text) && (!pod.ready || namesService(snapshot, text)));
      if (lines.length === 0 && (pod.ready || all.length > 0 || !hasBegun(pod))) continue;
      const said = lines[0] === undefined ? '' : `: ${quote(lines[0].text)}`;
      yield {
        analyzer: podDns.name,
        reason: 'PodDNSMisconfigured',
        object: pod.owner,
        message: `Pod ${podName(pod)} asks name server ${strange.join(', ')} of its own settings, which is none of this cluster${said}.`,
        cures: ['RevertCommit'],
        evidence: [...evidenceFor(snapshot, pod), ...lines.slice(0, 2).map(({ evidence }) => evidence)],
        pods: [pod.name],
        since: onset(snapshot, pod),
        indirect: lines.length === 0,
        touchedBy: { direct: podFields(pod.owner, 'dnsConfig', 'dnsPolicy'), plausible: [] },
      };
    }
  },
};

const LINK_LOCAL = /^(?:169\.254\.|fe80:)/iu;

/** A Service, the cache of the node, or the address by convention: the tenth of the range of Services. */
const isOfCluster = ({ services }: Snapshot, server: string): boolean =>
  LINK_LOCAL.test(server) ||
  services.some(({ clusterIP = '' }) => clusterIP === server || (server.endsWith('.0.10') && firstTwo(server) === firstTwo(clusterIP)));

const firstTwo = (address: string): string => address.split('.').slice(0, 2).join('.');

const hasBegun = ({ containers }: Pod): boolean =>
  containers.some(({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated);

const namesService = ({ services }: Snapshot, text: string): boolean => {
  const words = new Set(text.split(/[^-\w]+/u));
  return services.some(({ name }) => words.has(name));
};
