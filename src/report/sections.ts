/** Sections that tell what it comes to: impact, cause, what could not be seen, and a model's view of it. */
import type { InvestigationStatus } from '../crds/investigation.ts';
import { moment } from '../text/age.ts';
import { citation, clean, objectText, shortened } from './clean.ts';
import type { Line } from './shape.ts';

/** Texts as lines, without those that say nothing. */
export function listed(texts: readonly (string | undefined)[] = []): readonly Line[] {
  return texts.flatMap((text = '') => (clean(text) === '' ? [] : [{ text: clean(text) }]));
}

/** Since when, how many requests fail, whose, and what that costs. */
export function impactSection({ report }: InvestigationStatus): readonly Line[] {
  const { impact, failingPerMinute, callers = [], errorBudgetBurnt } = report ?? {};
  return listed([
    impact,
    failingPerMinute === undefined ? undefined : `Requests that fail: ${failingPerMinute} a minute.`,
    callers.length === 0 ? undefined : `Callers that get errors: ${callers.join(', ')}.`,
    errorBudgetBurnt === undefined ? undefined : `Error budget spent: ${errorBudgetBurnt} %.`,
  ]);
}

export function aboutSection({ report }: InvestigationStatus, runbook = ''): readonly Line[] {
  if (report === undefined) return figure('Runbook', runbook);
  const { service, alert, alertedAt, since, responseMillis } = report;
  const fired = alertedAt === undefined ? undefined : `since ${moment(alertedAt)}`;
  return [
    ...figure('Service', service),
    ...figure('Alert', [alert, fired].filter((part) => part !== undefined).join(', ')),
    ...figure('Began', since === undefined ? '' : moment(since)),
    ...figure('Runbook', runbook),
    ...figure('Answered in', elapsed(responseMillis)),
  ];
}

export function causeSection({ outcome, rootCause, report }: InvestigationStatus): readonly Line[] {
  if (outcome === undefined) return [{ text: 'Not known yet: the investigation is under way.' }];
  if (rootCause === undefined)
    return listed([
      report?.rootCause ?? (outcome === 'NothingWrong' ? 'Nothing is wrong with what can be seen.' : 'The cause could not be found.'),
    ]);
  const { reason, object, confidence, statement, finding, change, evidence } = rootCause;
  return listed([`${reason} of ${objectText(object)}, ${confidence} % sure.`, `${statement}${citation([finding, change, ...evidence])}`]);
}

export function notSeenSection({ gaps, report }: InvestigationStatus): readonly Line[] {
  return gaps === undefined
    ? listed(report?.notSeen)
    : listed(gaps.map(({ source, reason, message }) => `${source} (${reason}): ${message}`));
}

export const MODEL_NOTE = 'Written by a language model and not verified; nothing above rests on it.';
/** Of prose, in all: it is the least of a report, and the easiest to be talked into. */
const MOST_PROSE = 600;

export function modelSection({ hypotheses = [] }: InvestigationStatus): readonly Line[] {
  let left = MOST_PROSE;
  return hypotheses.flatMap(({ source, id, confidence, statement }) => {
    const said = clean(statement);
    if (source !== 'model' || said === '' || left <= 0) return [];
    const text = shortened(said, left);
    left -= text.length;
    return [{ label: `${id}, by its own account ${confidence} %`, text }];
  });
}

const figure = (label: string, text: string): Line[] => (clean(text) === '' ? [] : [{ label, text: clean(text) }]);

/** `0.9 s`, `45 s`, `12 min` */
function elapsed(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
