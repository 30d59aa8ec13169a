/**
 * A workload whose network interfaces lose packets, while it answers worse.
 *
 * Right when errors and drops of its pods' interfaces rose from next to none and stay up, and its errors or latency rose with them. Slowness
 * alone says nothing of the network. Disproved by answers that are as they were: some drops harm nobody.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Analyzer } from '../finding.ts';
import { signalKey } from '../signalRecords.ts';
import { aboutWorkload } from '../workloadFinding.ts';
import { harmOf, riseText, worsened } from '../worsening.ts';

export const packetLoss: Analyzer = {
  name: 'packetLoss',
  *find(snapshot) {
    for (const signals of snapshot.signals) {
      const { object } = signals;
      const rise = worsened(signals, 'networkReceiveErrors') ?? worsened(signals, 'networkTransmitErrors');
      const harm = rise === undefined ? undefined : harmOf(signals, rise.since);
      if (rise === undefined || harm === undefined) continue;
      yield {
        analyzer: packetLoss.name,
        reason: 'NetworkDelay',
        ...aboutWorkload(snapshot, object),
        message: `Interfaces of ${objectName(object)} lose packets: ${riseText(rise)}; with that ${harm.text}.`,
        cures: [],
        evidence: [signalKey(object, rise.series), signalKey(object, harm.rise.series)],
        since: rise.since,
        touchedBy: { direct: [], plausible: [] },
      };
    }
  },
};
