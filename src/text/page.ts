/** What every rendering needs to know: how wide, in which colours, and what time it is. */
import type { ObjectRef } from '../crds/common.ts';
import { indented, labelled, wrapped } from './layout.ts';
import { oneLine, plain } from './plain.ts';
import type { Style } from './style.ts';

export interface Page {
  readonly style: Style;
  readonly width: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Row = readonly [label: string, text: string | undefined];

/** A heading, and what is below it; nothing if nothing is. */
export function section({ style }: Page, heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', style.bold(heading), ...indented(lines, 2)];
}

/** Rows of a label and a text, without those that have no text. */
export function rows({ width }: Page, all: readonly Row[]): readonly string[] {
  return all.flatMap(([label, text]) => (text === undefined || text === '' ? [] : labelled(label, oneLine(text), { width: width - 2 })));
}

export function paragraph({ width }: Page, text: string): readonly string[] {
  return wrapped(plain(text).trim(), width - 2);
}

/** `deployment shop/checkout (app)` */
export function refText({ kind, namespace, name, container }: ObjectRef): string {
  return oneLine(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}${container === undefined ? '' : ` (${container})`}`);
}
