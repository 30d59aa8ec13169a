/** Why a cause is named, for people: from the finding to the change, each with its evidence; then what weakens it, and why it is as sure as it is. */
import type { EvidenceItem, InvestigationStatus } from '../../crds/investigation.ts';
import type { Incident } from '../../crds/kinds.ts';
import type { CausalChain } from '../../report/causalChain.ts';
import { changesSection } from '../../report/facts.ts';
import { cut, indented, wrapped } from '../../text/layout.ts';
import { type Page, paragraph, refText, section } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';

const COLUMN = 5;
const MOST_RIVALS = 5;

export interface Explained {
  readonly chain: CausalChain;
  readonly status: InvestigationStatus;
}

export function whyPage({ metadata, spec }: Incident, { chain, status }: Explained, page: Page): readonly string[] {
  const { style } = page;
  const { rootCause, contradicts, gaps, rivals, confidence } = chain;
  const began = spec.startsAt ?? metadata.creationTimestamp;
  return [
    `${style.bold(metadata.name)}  ${cut(oneLine(spec.title), Math.max(10, page.width - metadata.name.length - 2))}`,
    ...section(page, headingOf(chain), rootCause === undefined ? unnamed(status, page) : paragraph(page, oneLine(rootCause.statement))),
    ...section(page, 'WHAT WAS FOUND', foundLines(chain, page)),
    ...section(page, 'WHAT BROUGHT IT ABOUT', changeLines({ chain, status }, began, page)),
    ...section(page, 'WHAT SPEAKS AGAINST IT', list(contradicts, page)),
    ...section(
      page,
      'WHAT ELSE IT COULD BE',
      rivals.slice(0, MOST_RIVALS).flatMap((rival) => item(`${rival.confidence} %`, [rival.statement], page)),
    ),
    ...section(
      page,
      'NOT SEEN',
      list(
        gaps.map(({ source, reason, message }) => `${source} (${reason}): ${message}`),
        page,
      ),
    ),
    ...section(page, rootCause === undefined ? '' : `WHY ${rootCause.confidence} %`, list(confidence, page)),
  ];
}

/** With all that is cited but for what shows the change. */
function foundLines({ finding, change, evidence }: CausalChain, page: Page): readonly string[] {
  if (finding === undefined) return [];
  const { id, reason, object, message } = finding;
  const cited = evidence.map((one) => one.id).filter((one) => finding.evidence.includes(one) || change?.evidence?.includes(one) !== true);
  return [...item(id, [`${reason} of ${refText(object)}`, message], page), ...evidenceLines(evidence, cited, page)];
}

/** As a report tells of a change, with the evidence of it. */
function changeLines({ chain: { change, evidence }, status }: Explained, began: string | undefined, page: Page): readonly string[] {
  const width = page.width - 2 - COLUMN;
  const [told] = changesSection({ ...status, changes: change === undefined ? [] : [change] }, began);
  if (change === undefined || told === undefined) return [];
  const fields = (told.details ?? []).flatMap(({ text, before, after }) => [
    ...wrapped(text, width),
    ...(before === undefined ? [] : [page.style.red(cut(`- ${before}`, width))]),
    ...(after === undefined ? [] : [page.style.green(cut(`+ ${after}`, width))]),
  ]);
  return [
    ...item(change.id, [told.text, told.title ?? ''], page),
    ...indented(fields, COLUMN),
    ...evidenceLines(evidence, change.evidence ?? [], page),
  ];
}

function headingOf({ rootCause, outcome }: CausalChain): string {
  if (rootCause !== undefined) return `ROOT CAUSE, ${rootCause.confidence} % SURE`;
  if (outcome === 'NothingWrong') return 'NOTHING IS WRONG';
  return outcome === undefined ? 'UNDER INVESTIGATION' : 'NO CAUSE COULD BE NAMED';
}

function unnamed({ report, outcome }: InvestigationStatus, page: Page): readonly string[] {
  const said = report?.rootCause ?? '';
  if (oneLine(said) !== '') return paragraph(page, oneLine(said));
  return [outcome === undefined ? 'The investigation is under way.' : 'The report says no more.'];
}

/** What is cited, as it was seen. */
function evidenceLines(evidence: readonly EvidenceItem[], ids: readonly string[], page: Page): readonly string[] {
  const cited = evidence.filter(({ id }) => ids.includes(id));
  return indented(
    cited.flatMap(({ id, source, query, summary }) => [
      page.style.dim(cut(oneLine(`${id.padEnd(COLUMN - 1)} ${source}: ${query}`), page.width - 2 - COLUMN)),
      ...indented(wrapped(`“${oneLine(summary)}”`, page.width - 2 - 2 * COLUMN), COLUMN),
    ]),
    COLUMN,
  );
}

function item(label: string, texts: readonly string[], page: Page): readonly string[] {
  const [first = '', ...rest] = texts.filter((text) => text !== '').flatMap((text) => wrapped(oneLine(text), page.width - 2 - COLUMN));
  return [`${label.padEnd(COLUMN)}${first}`, ...indented(rest, COLUMN)];
}

const list = (texts: readonly string[], { width }: Page): readonly string[] =>
  texts.flatMap((text) => {
    const [first = '', ...rest] = wrapped(oneLine(text), width - 4);
    return [`- ${first}`, ...indented(rest, 2)];
  });
