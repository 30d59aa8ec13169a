/**
 * What becomes of one word that a model says: it stays, code puts a figure or a citation in its place, or it is taken out. What a sentence owes its
 * reader (the evidence of its figures) is kept here, and paid at its end.
 */
import { around, type Figure, type Figures, quantityOf, unitOf } from './figures.ts';

export interface Speech {
  /** @param atLineStart where `1.` numbers a list */
  word(word: string, atLineStart: boolean): string;
  /** A number and the word behind it, where that is its unit; else undefined. */
  withUnit(number: string, next: string): string | undefined;
  /** Whether a word has to wait for the next one, which may be its unit. */
  readonly waits: (word: string, atLineStart: boolean) => boolean;
  /** Whether it is the label of a figure that there is. */
  readonly isLabel: (word: string) => boolean;
  /** Of a word whose beginning was said already. */
  rest(word: string, said: number): string;
  /** Evidence of the figures of a sentence that cites none itself, as citations. */
  owed(): string;
  readonly removed: () => number;
  readonly cited: () => ReadonlySet<string>;
}

export interface SpeechDeps {
  readonly figures: Figures;
  readonly isEvidence: (id: string) => boolean;
  /** What the asker wrote: their own words may come back. */
  readonly question: string;
  readonly redact: (text: string) => string;
  /** Placeholders turned back into what they stood for. */
  readonly restore: (text: string) => string;
}

export const REMOVED = '[?]';
const NOT_DONE = '[not done: I change nothing]';

const LABEL = /^[("'[{<*]*e(\d{1,2})\.(\d{1,3})(?:[:=][^}\]>)]{0,40})?[)"'\]}>*]*([.,;:!?]*)$/u;
const CITATION = /^(?:[({[<]+e\d{1,2}[)}\]>]*[,;]?|e\d{1,2}[)\]},;]*)+[.!?:]?$/u;
const IDS = /e\d{1,2}/gu;
/** Terms of the trade that have digits in them. */
const TERMS = /^(?:p\d{2,3}|[2-5]xx|k8s|http\/?[123](?:\.[01])?|ipv[46]|s3|oauth2|utf-8|sha256|x86|arm64|24\/7|e\d{1,2})$/iu;
const DONE =
  /^(?:restarted|deleted|removed|killed|scaled|approved|rejected|applied|patched|fixed|reverted|redeployed|drained|cordoned|merged|pushed|silenced|closed|resolved|executed|increased|decreased|changed)$/iu;
const LIST_NUMBER = /^\d{1,2}[.)]$/u;

const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const WORD_NUMBERS: Readonly<Record<string, number>> = Object.fromEntries([
  ...ONES.map((word, value) => [word, value] as const),
  ...TENS.map((word, index) => [word, 20 + 10 * index] as const),
  ['hundred', 100],
  ['thousand', 1000],
]);

/** What a number in words is, or undefined. */
function inDigits(word: string): string | undefined {
  const [tens = '', ones] = word.toLowerCase().split('-');
  const value = WORD_NUMBERS[tens];
  const more = ones === undefined ? 0 : WORD_NUMBERS[ones];
  return value === undefined || more === undefined ? undefined : String(value + more);
}

/** Which evidence the sentence that is being said cites, and which its figures are of. */
interface Sentence {
  /** @returns those ids that there are, as citations */
  cite(ids: readonly string[]): string;
  insert(figure: Figure): string;
  owed(): string;
  readonly cited: ReadonlySet<string>;
}

function createSentence(isEvidence: (id: string) => boolean): Sentence {
  const cited = new Set<string>();
  let ofFigures = new Set<string>();
  let citesItself = false;
  return {
    cite: (ids) => {
      const known = [...new Set(ids)].filter(isEvidence);
      for (const id of known) cited.add(id);
      citesItself ||= known.length > 0;
      return known.map((id) => `[${id}]`).join('');
    },
    insert: (figure) => {
      ofFigures.add(figure.evidence);
      return figure.text;
    },
    owed: () => {
      const ids = citesItself ? [] : [...ofFigures];
      for (const id of ids) cited.add(id);
      ofFigures = new Set();
      citesItself = false;
      return ids.map((id) => ` [${id}]`).join('');
    },
    cited,
  };
}

interface Numbers {
  /** A number, as it is to be said. */
  tell(digits: string, unit: string, written: string): string;
  remove(): string;
  /** Whether a word with digits may be said. */
  readonly isSeen: (core: string) => boolean;
  readonly removed: () => number;
}

function createNumbers({ figures, question }: SpeechDeps, sentence: Sentence): Numbers {
  const asked = new Set(question.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}._/:%-]*/gu) ?? []);
  let removed = 0;
  const remove = (): string => {
    removed += 1;
    return REMOVED;
  };
  return {
    tell: (digits, unit, written) => {
      const found = quantityOf(`${digits}${unit}`);
      const figure = found && figures.byQuantity(found);
      if (figure !== undefined) return sentence.insert(figure);
      return asked.has(digits.toLowerCase()) ? `${written} (as you wrote)` : remove();
    },
    remove,
    isSeen: (core) => TERMS.test(core) || figures.hasWord(core) || asked.has(core.toLowerCase()),
    removed: () => removed,
  };
}

export function createSpeech(deps: SpeechDeps): Speech {
  const { figures, redact } = deps;
  const sentence = createSentence(deps.isEvidence);
  const numbers = createNumbers(deps, sentence);
  let before: readonly string[] = [];
  const plain = (word: string): string => harmless(word.length < 8 ? word : redact(word));
  const labelled = (word: string): Figure | undefined => {
    const found = LABEL.exec(word);
    return found === null ? undefined : figures.byLabel(`e${found[1]}.${found[2]}`);
  };
  const withDigits = (word: string): string => {
    const { open, core, close } = around(word);
    if (quantityOf(core) !== undefined)
      return `${harmless(open.replace(/[<>~≤≥≈-]/gu, ''))}${numbers.tell(core, '', core)}${harmless(close)}`;
    return numbers.isSeen(core) ? plain(word) : `${harmless(open)}${numbers.remove()}${harmless(close)}`;
  };
  const citations = (word: string): string => `${sentence.cite(word.match(IDS) ?? [])}${/[.!?:]$/u.exec(word)?.[0] ?? ''}`;
  return {
    word: (written, atLineStart) => {
      const word = deps.restore(written);
      const last = before;
      before = [...before.slice(-2), word.toLowerCase()];
      const label = LABEL.exec(word);
      if (label !== null) {
        const figure = labelled(word);
        return `${figure === undefined ? numbers.remove() : sentence.insert(figure)}${label[3] ?? ''}`;
      }
      if (CITATION.test(word)) return citations(word);
      if (!/\d/u.test(word)) return `${plain(word)}${claimsEffect(word, last) ? ` ${NOT_DONE}` : ''}`;
      if (atLineStart && LIST_NUMBER.test(word)) return word;
      return withDigits(word);
    },
    withUnit: (word, next) => {
      const { open, core, close } = around(word);
      const { core: unit, close: after } = around(next);
      const digits = inDigits(core) ?? core;
      const isUnit = close === '' && unit !== '' && !/^\d/u.test(unit) && unitOf(unit) !== undefined;
      if (!isUnit || quantityOf(digits)?.dimension !== '') return undefined;
      return `${harmless(open)}${numbers.tell(digits, unit, `${core} ${unit}`)}${harmless(after)}`;
    },
    waits: (word, atLineStart) => {
      const core = around(word).core;
      return inDigits(core) !== undefined || (quantityOf(core) !== undefined && !(atLineStart && LIST_NUMBER.test(word)));
    },
    isLabel: (word) => labelled(word) !== undefined,
    rest: (word, said) => {
      before = [word.toLowerCase()];
      const left = word.slice(said);
      return !/\d/u.test(left) || numbers.isSeen(around(word).core) ? harmless(left) : numbers.remove();
    },
    owed: () => sentence.owed(),
    removed: numbers.removed,
    cited: () => sentence.cited,
  };
}

const claimsEffect = (word: string, before: readonly string[]): boolean =>
  DONE.test(word.replace(/[.,;:!?]/gu, '')) && before.some((one) => /^(?:i|we|i['’]ve|we['’]ve)$/u.test(one));

const HARMLESS: readonly (readonly [RegExp, string])[] = [
  [/:\/\//gu, ': //'],
  [/</gu, '‹'],
  [/>/gu, '›'],
  [/!?\[/gu, '('],
  [/\]/gu, ')'],
  [/@/gu, ' at '],
];

/** Nothing that a page or a chat would follow. */
const harmless = (text: string): string => HARMLESS.reduce((at, [pattern, instead]) => at.replace(pattern, instead), text);
