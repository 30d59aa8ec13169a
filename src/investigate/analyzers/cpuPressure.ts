/**
 * A container that wants more CPU than it gets, or far more than it did, while its workload answers worse.
 *
 * Right when it came to be throttled in a quarter of its periods and more, or uses three times the CPU, against the hour before and the same time a
 * day before, and errors or latency rose with it. Throttling in half of the periods counts, as a hint, where nobody measures answers.
 * Disproved by answers that are as they were: batch work may well be throttled. More work because more is asked is for `trafficSurge`.
 */
import type { FindingReason } from '../../crds/reasons.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Signals, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { signalKey } from '../signalRecords.ts';
import { aboutWorkload, mayBeStart } from '../workloadFinding.ts';
import { type Harm, harmOf, isMeasured, riseText, type Worsening, worsened } from '../worsening.ts';

export const cpuPressure: Analyzer = {
  name: 'cpuPressure',
  *find(snapshot) {
    for (const signals of snapshot.signals) {
      const [throttled, used] = [worsened(signals, 'cpuThrottling'), worsened(signals, 'cpuUsage')];
      const found = throttled === undefined ? saturated(signals, used) : isStarved(signals, throttled);
      if (found === undefined || mayBeStart(snapshot, signals.object, found.rise.since)) continue;
      yield finding(snapshot, signals, found);
    }
  },
};

interface Pressure {
  readonly reason: FindingReason;
  readonly says: string;
  readonly rise: Worsening;
  readonly harm?: Harm | undefined;
}

const HALF = 0.5;

function isStarved(signals: Signals, rise: Worsening): Pressure | undefined {
  const harm = harmOf(signals, rise.since);
  const isKnown = isMeasured(signals, 'latencyP95') || isMeasured(signals, 'errorShare');
  if (harm === undefined && (isKnown || rise.now < HALF)) return undefined;
  return { reason: 'CPUThrottled', says: 'is throttled in', rise, harm };
}

function saturated(signals: Signals, rise: Worsening | undefined): Pressure | undefined {
  const harm = rise === undefined ? undefined : harmOf(signals, rise.since);
  if (rise === undefined || harm === undefined || worsened(signals, 'requestRate') !== undefined) return undefined;
  return { reason: 'CPUSaturated', says: 'uses', rise, harm };
}

function finding(snapshot: Snapshot, { object }: Signals, { reason, says, rise, harm }: Pressure): Finding {
  const { container } = rise.series.labels;
  const periods = reason === 'CPUThrottled' ? ' of its periods' : '';
  return {
    analyzer: cpuPressure.name,
    reason,
    ...aboutWorkload(snapshot, object, container),
    message: `Container ${container ?? ''} of ${objectName(object)} ${says} ${riseText(rise, periods)}${harm === undefined ? '; how it answers is not measured' : `, and with that ${harm.text}`}.`,
    evidence: [signalKey(object, rise.series), ...(harm === undefined ? [] : [signalKey(object, harm.rise.series)])],
    since: rise.since,
    indirect: harm === undefined,
  };
}
