/**
 * A volume that will be full soon.
 *
 * Right when it is four fifths full and reaches the rest within a day at the pace of the last hours, with room for doubt about the pace, or is half
 * full and reaches it within four hours. Disproved by a day before on which it was as full: what is cleaned up every night fills every day.
 * What is full already is for `volumeUse`.
 */
import { forecastLimit } from '../../analysis/forecast.ts';
import { levelText } from '../../domain/levelText.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Signals } from '../../sources/kubernetes/snapshot.ts';
import type { SignalSeries } from '../../sources/signals/metricSignals.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quoteUnlessToken } from '../quote.ts';
import { signalKey } from '../signalRecords.ts';
import { spokenTime } from '../times.ts';

export const volumeFilling: Analyzer = {
  name: 'volumeFilling',
  *find({ signals }) {
    for (const one of signals) {
      for (const series of one.metrics.filter(({ signal }) => signal === 'volumeUsage')) yield* fillingOf(one, series);
    }
  },
};

const HOUR = 3_600_000;
/** From there on `volumeUse` calls it full. */
const FULL = 0.98;
const RULES = [
  { from: 0.8, within: 24 * HOUR },
  { from: 0.5, within: 4 * HOUR },
] as const;

function* fillingOf({ object }: Signals, series: SignalSeries): Iterable<Finding> {
  const [at, used] = series.points.at(-1) ?? [0, 1];
  const forecast = forecastLimit(
    series.points.map(([time, value]) => ({ at: time, value })),
    1,
  );
  if (used >= FULL || forecast.kind !== 'reaches' || forecast.latest === undefined) return;
  const left = forecast.latest - at;
  const wasAsFull = series.dayBefore.some(([, value]) => value >= used);
  if (wasAsFull || !RULES.some(({ from, within }) => used >= from && left <= within)) return;
  const claim = series.labels['persistentvolumeclaim'] ?? '';
  yield {
    analyzer: volumeFilling.name,
    reason: 'VolumeFilling',
    object,
    message: `${objectName(object)}: the volume of claim ${quoteUnlessToken(claim)} is ${levelText('share', used)} full, fills by ${levelText('share', forecast.perHour)} an hour, and is full about ${spokenTime(forecast.at)} if that goes on.`,
    cures: [],
    evidence: [signalKey(object, series)],
    pods: [],
    detail: claim,
    touchedBy: { direct: objectFields(object, 'spec'), plausible: [] },
  };
}
