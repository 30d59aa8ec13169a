/**
 * The files of a team's specialists: what ends in .yaml or .yml in one folder, by name.
 *
 * A mounted ConfigMap is such a folder: its files are links, and what begins with a dot is the kubelet's own.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../config/problems.ts';
import type { SpecialistSource } from './load.ts';

const MOST_FILES = 100;

/** Throws a ConfigError when the folder cannot be read. */
export function readSpecialists(folder: string): readonly SpecialistSource[] {
  const names = attempt(folder, 'name the folder of your specialists, or leave the setting out', () => readdirSync(folder))
    .filter((name) => !name.startsWith('.') && /\.ya?ml$/u.test(name))
    .toSorted();
  if (names.length > MOST_FILES) throw problem(folder, `has ${names.length} files; ${MOST_FILES} are the most`);
  return names.map((name) => {
    const path = join(folder, name);
    return { name: path, text: attempt(path, 'make it a readable file, or remove it', () => readFileSync(path, 'utf8')) };
  });
}

function attempt<T>(where: string, advice: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw problem(where, `cannot be read (${code}); ${advice}`);
  }
}

const problem = (where: string, message: string): ConfigError => new ConfigError([{ where, path: '', message }]);
