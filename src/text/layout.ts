/** Text in a given width: wrapped at words, indented, cut with an ellipsis. Widths are in characters; what is given has no styles in it yet. */

export function wrapped(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(10, width)));
}

export function indented(lines: readonly string[], by: number): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`));
}

export function cut(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** `LABEL        first line` and the lines after it below the first. */
export function labelled(
  label: string,
  text: string,
  { width, column = 13 }: { readonly width: number; readonly column?: number },
): readonly string[] {
  const [first = '', ...rest] = wrapped(text, width - column);
  return [`${label.padEnd(column)}${first}`, ...indented(rest, column)];
}

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ').flatMap((part) => pieces(part, width))) {
    const joined = current === '' ? word : `${current} ${word}`;
    if (joined.length <= width) {
      current = joined;
      continue;
    }
    lines.push(current);
    current = word;
  }
  return [...lines, current];
}

/** A word that is longer than a line is broken. */
function pieces(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word];
  const characters = Array.from(word);
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, index) =>
    characters.slice(index * width, (index + 1) * width).join(''),
  );
}
