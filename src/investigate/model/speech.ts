/**
 * What a model says, made fit for people to read: redacted, on one line, cut, and with nothing left that a chat, a page or a terminal would
 * act on: links, mentions, images, markup.
 */
import { createCleaner, cut, type Redact } from '../../sources/text.ts';

const LONGEST_SPEECH = 600;

const HARMLESS: readonly (readonly [RegExp, string])[] = [
  [/:\/\//gu, ': //'],
  [/\bwww\./giu, 'www '],
  [/</gu, '‹'],
  [/>/gu, '›'],
  [/[`*|~]/gu, ''],
  [/!?\[/gu, '('],
  [/\]/gu, ')'],
  [/@/gu, ' at '],
  [/&/gu, '+'],
];

export function createSpeech(redact: Redact): (text: string, max?: number) => string {
  const cleaner = createCleaner(redact);
  return (text, max = LONGEST_SPEECH) => {
    const clean = cleaner.line(text, 4 * LONGEST_SPEECH);
    return cut(
      HARMLESS.reduce((at, [pattern, instead]) => at.replace(pattern, instead), clean)
        .replace(/ {2,}/gu, ' ')
        .trim(),
      max,
    );
  };
}
