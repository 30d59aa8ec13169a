/** Sections that list facts with the ids by which others cite them: findings, changes, evidence, and what is affected. */
import type { Change, InvestigationStatus } from '../crds/investigation.ts';
import { age, moment } from '../text/age.ts';
import { citation, clean, objectText } from './clean.ts';
import type { Detail, Line } from './shape.ts';

const MOST_FIELDS = 8;

/**
 * Findings beside the one that the cause rests on. Where no cause is named, each is told with how likely it is the cause, as far as the
 * rules weighed it.
 */
export function foundSection({ rootCause, findings = [], hypotheses = [] }: InvestigationStatus): readonly Line[] {
  const weighed = new Map(
    rootCause === undefined
      ? hypotheses.filter(({ source }) => source !== 'model').map(({ supports, confidence }) => [supports[0], confidence])
      : [],
  );
  return findings
    .filter(({ id }) => id !== rootCause?.finding)
    .map(({ id, reason, message, evidence }) => {
      const confidence = weighed.get(id);
      const likely = confidence === undefined ? '' : ` (${confidence} % likely the cause)`;
      return { label: id, text: clean(`${reason}${likely}: ${message}${citation(evidence)}`) };
    });
}

export function changesSection({ changes = [], report }: InvestigationStatus, began: string | undefined): readonly Line[] {
  return changes.map((change) => changeLine(change, began ?? report?.since ?? report?.alertedAt));
}

function changeLine({ id, kind, at, summary, author, commit, fields = [] }: Change, began: string | undefined): Line {
  const by = [kind, commit?.slice(0, 12), author === undefined ? undefined : `by ${author}`].filter((part) => part !== undefined);
  const more = fields.length - MOST_FIELDS;
  return {
    label: id,
    text: clean(`${by.join(' ')}, ${moment(at)}${relative(at, began)}`),
    title: clean(summary),
    details: [
      ...fields.slice(0, MOST_FIELDS).map(
        ({ object, path, before, after }): Detail => ({
          text: clean(`${object} ${path}`),
          before: before === undefined ? undefined : clean(before),
          after: after === undefined ? undefined : clean(after),
        }),
      ),
      ...(more > 0 ? [{ text: `and ${more} more fields` }] : []),
    ],
  };
}

/** ` (8m before)` */
function relative(at: string, began: string | undefined): string {
  const [change, trouble] = [Date.parse(at), Date.parse(began ?? '')];
  if (Number.isNaN(change) || Number.isNaN(trouble)) return '';
  return change <= trouble ? ` (${age(at, trouble)} before)` : ` (${age(began, change)} after it began)`;
}

export function affectedSection({ affected = [] }: InvestigationStatus): readonly Line[] {
  return affected.length === 0 ? [] : [{ text: affected.map(objectText).join(', ') }];
}

export function evidenceSection({ evidence = [] }: InvestigationStatus): readonly Line[] {
  return evidence.map(({ id, source, summary }) => ({ label: id, text: clean(`${source}: ${summary}`) }));
}
