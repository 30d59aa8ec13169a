/** A reading of a log as data: bounded, the most telling first. Pure. */

import type { Reading } from './analyse.ts';
import type { Candidate } from './cause.ts';
import { lower } from './cause.ts';
import type { Exception } from './exceptions.ts';
import type { Novelty } from './novelty.ts';
import { isNoise } from './novelty.ts';
import { FORMATS, LEVELS } from './readLine.ts';
import type { Seen } from './seen.ts';
import type { Analysis } from './shape.ts';
import type { FamilySeen } from './tally.ts';
import type { TemplateSeen } from './templates.ts';

export interface About {
  readonly source: string;
  readonly notes: readonly string[];
  readonly comparedWith?: { readonly start: number; readonly end: number } | undefined;
  /** Templates, at most. */
  readonly mostTemplates: number;
}

const MOST_FAMILIES = 15;
const MOST_EXCEPTIONS = 10;
const MOST_TARGETS = 5;
const SAMPLE_CHARACTERS = 300;

export function answerOf(reading: Reading, { source, notes, comparedWith, mostTemplates }: About): Analysis {
  const { tally } = reading;
  const forgotten = tally.forgotten === 0 ? [] : [`${tally.forgotten} lines were of so many different kinds that they are in no template.`];
  return {
    summary: summaryOf(reading),
    unusual: isUnusual(reading),
    source,
    lines: tally.lines,
    from: iso(tally.from),
    to: iso(tally.to),
    troubleLines: tally.trouble,
    formats: FORMATS.flatMap((format) => counted({ format }, tally.formats.get(format))),
    levels: LEVELS.flatMap((level) => counted({ level }, tally.levels.get(level))),
    likelyCause: causeData(reading),
    families: ranked(reading)
      .slice(0, MOST_FAMILIES)
      .map((seen) => familyData(seen, reading)),
    exceptions: tally.exceptions.slice(0, MOST_EXCEPTIONS).map(exceptionData),
    templates: tally.templates
      .toSorted(byNews(reading))
      .slice(0, mostTemplates)
      .map((seen) => templateData(seen, reading)),
    templatesTotal: tally.templates.length,
    comparedWith: comparedWith && { from: new Date(comparedWith.start).toISOString(), to: new Date(comparedWith.end).toISOString() },
    notes: [...notes, ...forgotten],
  };
}

function causeData(reading: Reading): Analysis['likelyCause'] {
  const { best, confidence, because, candidates } = reading.cause;
  const isFine = best === undefined && !isUnusual(reading);
  return {
    known: best !== undefined,
    family: best?.seen.family.name,
    statement: best === undefined ? (isFine ? 'Nothing to explain.' : 'Not known.') : statementOf(best, reading),
    confidence,
    because: isFine ? [] : [...because],
    explains: best?.explained.map(({ family }) => family.name) ?? [],
    firstLine: best?.seen.firstLine,
    since: iso(best?.seen.firstAt),
    next: isFine ? [] : nextOf(best, candidates),
  };
}

function familyData(seen: FamilySeen, { news }: Reading): Analysis['families'][number] {
  const { family, targets, samples } = seen;
  return {
    family: family.name,
    title: family.title,
    kind: family.kind,
    ...saidOf(seen, news.ofFamily(seen)),
    about: [...targets.keys()].slice(0, MOST_TARGETS),
    samples: samples.map(({ line, text }) => ({ line, text: text.slice(0, SAMPLE_CHARACTERS) })),
    next: family.next,
  };
}

function exceptionData({ type, message, frame, count, firstLine, firstAt, lastAt }: Exception): Analysis['exceptions'][number] {
  const at = frame && `${frame.file}:${frame.line}`;
  return { type, message, at, function: frame?.function, count, firstLine, firstAt: iso(firstAt), lastAt: iso(lastAt) };
}

function templateData(seen: TemplateSeen, { news }: Reading): Analysis['templates'][number] {
  const { template, level, family, before, sample } = seen;
  return {
    template: template.slice(0, SAMPLE_CHARACTERS),
    ...saidOf(seen, news.ofTemplate(seen)),
    level,
    family: family?.name,
    before,
    sample: sample.slice(0, SAMPLE_CHARACTERS),
  };
}

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());
const counted = <T extends object>(key: T, lines: number | undefined): (T & { lines: number })[] =>
  lines === undefined ? [] : [{ ...key, lines }];
const saidOf = ({ count, firstLine, firstAt, lastAt }: Seen, novelty: Novelty) => ({
  count,
  firstLine,
  firstAt: iso(firstAt),
  lastAt: iso(lastAt),
  novelty,
});

/** By what they say of the cause; other warnings last. */
function ranked({ tally, cause }: Reading): FamilySeen[] {
  const judged = cause.candidates.map(({ seen }) => seen);
  return [...judged, ...tally.families.filter((seen) => !judged.includes(seen))];
}

const NEWS: Readonly<Record<Novelty, number>> = { new: 3, surging: 3, late: 2, burst: 2, ended: 1, steady: 0 };

function byNews({ news }: Reading): (a: TemplateSeen, b: TemplateSeen) => number {
  const weight = (seen: TemplateSeen): number => {
    const trouble = seen.family === undefined ? 0 : 4;
    return trouble + (trouble > 0 || NEWS[news.ofTemplate(seen)] === 3 ? NEWS[news.ofTemplate(seen)] : 0);
  };
  return (a, b) => weight(b) - weight(a) || b.count - a.count || a.id - b.id;
}

/** Warnings without a known family that were there all along are the daily noise of most programs. */
function isUnusual({ tally, news }: Reading): boolean {
  return tally.families.some(
    (seen) => seen.family.name !== 'OtherWarnings' || (!isNoise(seen, tally) && ['new', 'surging', 'burst'].includes(news.ofFamily(seen))),
  );
}

function statementOf({ seen }: Candidate, { tally }: Reading): string {
  const { family, targets } = seen;
  const thrown = THROWN.has(family.name) ? tally.exceptions[0] : undefined;
  if (thrown !== undefined) return `${family.statement} (${thrownText(thrown)}).`;
  const [target, times = 0] = [...targets][0] ?? [];
  return target !== undefined && times >= 0.4 * seen.count ? `${family.statement} (${target}).` : `${family.statement}.`;
}

const THROWN: ReadonlySet<string> = new Set(['UncaughtException', 'Panic']);

function thrownText({ type, message, frame }: Exception): string {
  const what = message === '' ? type : `${type}: ${message.slice(0, 120)}`;
  return frame === undefined ? what : `${what}, thrown at ${frame.file}:${frame.line}`;
}

function nextOf(best: Candidate | undefined, candidates: readonly Candidate[]): string[] {
  if (best !== undefined) return [best.seen.family.next];
  return [...new Set(candidates.slice(0, 3).map(({ seen }) => `${seen.family.title}: ${lower(seen.family.next)}`))];
}

function summaryOf(reading: Reading): string {
  const { tally, cause } = reading;
  if (tally.entries === 0) return 'There are no lines in it.';
  const few = tally.families.reduce((sum, { count }) => sum + count, 0);
  if (!isUnusual(reading)) {
    const warnings = few === 0 ? 'no errors and no warnings' : `no errors, and ${few === 1 ? 'one warning' : `${few} warnings`}`;
    return `Nothing unusual: ${number(tally.lines)} ${tally.lines === 1 ? 'line' : 'lines'} with ${warnings}.`;
  }
  const { best, confidence } = cause;
  if (best !== undefined) return `Likely cause (${confidence} %): ${statementOf(best, reading)}`;
  return `The cause is not known: ${cause.because[0] ?? 'only warnings are logged'}.`;
}

export const number = (count: number): string => count.toLocaleString('en-US');
