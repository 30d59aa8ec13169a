/**
 * The report for a terminal: as wide as the page, in its colours or without. Nothing in it moves the cursor or is wider than the page.
 *
 * `kubectl sre show` puts it below the head of an Incident; a diagnosis without one stands alone.
 */
import { cut, indented, labelled, wrapped } from '../text/layout.ts';
import { section as block, type Page } from '../text/page.ts';
import type { Style } from '../text/style.ts';
import { documentOf, type ReportDocument, type Reported } from './document.ts';
import type { Detail, Line, Section } from './shape.ts';

/** Before the lines of a section. */
const INDENT = 2;
/** Of ids, in lists. */
const COLUMN = 5;

export function renderTerminal(reported: Reported, page: Page): readonly string[] {
  const { headline, outcome, sections } = documentOf(reported);
  const paint = ofOutcome(page.style, outcome);
  return [
    ...wrapped(headline, page.width).map((line) => page.style.bold(paint(line))),
    ...sections.flatMap((section) => block(page, section.heading.toUpperCase(), sectionLines(section, page))),
  ];
}

function sectionLines(section: Section, page: Page): readonly string[] {
  const width = page.width - INDENT;
  const note = wrapped(section.note ?? '', width).flatMap((line) => (line === '' ? [] : [page.style.yellow(line)]));
  const more = section.more === 0 ? [] : [page.style.dim(`and ${section.more} more: -o yaml shows all`)];
  return [...note, ...section.lines.flatMap((line) => lineOf(section, line, page)), ...more];
}

function lineOf({ key, form }: Section, line: Line, page: Page): readonly string[] {
  const width = page.width - INDENT;
  const { label, text } = line;
  if (form === 'figures') return labelled(label ?? '', text, { width });
  if (form === 'prose') return wrapped(label === undefined ? text : `${label}: ${text}`, width);
  // A list with ids is read by its ids; evidence is one line a piece.
  if (label === undefined) return hanging('-', wrapped(text, width - 2), 2);
  if (key === 'evidence') return [cut(`${label.padEnd(COLUMN - 1)} ${text}`, width)];
  const column = Math.max(COLUMN, label.length + 1);
  const inner = width - column;
  const title = line.title === undefined || line.title === '' ? [] : wrapped(line.title, inner).map(page.style.bold);
  const details = (line.details ?? []).flatMap((detail) => detailLines(detail, inner, page.style));
  return hanging(label, [...wrapped(text, inner), ...title, ...details], column);
}

function detailLines({ text, before, after }: Detail, width: number, style: Style): readonly string[] {
  return [
    ...wrapped(text, width),
    ...(before === undefined ? [] : [style.red(cut(`- ${before}`, width))]),
    ...(after === undefined ? [] : [style.green(cut(`+ ${after}`, width))]),
  ];
}

function hanging(mark: string, [first = '', ...rest]: readonly string[], by: number): readonly string[] {
  return [`${mark.padEnd(by - 1)} ${first}`, ...indented(rest, by)];
}

function ofOutcome(style: Style, outcome: ReportDocument['outcome']): (text: string) => string {
  switch (outcome) {
    case 'RootCauseFound':
      return style.red;
    case 'NothingWrong':
      return style.green;
    case 'Unresolved':
    case undefined:
      return style.yellow;
    default:
      return outcome satisfies never;
  }
}
