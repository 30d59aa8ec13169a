/**
 * A pod that asks the wrong name server.
 *
 * Right when the pod brings name servers of its own that are no Service of the cluster, and it is not ready or its log tells of lookups that
 * fail. Disproved by a pod that is ready and finds its names: some pods have a resolver of their own on purpose. The cluster's name service
 * itself is left to `clusterDns`.
 */
import type { Pod, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { evidenceFor, livingPods, onset, podName } from '../containers.ts';
import { podFields } from '../fields.ts';
import type { Analyzer } from '../finding.ts';
import { quote } from '../quote.ts';
import { linesOf, type TroubleLine } from '../troubleLines.ts';

const LOOKUP_FAILS =
  /\blookup \S+.*(?:i\/o timeout|no such host|server misbehaving|refused)|Temporary failure in name resolution|EAI_AGAIN|ENOTFOUND|UnknownHostException|could not (?:be )?resolved?|bad address/iu;

export const podDns: Analyzer = {
  name: 'podDns',
  *find(snapshot) {
    for (const pod of livingPods(snapshot)) {
      const strange = pod.nameservers.filter((server) => !isOfCluster(snapshot, server));
      if (strange.length === 0) continue;
      const lines = failedLookups(snapshot, pod);
      if (pod.ready && lines.length === 0) continue;
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

const isOfCluster = ({ services }: Snapshot, server: string): boolean => services.some(({ clusterIP }) => clusterIP === server);

const failedLookups = (snapshot: Snapshot, pod: Pod): TroubleLine[] =>
  linesOf(snapshot, { ref: pod.owner }).filter(({ text }) => LOOKUP_FAILS.test(text));
