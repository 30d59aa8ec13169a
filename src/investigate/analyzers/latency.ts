/**
 * A workload that answers slower than it did, by its 95th percentile.
 *
 * Right when that has risen by half and by more than a blink, stays up, against the hour before and the same time a day before, over enough
 * requests for a percentile. It says that it is so, not why: calls of it that became slower too are blamed; CPU, traffic and lost packets
 * are for `cpuPressure`, `trafficSurge` and `packetLoss`. Disproved by the first minutes of new pods, whose caches are cold.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Signals, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { signalKey } from '../signalRecords.ts';
import { changedCallees } from '../tracedCalls.ts';
import { aboutWorkload, mayBeStart, newsOf } from '../workloadFinding.ts';
import { isMeasured, recently, riseText, type Worsening, worsened } from '../worsening.ts';

export const latency: Analyzer = {
  name: 'latency',
  *find(snapshot) {
    for (const signals of snapshot.signals) {
      const rise = worsened(signals, 'latencyP95');
      if (rise === undefined || isHandful(signals) || mayBeStart(snapshot, signals.object, rise.since)) continue;
      yield finding(snapshot, signals, rise);
    }
  },
};

const RATE_SECONDS = 300;
/** The least of which one in twenty is one. */
const LEAST_REQUESTS = 20;

const isHandful = (signals: Signals): boolean =>
  isMeasured(signals, 'requestRate') && (recently(signals, 'requestRate') ?? 0) * RATE_SECONDS < LEAST_REQUESTS;

function finding(snapshot: Snapshot, signals: Signals, rise: Worsening): Finding {
  const { object } = signals;
  const news = newsOf(signals);
  const blames = changedCallees(snapshot, object, 'slower');
  return {
    analyzer: latency.name,
    reason: 'LatencyIncreased',
    ...aboutWorkload(snapshot, object),
    message: `${objectName(object)} takes at its 95th percentile ${riseText(rise)}.${news.text}`,
    evidence: [signalKey(object, rise.series), ...news.evidence],
    since: rise.since,
    indirect: blames.length > 0,
    blames,
  };
}
