/**
 * A workload that answers with more errors than it did.
 *
 * Right when the share of its answers that are errors has risen and stays up, against the hour before and the same time a day before, and they
 * are no handful. It says that it is so, not why: what calls of it fail too is blamed, and what its logs newly say is told beside it. Disproved
 * by a share that was always so, or that came down; a few errors while pods are replaced are none.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Signals, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { signalKey } from '../signalRecords.ts';
import { changedCallees } from '../tracedCalls.ts';
import { aboutWorkload, mayBeStart, newsOf } from '../workloadFinding.ts';
import { isMeasured, recently, riseText, type Worsening, worsened } from '../worsening.ts';

export const errorRate: Analyzer = {
  name: 'errorRate',
  *find(snapshot) {
    for (const signals of snapshot.signals) {
      const rise = worsened(signals, 'errorShare');
      if (rise === undefined || isHandful(signals, rise)) continue;
      if (rise.now < MANY && mayBeStart(snapshot, signals.object, rise.since)) continue;
      yield finding(snapshot, signals, rise);
    }
  },
};

/** Over which rates are taken. */
const RATE_SECONDS = 300;
const LEAST_ERRORS = 3;
/** More than pods that are replaced one by one cost. */
const MANY = 0.1;

/** Of few requests one error is a great share. */
const isHandful = (signals: Signals, { now }: Worsening): boolean =>
  isMeasured(signals, 'requestRate') && now * (recently(signals, 'requestRate') ?? 0) * RATE_SECONDS < LEAST_ERRORS;

function finding(snapshot: Snapshot, signals: Signals, rise: Worsening): Finding {
  const { object } = signals;
  const news = newsOf(signals);
  const blames = changedCallees(snapshot, object, 'failing');
  return {
    analyzer: errorRate.name,
    reason: 'ErrorRateIncreased',
    ...aboutWorkload(snapshot, object),
    message: `${objectName(object)} answers with errors: ${riseText(rise)}.${news.text}`,
    evidence: [signalKey(object, rise.series), ...news.evidence],
    since: rise.since,
    indirect: blames.length > 0,
    blames,
  };
}
