/**
 * A reading of a log as people read it: what is the matter and why that is believed, then each kind of trouble with a line of it, then what is only
 * counted. Lines of the log are quoted and never more than quoted.
 */
import { moment } from '../../text/age.ts';
import { number } from './answer.ts';
import type { Analysis } from './shape.ts';

const MOST_FAMILIES = 8;
const MOST_TEMPLATES = 8;
const MOST_EXCEPTIONS = 5;
const QUOTE = 240;

export function textOf(analysis: Analysis): string {
  const sections = [head(analysis), trouble(analysis), exceptions(analysis), templates(analysis), notes(analysis)];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function head(analysis: Analysis): string[] {
  const { summary, likelyCause, source } = analysis;
  const { known, because, next, since, firstLine } = likelyCause;
  const when = known ? [`Since: ${since === undefined ? '' : `${moment(since)}, `}line ${number(firstLine ?? 0)}`] : [];
  const why = known && because.length > 0 ? [`Because ${because.join('; ')}.`] : [];
  return [summary, ...why, ...when, ...next.map((one) => `Next: ${one}`), `${source}: ${about(analysis)}.`];
}

function about({ lines, from, to, formats, troubleLines, comparedWith }: Analysis): string {
  const time = from === undefined || to === undefined ? [] : [from === to ? moment(from) : `${moment(from)} to ${moment(to)}`];
  const own = formats.filter(({ format: one }) => one !== 'continuation').toSorted((a, b) => b.lines - a.lines);
  const format = own[0] === undefined ? [] : [own.length === 1 ? own[0].format : `${own[0].format} mostly`];
  const ill = troubleLines === 0 ? 'none tells of trouble' : `${number(troubleLines)} tell of trouble (${share(troubleLines, lines)})`;
  const against = comparedWith === undefined ? [] : [`compared with ${moment(comparedWith.from)} to ${moment(comparedWith.to)}`];
  return [`${number(lines)} lines`, ...time, ...format, ill, ...against].join(', ');
}

function trouble({ families }: Analysis): string[] {
  if (families.length === 0) return [];
  const shown = families.slice(0, MOST_FAMILIES).flatMap(({ title, count, firstAt, firstLine, lastAt, novelty, about: of, samples }) => {
    const [sample] = samples;
    const what = of.length === 0 ? '' : ` · ${of.slice(0, 3).join(', ')}`;
    return [
      `- ${title}: ${plural(count)}, ${period(firstAt, lastAt, firstLine)}${NOVELTY[novelty]}${what}`,
      ...(sample === undefined ? [] : [`    ${number(sample.line)}: ${quoted(sample.text)}`]),
    ];
  });
  return ['What is wrong, the most telling first:', ...shown, ...rest(families.length - MOST_FAMILIES, 'more kinds in `families`')];
}

const NOVELTY = {
  new: ', new against the time before',
  surging: ', far more than in the time before',
  late: ', not there at first',
  burst: ', in one burst',
  ended: ', stopped since',
  steady: '',
} as const;

function exceptions({ exceptions: all }: Analysis): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_EXCEPTIONS).map(({ type, message, at, function: name, count, firstLine }) => {
    const where = at === undefined ? '' : ` at ${at}${name === undefined ? '' : ` (${name})`}`;
    return `- ${type}${message === '' ? '' : `: ${quoted(message)}`}${where}, ${count === 1 ? 'once' : `${number(count)} times`}, first in line ${number(firstLine)}`;
  });
  return ['Exceptions:', ...shown, ...rest(all.length - MOST_EXCEPTIONS, 'more in `exceptions`')];
}

function templates({ templates: all, templatesTotal, families }: Analysis): string[] {
  const most = families.length === 0 ? 5 : MOST_TEMPLATES;
  const shown = all.slice(0, most).map(({ template, count, novelty }) => `- ${number(count)} × ${quoted(template)}${NOVELTY[novelty]}`);
  if (shown.length === 0) return [];
  return [`Kinds of lines (${Math.min(most, all.length)} of ${templatesTotal}):`, ...shown];
}

const notes = ({ notes: all }: Analysis): string[] =>
  all.length === 0 ? [] : ['Not seen, or left out:', ...all.map((note) => `- ${note}`)];

const rest = (more: number, what: string): string[] => (more > 0 ? [`  ${more} ${what}`] : []);
const plural = (count: number): string => (count === 1 ? '1 line' : `${number(count)} lines`);

function period(first: string | undefined, last: string | undefined, line: number): string {
  if (first === undefined || last === undefined) return `from line ${number(line)} on`;
  if (first.slice(0, 19) === last.slice(0, 19)) return `at ${moment(first)}`;
  return `${moment(first)} to ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11, 19) : moment(last)}`;
}

function share(part: number, whole: number): string {
  const percent = (100 * part) / Math.max(1, whole);
  return percent < 0.1 ? '< 0.1 %' : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** On one line, cut. */
function quoted(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  return `“${line.length > QUOTE ? `${line.slice(0, QUOTE - 1).replace(/[\ud800-\udbff]$/u, '')}…` : line}”`;
}
