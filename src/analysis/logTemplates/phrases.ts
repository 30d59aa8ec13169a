/** Values that several words make up: "Wed Jul 27 10:59:53 2005 UTC", "12 seconds", "<1 sec". Each is one variable. */
import { pushVariable, pushWord, type Tokens, textFromEnd } from './tokens.ts';
import { unitType } from './values.ts';
import { LITERALS, MONTHS, WEEKDAYS, ZONES } from './vocabulary.ts';

/** A time of day or a date, with the month, the day and the weekday that stand before it. */
export function pushTime(tokens: Tokens, spaced: boolean): void {
  let before = 0;
  if (textFromEnd(tokens, 1) === '<timestamp>') before = 1;
  else if (textFromEnd(tokens, 1) === '<num>' && MONTHS.has(textFromEnd(tokens, 2))) before = WEEKDAYS.has(textFromEnd(tokens, 3)) ? 3 : 2;
  tokens.count -= before;
  pushVariable(tokens, '<timestamp>', before === 0 ? spaced : tokens.spaced[tokens.count] === true);
}

/** A word; the unit of the number before it; the zone of the time before it; or a literal. */
export function pushWordOrUnit(tokens: Tokens, word: string, spaced: boolean): void {
  const last = textFromEnd(tokens, 1);
  if (last === '<num>' && spaced && giveUnit(tokens, word)) return;
  if (last === '<timestamp>' && ZONES.has(word)) return;
  if (LITERALS.has(word)) pushVariable(tokens, '<bool>', spaced);
  else pushWord(tokens, word, spaced);
}

function giveUnit(tokens: Tokens, word: string): boolean {
  const type = unitType(word);
  if (type === undefined) return false;
  const lessThan = textFromEnd(tokens, 2) === '<' && tokens.spaced[tokens.count - 1] === false;
  tokens.count -= lessThan ? 2 : 1;
  pushVariable(tokens, type, tokens.spaced[tokens.count] === true);
  return true;
}
