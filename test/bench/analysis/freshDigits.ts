/** A log that goes on: lines of which no two are equal, because each digit is another one. The same for every run. */

export function freshDigits(lines: readonly string[], repeat: number): readonly string[] {
  const random = generator();
  const fresh: string[] = [];
  for (let n = 0; n < repeat; n++) {
    for (const line of lines) fresh.push(line.replaceAll(/\d/gu, () => String(random() % 10)));
  }
  return fresh;
}

/** xorshift32 (Marsaglia, 2003). */
function generator(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
