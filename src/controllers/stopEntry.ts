/** A turn of the stop switch, as the audit has it: once for each time that it was turned, whoever sees it. */
import type { NewEntry } from '../audit/entry.ts';
import { STOP_SWITCH } from '../crds/stopSwitch.ts';
import { type StopState, stopText } from '../domain/stopSwitch.ts';

/** Nothing where there is nothing to tell: no switch, and there was none. */
export function stopEntries(now: StopState, before: StopState | undefined): readonly NewEntry[] {
  const outcome = 'Noted';
  if (now.kind === 'stopped')
    return [{ key: `stop/${now.since}/${now.by}`, event: 'Stopped', outcome, who: now.by, message: stopText(now) }];
  const { started } = now;
  if (started !== undefined) {
    const { by, since, reason } = started;
    const message = `started by ${by} at ${since}${reason === undefined ? '' : `: ${reason}`}`;
    return [{ key: `start/${since}/${by}`, event: 'Started', outcome, who: by, message }];
  }
  if (before?.kind !== 'stopped') return [];
  const message = `started: ConfigMap ${STOP_SWITCH} was deleted; before, it was ${stopText(before)}`;
  return [{ key: `start/after/${before.since}`, event: 'Started', outcome, who: 'somebody', message }];
}
