/**
 * The report as blocks of a Slack message, within Slack's limits whatever the report holds: at most 50 blocks, 3,000 characters a text,
 * 150 a header, and the whole under a size that Slack is known to take (it refuses messages from some 11,000 characters on as
 * `msg_blocks_too_long`, without saying where).
 *
 * What strangers wrote is escaped and links to nothing. Buttons, and the message's plain text for notifications, are for the sender; that
 * text is `headline`.
 */
import { clean, shortened } from './clean.ts';
import { documentOf, type Reported } from './document.ts';
import { escapeMrkdwn, plainText } from './escapeMrkdwn.ts';
import type { Line, Section, SectionKey } from './shape.ts';
import { detailsWithin, escapedWithin, linesWithin } from './within.ts';

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

export type Block =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] };

export interface SlackReport {
  /** On one line, escaped: for the `text` of the message, which notifications show. */
  readonly headline: string;
  readonly blocks: readonly Block[];
}

const LONGEST_HEADER = 150;
/** Of all blocks, as JSON. */
export const LARGEST_MESSAGE = 10_000;
/** Of a section, tried in this order until the whole fits. */
const CAPS = [2800, 1200, 600] as const;
/** What goes first when sections of the shortest kind are still too much: what is best read elsewhere. */
const DISPENSABLE: readonly SectionKey[] = [
  'evidence',
  'affected',
  'found',
  'timeline',
  'prevention',
  'metrics',
  'changes',
  'tried',
  'model',
];

export function renderBlockKit(reported: Reported): SlackReport {
  const { headline, sections } = documentOf(reported);
  const header: Block = {
    type: 'header',
    text: { type: 'plain_text', text: shortened(plainText(headline), LONGEST_HEADER), emoji: false },
  };
  const message = (cap: number, without: readonly SectionKey[]): readonly Block[] => {
    const kept = sections.filter(({ key }) => !without.includes(key));
    const left = sections.filter(({ key }) => without.includes(key));
    return [header, ...kept.map((section) => sectionBlock(section, cap)), ...closing(left, reported.more)];
  };
  const tries = [
    ...CAPS.map((cap) => ({ cap, without: [] })),
    ...DISPENSABLE.map((_, index) => ({ cap: CAPS[2], without: DISPENSABLE.slice(0, index + 1) })),
  ];
  const fitting = tries.find(({ cap, without }) => sizeOf(message(cap, without)) <= LARGEST_MESSAGE) ?? {
    cap: CAPS[2],
    without: DISPENSABLE,
  };
  return { headline: escapedWithin(headline, LONGEST_HEADER, escapeMrkdwn), blocks: message(fitting.cap, fitting.without) };
}

const sizeOf = (blocks: readonly Block[]): number => JSON.stringify(blocks).length;
const mrkdwn = (text: string): Mrkdwn => ({ type: 'mrkdwn', text, verbatim: true });

function sectionBlock(section: Section, cap: number): Block {
  const { heading, form, note } = section;
  const { texts, more } = linesWithin(section, cap, (line, most) => lineText(line, form, most));
  const lines = [`*${heading}*`, ...(note === undefined ? [] : [`_${note}_`]), ...texts, ...(more === 0 ? [] : [`and ${more} more`])];
  return { type: 'section', text: mrkdwn(lines.join('\n')) };
}

function lineText({ label, text, title, details = [] }: Line, form: Section['form'], most: number): string {
  const name = label === undefined ? '' : `${escapeMrkdwn(label)}${form === 'list' ? ' ' : ': '}`;
  const mark = form === 'list' ? '• ' : '';
  const said = title === undefined || title === '' ? text : `${text}: ${title}`;
  const head = `${mark}${name}${escapedWithin(said, most - mark.length - name.length, escapeMrkdwn)}`;
  return [head, ...detailsWithin(details, most - head.length, '    ◦ ', escapeMrkdwn)].join('\n');
}

/** What was left out, and where it can be read. */
function closing(left: readonly Section[], command: string | undefined): readonly Block[] {
  if (left.length === 0 && command === undefined) return [];
  const missing = left.length === 0 ? '' : `Left out for length: ${left.map(({ heading }) => heading.toLowerCase()).join(', ')}. `;
  const where = command === undefined ? '' : `All of it: ${escapedWithin(clean(command), 500, escapeMrkdwn)}`;
  return [{ type: 'context', elements: [mrkdwn(`${missing}${where}`.trim())] }];
}
