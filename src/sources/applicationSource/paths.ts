/**
 * From a path in an image to the file in the repository: the one that has most of its last segments in common.
 *
 * `/app/src/cart/add.js` is `services/cart/src/cart/add.js`, if no other file fits as well. Where two fit alike there is no answer:
 * a wrong line is worse than none. Compiled files (`dist/`, `build/`) are not mapped back.
 */

const LONGEST_PATH = 512;

/** @param files paths in the repository */
export function fileIn(files: Iterable<string>, frame: string): string | undefined {
  if (frame.length > LONGEST_PATH) return undefined;
  const wanted = segments(frame);
  const name = wanted.at(-1);
  let best: { readonly path: string; readonly common: number } | undefined;
  let isClear = false;
  for (const path of files) {
    if (name === undefined || !path.endsWith(name)) continue;
    const common = commonEnd(segments(path), wanted);
    if (common === 0) continue;
    if (best === undefined || common > best.common) [best, isClear] = [{ path, common }, true];
    else if (common === best.common) isClear = false;
  }
  return isClear ? best?.path : undefined;
}

const segments = (path: string): readonly string[] => path.split('/').filter((part) => part !== '' && part !== '.');

function commonEnd(a: readonly string[], b: readonly string[]): number {
  let common = 0;
  while (common < a.length && common < b.length && a.at(-1 - common) === b.at(-1 - common)) common += 1;
  return common;
}
