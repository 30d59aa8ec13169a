/**
 * What a model says, let through word by word as it comes, with code in the place of what a model must not be believed about.
 *
 * - Figures are put in by code: a label, or a number that stands in the evidence, becomes the figure as the evidence has it. Any other number, and any
 *   name or time with digits that was not seen, becomes `[?]`.
 * - A citation stays only if there is such evidence; a sentence with figures that cites nothing gets the evidence of its figures.
 * - What only claims an effect is marked: Jamie has none. Links, mentions and markup that a page or chat would act on are broken up.
 *
 * The first word is not held up. A number waits for the word behind it, which may be its unit.
 */
import { createSpeech, type Speech, type SpeechDeps } from './speech.ts';

export interface Speaker {
  push(piece: string): void;
  /** Says what was held back. */
  end(): void;
  /** Numbers and names that were taken out. */
  readonly removed: () => number;
  /** Ids of evidence that is cited. */
  readonly cited: () => ReadonlySet<string>;
  readonly hasSpoken: () => boolean;
}

export interface SpeakerDeps extends SpeechDeps {
  readonly say: (text: string) => void;
}

export function createSpeaker(deps: SpeakerDeps): Speaker {
  const speech = createSpeech(deps);
  let spoken = false;
  const out = (text: string): void => {
    if (text === '') return;
    spoken = true;
    deps.say(text);
  };
  const words = createWords(speech, out);
  /** The word that is being said, and how much of it was let through already. */
  let pending = '';
  let ahead = 0;
  let gap = '';
  const closeWord = (): void => {
    if (pending === '') return;
    if (ahead > 0) out(speech.rest(pending, ahead));
    else words.take(pending, gap, !spoken);
    [pending, ahead, gap] = ['', 0, ''];
  };
  return {
    push: (piece) => {
      for (const part of piece.match(/\s+|\S+/gu) ?? []) {
        if (/^\s/u.test(part)) {
          closeWord();
          gap += part.replace(/[^\n ]/gu, ' ');
          continue;
        }
        pending += part;
        const goesAhead = ahead > 0 ? /^[A-Za-z]+$/u.test(part) : !spoken && !words.isHolding() && FIRST.test(pending);
        if (!goesAhead) continue;
        out(pending.slice(ahead));
        ahead = pending.length;
      }
    },
    end: () => {
      closeWord();
      words.end();
    },
    removed: speech.removed,
    cited: speech.cited,
    hasSpoken: () => spoken,
  };
}

/** Letters that are neither a number in words nor a citation: nothing that code would replace. */
const FIRST = /^(?!e$|(?:[tfsnhzeo]|tw|th|te|fo|fi|si|se|ei|el|ni|hu|ze|on).{0,10}$)[A-Za-z]{1,40}$/iu;

interface Words {
  take(word: string, gap: string, isFirst: boolean): void;
  end(): void;
  readonly isHolding: () => boolean;
}

/** Words one by one; a number is held until the next one is known. */
function createWords(speech: Speech, out: (text: string) => void): Words {
  let held: { readonly gap: string; readonly word: string; readonly atLineStart: boolean } | undefined;
  const finish = (gap: string, text: string): void => {
    const body = text.replace(/[.!?]{1,3}$/u, '');
    if (gap.includes('\n')) out(speech.owed());
    if (text === '') return;
    const mark = text.slice(body.length);
    out(`${body === '' ? '' : gap.replace(/\n{3,}/gu, '\n\n')}${body}${mark === '' ? '' : speech.owed()}${mark}`);
  };
  const release = (): void => {
    if (held !== undefined) finish(held.gap, speech.word(held.word, held.atLineStart));
    held = undefined;
  };
  const take: Words['take'] = (word, gap, isFirst) => {
    if (held !== undefined) {
      const before = held;
      const whole = gap.includes('\n') ? undefined : speech.withUnit(before.word, word);
      if (whole !== undefined) {
        held = undefined;
        return finish(before.gap, whole);
      }
      // "45ms {e1.2}": the label tells which figure is meant
      if (speech.isLabel(word)) {
        held = undefined;
        return finish(before.gap, speech.word(word, false));
      }
      release();
    }
    const atLineStart = isFirst || gap.includes('\n');
    if (speech.waits(word, atLineStart)) held = { gap, word, atLineStart };
    else finish(gap, speech.word(word, atLineStart));
  };
  return {
    take,
    end: () => {
      release();
      out(speech.owed());
    },
    isHolding: () => held !== undefined,
  };
}
