/**
 * A workload that is asked far more than it was, and cannot keep up.
 *
 * Right when its requests doubled against the hour before and the same time a day before, and its errors or latency rose with them and not before
 * them: errors bring retries. A surge that it bears is none, nor is the busy hour of every day.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Analyzer } from '../finding.ts';
import { signalKey } from '../signalRecords.ts';
import { aboutWorkload } from '../workloadFinding.ts';
import { harmOf, riseText, worsened } from '../worsening.ts';

export const trafficSurge: Analyzer = {
  name: 'trafficSurge',
  *find(snapshot) {
    for (const signals of snapshot.signals) {
      const { object } = signals;
      const rise = worsened(signals, 'requestRate');
      const harm = rise === undefined ? undefined : harmOf(signals, rise.since);
      if (rise === undefined || harm === undefined) continue;
      yield {
        analyzer: trafficSurge.name,
        reason: 'TrafficSurged',
        ...aboutWorkload(snapshot, object),
        message: `${objectName(object)} is asked ${riseText(rise)}, and with that ${harm.text}.`,
        cures: [],
        evidence: [signalKey(object, rise.series), signalKey(object, harm.rise.series)],
        since: rise.since,
        touchedBy: { direct: [], plausible: [] },
      };
    }
  },
};
