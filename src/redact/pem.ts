/** PEM blocks: private keys are hidden, over lines or with escaped line breaks; certificates and public keys stay readable. */
import { forgetWords, hide, type Scan, spend } from './cursor.ts';
import { PREFIX, replacementEnd } from './kinds.ts';

export const PEM_BEGIN = '-----BEGIN';
const LONGEST_LABEL = 64;

/** At `-----BEGIN`, which may be the end of a word. Gives the place to go on from. */
export function beginPem(scan: Scan, begin: number): number {
  const { text, end, carry } = scan;
  const labelAt = begin + PEM_BEGIN.length;
  const label = text.slice(labelAt, Math.min(end, labelAt + LONGEST_LABEL));
  const name = label.split('-----')[0] ?? '';
  const secret = name.includes('PRIVATE KEY') && !holdsReplacement(name);
  if (!secret && carry.publicBlock) return labelAt; // its end was looked for before
  const rest = text.slice(labelAt, end);
  const marker = rest.indexOf('-----END');
  const close = marker < 0 ? -1 : rest.indexOf('-----', marker + 8);
  const stop = close < 0 ? end : labelAt + close + 5;
  spend(scan, marker < 0 ? rest.length : stop - begin);
  if (secret) {
    hide(scan, begin, stop, 'private-key');
    carry.pemLines = marker < 0 ? 1 : 0;
  } else if (marker < 0) {
    carry.publicBlock = true;
    return labelAt;
  }
  forgetWords(scan, stop);
  return stop;
}

/** What was replaced may have been longer: what was too long for a label must not become one by that. */
function holdsReplacement(name: string): boolean {
  const at = name.indexOf(PREFIX);
  return at >= 0 && replacementEnd(name, at) >= 0;
}
