/**
 * Text from the cluster as a terminal may show it: what moves the cursor, hides or reorders characters is taken out, so that nobody approves
 * something else than they read.
 */
import { stripInvisible } from '../redact/invisible.ts';

const CONTROL = /[^\P{Cc}\n]/gu;

/** Lines stay lines. */
export function plain(text: string): string {
  return stripInvisible(text.replaceAll('\r\n', '\n')).replaceAll('\t', '    ').replace(CONTROL, '·');
}

/** In one line. */
export function oneLine(text: string): string {
  return plain(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}
