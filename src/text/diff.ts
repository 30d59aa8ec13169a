/** A unified diff with its lines in colour, and with blobs in short, as Git shows it. */
import { plain } from './plain.ts';
import type { Style } from './style.ts';

export function colouredDiff(diff: string, style: Style): readonly string[] {
  return plain(diff.replace(/\n$/u, ''))
    .split('\n')
    .map((line) => line.replace(/^(index [0-9a-f]{7})[0-9a-f]*(\.\.[0-9a-f]{7})[0-9a-f]*/u, '$1$2'))
    .map((line) => paintOf(line, style)(line));
}

function paintOf(line: string, style: Style): (text: string) => string {
  if (/^(?:diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename )/u.test(line)) return style.bold;
  if (line.startsWith('@@')) return style.cyan;
  if (line.startsWith('+')) return style.green;
  return line.startsWith('-') ? style.red : (text) => text;
}
