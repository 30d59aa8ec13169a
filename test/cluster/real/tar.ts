/**
 * Writes tar archives (POSIX.1-2001 ustar, with pax headers for long paths), reproducibly: sorted, without owners or times.
 *
 * File contents are streamed, so an image of any size takes little memory.
 */
import { createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export type TarEntry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      readonly size: number;
      readonly content: Buffer | { readonly file: string };
    };

const BLOCK = 512;
const NAME_BYTES = 100;
const TYPE_FLAG = { file: '0', symlink: '2', directory: '5', pax: 'x' } as const;

export async function* tar(entries: Iterable<TarEntry>): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield* longNames(entry);
    yield header(entry);
    if (entry.kind !== 'file') continue;
    if (Buffer.isBuffer(entry.content)) yield entry.content;
    else for await (const chunk of createReadStream(entry.content.file)) yield chunk as Buffer;
    yield Buffer.alloc(padding(entry.size));
  }
  yield Buffer.alloc(2 * BLOCK);
}

export function textEntry(path: string, text: string): TarEntry {
  const content = Buffer.from(text, 'utf8');
  return { kind: 'file', path, mode: 0o644, size: content.length, content };
}

/** All that is below a folder, parents before children. Devices and sockets are left out. */
export function* entriesBelow(root: string, below = ''): Generator<TarEntry> {
  for (const name of readdirSync(join(root, below)).toSorted()) {
    const path = below === '' ? name : `${below}/${name}`;
    const full = join(root, path);
    const stat = lstatSync(full);
    if (stat.isSymbolicLink()) yield { kind: 'symlink', path, target: readlinkSync(full) };
    if (stat.isFile()) yield { kind: 'file', path, mode: stat.mode & 0o7777, size: stat.size, content: { file: full } };
    if (stat.isDirectory()) {
      yield { kind: 'directory', path, mode: stat.mode & 0o7777 };
      yield* entriesBelow(root, path);
    }
  }
}

/** A pax header carries what the fields of the ordinary one are too short for. */
function* longNames(entry: TarEntry): Generator<Buffer> {
  const target = entry.kind === 'symlink' ? entry.target : '';
  const records = [
    Buffer.byteLength(entry.path) > NAME_BYTES ? paxRecord('path', entry.path) : '',
    Buffer.byteLength(target) > NAME_BYTES ? paxRecord('linkpath', target) : '',
  ].join('');
  if (records === '') return;
  const content = Buffer.from(records, 'utf8');
  yield block({ path: 'pax', flag: TYPE_FLAG.pax, mode: 0o644, size: content.length });
  yield content;
  yield Buffer.alloc(padding(content.length));
}

/** "<length> <key>=<value>\n", where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (bytes + String(length).length !== length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

function header(entry: TarEntry): Buffer {
  const path = entry.kind === 'directory' ? `${entry.path}/` : entry.path;
  if (entry.kind === 'symlink') return block({ path, flag: TYPE_FLAG.symlink, mode: 0o777, size: 0, target: entry.target });
  return block({ path, flag: TYPE_FLAG[entry.kind], mode: entry.mode, size: entry.kind === 'file' ? entry.size : 0 });
}

interface Fields {
  readonly path: string;
  readonly flag: string;
  readonly mode: number;
  readonly size: number;
  readonly target?: string;
}

function block({ path, flag, mode, size, target = '' }: Fields): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, width: number): number =>
    bytes.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'ascii');
  bytes.write(path, 0, NAME_BYTES, 'utf8');
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  bytes.write('        ', 148, 'ascii'); // the checksum is computed over itself as blanks
  bytes.write(flag, 156, 'ascii');
  bytes.write(target, 157, NAME_BYTES, 'utf8');
  bytes.write('ustar\u000000', 257, 'ascii');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return bytes;
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;
