/**
 * Code judges what a model claims: each citation exists, and what a statement quotes, names and counts occurs in what it cites.
 *
 * Evidence that does not exist and quotations that nobody wrote are dropped, with the hypothesis if nothing is left or if the quotation stands in it.
 * A name, a number or an object that is not there lowers the confidence. A hypothesis that passes is still one: its confidence stays
 * below what names a cause.
 */
import { objectName } from '../../sources/kubernetes/names.ts';
import { NAMED_FROM } from '../rank.ts';
import { claimsOf } from './claims.ts';
import { hasQuotation, hasWord, isEmptyQuotation, normalised } from './normalise.ts';
import { hasNumber, valuesOf } from './numbers.ts';
import type { Analysed } from './opinion.ts';
import type { SubmittedHypothesis } from './submission.ts';

export interface Checked {
  readonly hypothesis: SubmittedHypothesis;
  readonly confidence: number;
  readonly object?: string | undefined;
  /** Ids, each once. */
  readonly citations: readonly string[];
}

export interface CheckResult {
  readonly kept: readonly Checked[];
  readonly dropped: number;
  readonly lowered: number;
  readonly objections: readonly string[];
}

/** A model alone never names a cause. */
const HIGHEST = NAMED_FROM - 5;
const LOST_CITATION = 0.7;
const NOT_THERE = 0.5;

interface Library {
  readonly texts: ReadonlyMap<string, string>;
  /** Names of objects by their lower case. */
  readonly objects: ReadonlyMap<string, string>;
  readonly names: ReadonlySet<string>;
}

export function checkCitations(submitted: readonly SubmittedHypothesis[], analysed: Analysed): CheckResult {
  const library = libraryOf(analysed);
  const results = submitted.map((hypothesis, index) => check(hypothesis, `hypothesis ${index + 1}`, library));
  return {
    kept: results.flatMap(({ checked }) => checked ?? []).toSorted((a, b) => b.confidence - a.confidence),
    dropped: results.reduce((sum, { dropped }) => sum + dropped, 0),
    lowered: results.filter(({ lowered }) => lowered).length,
    objections: results.flatMap(({ objections }) => objections),
  };
}

interface Judged {
  readonly checked?: Checked;
  readonly dropped: number;
  readonly lowered: boolean;
  readonly objections: readonly string[];
}

function check(hypothesis: SubmittedHypothesis, name: string, library: Library): Judged {
  const judged = hypothesis.citations.map((citation) => objectionTo(citation, library));
  const objections = judged.flatMap((objection) => (objection === undefined ? [] : [`${name}: ${objection}`]));
  const citations = [
    ...new Set(hypothesis.citations.flatMap(({ evidenceId }, index) => (judged[index] === undefined ? [evidenceId.trim()] : []))),
  ];
  const drop = (why: string): Judged => ({
    dropped: objections.length + 1,
    lowered: false,
    objections: [...objections, `${name} is dropped: ${why}`],
  });
  if (citations.length === 0) return drop('no citation is left');

  const cited = citations.map((id) => library.texts.get(id) ?? '').join('\n');
  const { quotations, names, numbers } = claimsOf(hypothesis.statement, library.names);
  if (quotations.some((quotation) => !hasQuotation(cited, quotation))) return drop('it quotes what its evidence does not say');

  const object = objectOf(hypothesis.object, library);
  const wrongObject = hypothesis.object.trim() !== '' && object === undefined;
  const unnamed = names.filter((one) => !isThere(one, cited));
  const uncounted = numbersNotIn(cited, numbers);
  const factor =
    (objections.length > 0 ? LOST_CITATION : 1) *
    (unnamed.length > 0 ? NOT_THERE : 1) *
    (uncounted.length > 0 ? NOT_THERE : 1) *
    (wrongObject ? NOT_THERE : 1);
  return {
    checked: { hypothesis, object, citations, confidence: Math.round(Math.min(HIGHEST, percent(hypothesis.confidence)) * factor) },
    dropped: objections.length,
    lowered: factor < 1,
    objections: [
      ...objections,
      ...(unnamed.length > 0 ? [`${name}: its evidence does not have ${unnamed.length} of its names`] : []),
      ...(uncounted.length > 0 ? [`${name}: its evidence does not have ${uncounted.length} of its numbers`] : []),
      ...(wrongObject ? [`${name}: its object was not seen`] : []),
    ],
  };
}

/** 0.8 is meant as 80 %. */
const percent = (confidence: number): number => (confidence > 0 && confidence <= 1 ? confidence * 100 : confidence);

function objectionTo({ evidenceId, quote }: SubmittedHypothesis['citations'][number], { texts }: Library): string | undefined {
  const text = texts.get(evidenceId.trim());
  if (text === undefined) return 'it cites evidence that does not exist';
  return isEmptyQuotation(quote) || hasQuotation(text, quote) ? undefined : 'it quotes what that evidence does not say';
}

/** An object's name is there when all its parts are: an event names them apart. */
function isThere(name: string, cited: string): boolean {
  const whole = normalised(name);
  if (hasWord(cited, whole)) return true;
  const parts = whole.split('/').filter((part) => part !== '');
  return parts.length > 1 && parts.slice(parts.length > 2 ? 1 : 0).every((part) => hasWord(cited, part));
}

function numbersNotIn(cited: string, numbers: readonly string[]): readonly string[] {
  if (numbers.length === 0) return [];
  const values = valuesOf(cited);
  return numbers.filter((number) => (/\d[-:/]\d/u.test(number) ? !cited.includes(normalised(number)) : !hasNumber(values, number)));
}

const objectOf = (said: string, { objects }: Library): string | undefined => objects.get(said.trim().toLowerCase());

function libraryOf({ evidence, findings }: Analysed): Library {
  const texts = new Map([
    ...findings.map(
      ({ id, reason, message, object }) =>
        [id, normalised(`${reason} ${objectName(object)} ${object.container ?? ''} ${message}`)] as const,
    ),
    ...evidence.map(({ id, query, summary, content }) => [id, normalised(`${query}\n${summary}\n${content}`)] as const),
  ]);
  const seen = [
    ...findings.map(({ object }) => objectName(object)),
    ...evidence.flatMap(({ query }) => query.match(/\b[A-Z][A-Za-z]+\/[^\s/]*\/?[^\s/]+/gu) ?? []),
  ];
  const named = [...seen.flatMap((one) => one.split('/').slice(1)), ...findings.map(({ object }) => object.container ?? '')];
  return {
    texts,
    objects: new Map(seen.map((one) => [one.toLowerCase(), one])),
    names: new Set(named.filter((one) => one.length >= 3).map((one) => one.toLowerCase())),
  };
}
