/** Finds a program in the folders of PATH, and in those where Debian keeps what only root uses. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const ROOTS_FOLDERS = ['/usr/sbin', '/sbin'];

export function which(program: string, path = process.env['PATH'] ?? ''): string | undefined {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), ...ROOTS_FOLDERS];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
