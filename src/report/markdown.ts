/**
 * The report as Markdown, for the body of a pull request and a post-mortem: at most 60,000 characters, since hosts of Git take 65,536.
 *
 * Everything that is not a word of ours is escaped: no link, mention, reference, image or HTML comes out of it. It ends with a line break.
 */
import { documentOf, type Reported } from './document.ts';
import { escapeMarkdown } from './escapeMarkdown.ts';
import type { Line, Section } from './shape.ts';
import { detailsWithin, escapedWithin, linesWithin } from './within.ts';

export interface MarkdownOptions {
  /** Of the first heading; the sections are one deeper. */
  readonly level?: 1 | 2 | 3 | 4 | 5;
  /** At most so many characters, where less than 60,000 are to be had. */
  readonly most?: number;
}

const LONGEST = 60_000;
/** Of a section, tried in this order until the whole fits. */
const CAPS = [20_000, 6000, 3000] as const;
const SHORTEST_CAP = 3000;

export function renderMarkdown(reported: Reported, { level = 2, most = LONGEST }: MarkdownOptions = {}): string {
  const { headline, sections } = documentOf(reported);
  const title = `${'#'.repeat(level)} ${escapedWithin(headline, 500, escapeMarkdown)}`;
  const whole = (cap: number): string =>
    `${[title, ...sections.map((section) => sectionText(section, level + 1, cap, reported.more))].join('\n\n')}\n`;
  return CAPS.map(whole).find((text) => text.length <= most) ?? whole(SHORTEST_CAP);
}

function sectionText(section: Section, level: number, cap: number, command: string | undefined): string {
  const { heading, form, note, key } = section;
  const { texts, more } = linesWithin(section, cap, (line, most) => lineText(line, form, most));
  const quoted = key === 'model' ? texts.map((text) => `> ${text}`) : texts;
  const left =
    more === 0 ? [] : [`${form === 'prose' ? '' : '- '}and ${more} more${command === undefined ? '' : `: ${escapeMarkdown(command)}`}`];
  const body = [...quoted, ...left].join(form === 'prose' ? '\n\n' : '\n');
  return [`${'#'.repeat(level)} ${heading}`, ...(note === undefined ? [] : [`**${note}**`]), body].join('\n\n');
}

function lineText({ label, text, title, details = [] }: Line, form: Section['form'], most: number): string {
  const mark = form === 'prose' ? '' : '- ';
  const name = label === undefined ? '' : `**${escapeMarkdown(label)}${form === 'list' ? '' : ':'}** `;
  const said = title === undefined || title === '' ? text : `${text}: ${title}`;
  const head = `${mark}${name}${escapedWithin(said, most - mark.length - name.length, escapeMarkdown)}`;
  return [head, ...detailsWithin(details, most - head.length, '  - ', escapeMarkdown)].join('\n');
}
