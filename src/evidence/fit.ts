/** Packs evidence into a number of compressed bytes, cutting as much from its middle as it must. */
import { cutMiddle } from './cut.ts';
import { type Evidence, type Packed, pack } from './document.ts';

export interface Fitted extends Packed {
  readonly evidence: Evidence;
}

/** Below this many characters a cut text says no more than that something was there. */
const FEWEST_CHARS = 256;
/** Each try aims a little below what the last one's compression promised. */
const AIM = 0.9;

/** Undefined if not even a short beginning and end fit. */
export function fit(evidence: Evidence, bytes: number): Fitted | undefined {
  let chars = evidence.content.length;
  let fitted = fitTo(evidence, chars);
  while (fitted.gzipped.length > bytes) {
    if (chars <= FEWEST_CHARS) return undefined;
    const promised = Math.floor(chars * (bytes / fitted.gzipped.length) * AIM);
    chars = Math.max(FEWEST_CHARS, Math.min(promised, Math.floor(chars * AIM)));
    fitted = fitTo(evidence, chars);
  }
  return fitted;
}

function fitTo(whole: Evidence, chars: number): Fitted {
  const { text, cutBytes } = cutMiddle(whole.content, chars);
  const evidence = { ...whole, content: text, cutBytes: whole.cutBytes + cutBytes };
  return { evidence, ...pack(evidence) };
}
