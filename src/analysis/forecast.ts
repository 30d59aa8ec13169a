/**
 * When a quantity that is bounded (a volume, a pool, a heap) reaches its limit, if it goes on as it did.
 *
 * The Theil-Sen line through the readings, from their present level; the ends of the slope's interval give the earliest and the latest time.
 * It says nothing of what does not go on: a step or a burst (`changePoints.ts`), a season. Readings that resemble their neighbours make
 * the interval too narrow.
 */
import { median } from './robust.ts';
import { HOUR, inOrder, type Reading } from './series.ts';
import { theilSen } from './theilSen.ts';

export type Forecast =
  | { readonly kind: 'reached' }
  /** Times in milliseconds since the epoch; no `latest` where the slope may as well be none. */
  | { readonly kind: 'reaches'; readonly at: number; readonly earliest: number; readonly latest?: number; readonly perHour: number }
  /** It falls, does not move, or so slowly that it takes ten years. */
  | { readonly kind: 'never'; readonly perHour: number }
  | { readonly kind: 'not enough history'; readonly have: number; readonly need: number };

const LEAST_READINGS = 10;
const HORIZON = 87_660 * HOUR;
/** Readings that tell the present level. */
const RECENT = 5;

/** @param confidence of the interval between earliest and latest, 0.95 if not said */
export function forecastLimit(readings: readonly Reading[], limit: number, confidence = 0.95): Forecast {
  const ordered = inOrder(readings);
  const last = ordered.at(-1);
  if (last !== undefined && last.value >= limit) return { kind: 'reached' };
  const line = theilSen(
    ordered.map(({ at, value }) => ({ x: at / HOUR, y: value })),
    confidence,
  );
  if (last === undefined || line === undefined || ordered.length < LEAST_READINGS) {
    return { kind: 'not enough history', have: ordered.length, need: LEAST_READINGS };
  }
  if (!(line.slope > 0)) return { kind: 'never', perHour: line.slope };
  // Each of the last readings carried on to now, so that the line starts where the series is.
  const level = median(ordered.slice(-RECENT).map(({ at, value }) => value + (line.slope * (last.at - at)) / HOUR)) as number;
  const left = Math.max(0, limit - level);
  const after = (perHour: number): number => last.at + (left / perHour) * HOUR;
  if (!(after(line.slope) - last.at < HORIZON)) return { kind: 'never', perHour: line.slope };
  const latest = after(line.low);
  return {
    kind: 'reaches',
    at: after(line.slope),
    earliest: after(line.high),
    ...(line.low > 0 && latest - last.at < HORIZON ? { latest } : {}),
    perHour: line.slope,
  };
}
