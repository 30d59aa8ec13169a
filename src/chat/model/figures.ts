/**
 * The figures of what was looked up, each under a label, so that an answer can hold them without a model writing any.
 *
 * A model reads `45ms {e1.2}` and is asked to write `{e1.2}`: code puts the figure in its place. A model that writes 45ms all the same is taken at its
 * word only if that figure stands in the evidence, by value and unit, and then code puts it there too. What else it writes in digits does not pass.
 */

export interface Figure {
  /** `e1.2`. */
  readonly label: string;
  readonly evidence: string;
  /** As the evidence has it, unit included. */
  readonly text: string;
  readonly quantity: Quantity;
}

export interface Quantity {
  /** In the base unit of its dimension. */
  readonly value: number;
  /** What it measures by its unit: `time`, `bytes`, `share`, `rate`; empty: a plain number. */
  readonly dimension: string;
  /** Half of the last digit that is written. */
  readonly precision: number;
}

export interface Figures {
  /** The text with a label behind each figure. */
  label(evidence: string, text: string): string;
  byLabel(label: string): Figure | undefined;
  /** The figure of this value, the newest evidence first; a rounded one counts. */
  byQuantity(quantity: Quantity): Figure | undefined;
  /** Whether a word with digits in it (a name, a time, a version) stands in the evidence. */
  hasWord(word: string): boolean;
}

const SECOND = 1;
const UNITS: Readonly<Record<string, readonly [dimension: string, factor: number]>> = {
  ns: ['time', 1e-9],
  us: ['time', 1e-6],
  µs: ['time', 1e-6],
  ms: ['time', 1e-3],
  millisecond: ['time', 1e-3],
  s: ['time', SECOND],
  sec: ['time', SECOND],
  second: ['time', SECOND],
  min: ['time', 60],
  minute: ['time', 60],
  h: ['time', 3600],
  hour: ['time', 3600],
  d: ['time', 86_400],
  day: ['time', 86_400],
  b: ['bytes', 1],
  byte: ['bytes', 1],
  kb: ['bytes', 1e3],
  mb: ['bytes', 1e6],
  gb: ['bytes', 1e9],
  tb: ['bytes', 1e12],
  ki: ['bytes', 2 ** 10],
  mi: ['bytes', 2 ** 20],
  gi: ['bytes', 2 ** 30],
  ti: ['bytes', 2 ** 40],
  kib: ['bytes', 2 ** 10],
  mib: ['bytes', 2 ** 20],
  gib: ['bytes', 2 ** 30],
  tib: ['bytes', 2 ** 40],
  '%': ['share', 0.01],
  percent: ['share', 0.01],
  '/s': ['rate', 1],
  'req/s': ['rate', 1],
  'requests/s': ['rate', 1],
  rps: ['rate', 1],
  qps: ['rate', 1],
  '/min': ['rate', 1 / 60],
  'req/min': ['rate', 1 / 60],
  'requests/min': ['rate', 1 / 60],
  rpm: ['rate', 1 / 60],
  m: ['m', 1],
  x: ['times', 1],
};

/** @param unit as written; undefined for what is none */
export function unitOf(unit: string): readonly [dimension: string, factor: number] | undefined {
  const lower = unit.toLowerCase();
  return UNITS[lower] ?? (lower.endsWith('s') && lower.length > 3 ? UNITS[lower.slice(0, -1)] : undefined);
}

const NUMBER = /^[-+~<>≤≥≈]?(\d[\d,]*(?:\.(\d+))?)([a-zA-Zµ%/]{0,12})$/u;

/** A word that is a number, with its unit behind it or none. */
export function quantityOf(word: string): Quantity | undefined {
  const [, digits = '', decimals = '', unit = ''] = NUMBER.exec(word) ?? [];
  if (digits === '') return undefined;
  return quantity(Number(digits.replaceAll(',', '')), decimals.length, unit);
}

function quantity(number: number, decimals: number, unit: string): Quantity | undefined {
  if (unit === '') return { value: number, dimension: '', precision: 0.5 * 10 ** -decimals };
  const found = unitOf(unit);
  if (found === undefined) return undefined;
  return { value: number * found[1], dimension: found[0], precision: 0.5 * 10 ** -decimals * found[1] };
}

const OPENING: ReadonlySet<string> = new Set('(["\'`{*|~<>≤≥≈=:,;-');
const CLOSING: ReadonlySet<string> = new Set(')]"\'`}*|,;:.!?');

/** A word without what stands around it: brackets, quotes, marks. */
export function around(word: string): { readonly open: string; readonly core: string; readonly close: string } {
  let [start, end] = [0, word.length];
  while (start < end && OPENING.has(word.charAt(start))) start += 1;
  while (end > start && CLOSING.has(word.charAt(end - 1))) end -= 1;
  return { open: word.slice(0, start), core: word.slice(start, end), close: word.slice(end) };
}

const MOST_A_TEXT = 120;
const MOST_ROUNDED = 0.05;

export function createFigures(): Figures {
  const all: Figure[] = [];
  const byLabel = new Map<string, Figure>();
  const words = new Set<string>();
  const remember = (word: string): void => {
    for (const part of [word, ...word.split(/[=:,;()"'`[\]{}|]+/u), ...word.split('/')])
      if (/\d/u.test(part)) words.add(around(part).core.toLowerCase());
  };
  const add = (evidence: string, text: string, found: Quantity): Figure | undefined => {
    const ofEvidence = all.filter((figure) => figure.evidence === evidence);
    const before = ofEvidence.find((figure) => figure.text === text);
    if (before !== undefined) return before;
    if (ofEvidence.length >= MOST_A_TEXT) return undefined;
    const figure = { label: `${evidence}.${ofEvidence.length + 1}`, evidence, text, quantity: found };
    all.push(figure);
    byLabel.set(figure.label, figure);
    return figure;
  };
  /** `45ms,` becomes `45ms {e1.2},`; `150 req/min` is one figure. */
  const labelled = (evidence: string, word: string, next: string): readonly [text: string, tookNext: boolean] => {
    const equals = word.lastIndexOf('=') + 1;
    const { open, core, close } = around(word.slice(equals));
    remember(word);
    const plain = quantityOf(core);
    if (plain === undefined) return [word, false];
    const unit = around(next);
    const isUnit = plain.dimension === '' && close === '' && unitOf(unit.core) !== undefined;
    const wide = isUnit ? quantityOf(`${core}${unit.core}`) : undefined;
    const figure = wide === undefined ? add(evidence, core, plain) : add(evidence, `${core} ${unit.core}`, wide);
    if (figure === undefined) return [word, false];
    return [
      `${word.slice(0, equals)}${open}${figure.text} {${figure.label}}${wide === undefined ? close : unit.close}`,
      wide !== undefined,
    ];
  };
  return {
    label: (evidence, text) =>
      text
        .split('\n')
        .map((line) => {
          const parts = line.split(' ');
          const out: string[] = [];
          for (let at = 0; at < parts.length; at += 1) {
            const [told, tookNext] = labelled(evidence, parts[at] ?? '', parts[at + 1] ?? '');
            out.push(told);
            if (tookNext) at += 1;
          }
          return out.join(' ');
        })
        .join('\n'),
    byLabel: (label) => byLabel.get(label),
    byQuantity: (wanted) =>
      all.findLast((figure) => figure.quantity.value === wanted.value && fits(figure.quantity, wanted)) ??
      all.findLast((figure) => fits(figure.quantity, wanted)),
    hasWord: (word) => words.has(word.toLowerCase()),
  };
}

/** Whether what is written is this figure, or a rounding of it. */
function fits(figure: Quantity, written: Quantity): boolean {
  const isShareOfOne = written.dimension === 'share' && figure.dimension === '';
  if (figure.dimension !== written.dimension && !isShareOfOne) return false;
  const off = Math.abs(figure.value - written.value);
  return off === 0 || (off <= written.precision * 1.0001 && off <= MOST_ROUNDED * Math.abs(figure.value));
}
