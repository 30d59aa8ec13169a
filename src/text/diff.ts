/** A unified diff with its lines in colour, as Git shows it. */
import { plain } from './plain.ts';
import type { Style } from './style.ts';

export function colouredDiff(diff: string, style: Style): readonly string[] {
  return plain(diff.replace(/\n$/u, ''))
    .split('\n')
    .map((line) => paintOf(line, style)(line));
}

function paintOf(line: string, style: Style): (text: string) => string {
  if (/^(?:diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename )/u.test(line)) return style.bold;
  if (line.startsWith('@@')) return style.cyan;
  if (line.startsWith('+')) return style.green;
  return line.startsWith('-') ? style.red : (text) => text;
}
