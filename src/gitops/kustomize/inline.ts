/** Edits YAML that is written as a literal block within YAML: a place in the inner text is a place in the outer one, shifted by the indentation. */
import type { Scalar } from 'yaml';
import { parseYamlText, type YamlFile } from '../yaml/document.ts';
import type { Splice, SpliceResult } from '../yaml/splice.ts';

/** Splices that `find` makes in the inner text, moved to where they are in `text`: edits within one line, and whole lines that are added. */
export function nestedSplice(text: string, scalar: Scalar, find: (inner: YamlFile) => readonly Splice[]): readonly SpliceResult[] {
  const block = literalBlock(text, scalar);
  if (block === undefined) return [{ refused: 'the text is not written as a literal block' }];
  const inner = parseYamlText(block.lines.map(({ text: line }) => line).join('\n'));
  if ('refused' in inner) return [{ refused: `the text in it: ${inner.refused}` }];
  return find(inner).map((splice) => {
    const [start, end] = [outerOffset(block, splice.start), outerOffset(block, splice.end)];
    const isMoved = !splice.text.includes('\n') || (splice.start === splice.end && splice.text.startsWith('\n'));
    if (start === undefined || end === undefined || !isMoved) return { refused: 'the edit would go over several lines of a block of text' };
    return { start, end, text: splice.text.replaceAll('\n', `${block.eol}${' '.repeat(block.indent)}`) };
  });
}

interface Block {
  readonly indent: number;
  readonly eol: string;
  readonly lines: readonly { readonly text: string; readonly start: number }[];
}

/** The lines of `|` and `|-` blocks without their indentation, each with its place in the whole. */
function literalBlock(text: string, scalar: Scalar): Block | undefined {
  const [start, end] = scalar.range ?? [0, 0];
  const source = text.slice(start, end);
  const header = /^\|[-+]?[ \t]*(?:#[^\r\n]*)?\r?\n/u.exec(source);
  if (header === null || typeof scalar.value !== 'string') return undefined;
  const lines: { text: string; start: number }[] = [];
  const body = source.slice(header[0].length);
  const indent = /^(?:[ \t]*\r?\n)*( +)/u.exec(body)?.[1]?.length ?? 0;
  let at = start + header[0].length;
  for (const raw of body.split('\n')) {
    const line = raw.replace(/\r$/u, '');
    const cut = Math.min(indent, line.length - line.trimStart().length);
    lines.push({ text: line.slice(cut), start: at + cut });
    at += raw.length + 1;
  }
  const read = lines.map(({ text: line }) => line).join('\n');
  return read.trimEnd() === scalar.value.trimEnd() ? { lines, indent, eol: source.includes('\r\n') ? '\r\n' : '\n' } : undefined;
}

function outerOffset({ lines }: Block, offset: number): number | undefined {
  let left = offset;
  for (const { text, start } of lines) {
    if (left <= text.length) return start + left;
    left -= text.length + 1;
  }
  return undefined;
}
