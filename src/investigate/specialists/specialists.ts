/** The specialists of a process: the built-in ones and, from a folder, the teams' own. */
import { ConfigError } from '../../config/problems.ts';
import { builtInSources } from './builtIn/all.ts';
import { readSpecialists } from './folder.ts';
import { type LoadOptions, type LoadResult, loadSpecialists, type Specialist } from './load.ts';

export interface Specialists {
  /** The built-in ones first. */
  readonly all: readonly Specialist[];
  readonly named: (name: string) => Specialist | undefined;
}

/** Throws a ConfigError with every problem that there is: a process does not start with half of what it was told. */
export function createSpecialists({ specialists, problems }: LoadResult): Specialists {
  if (problems.length > 0) throw new ConfigError(problems);
  return { all: specialists, named: (name) => specialists.find((specialist) => specialist.name === name) };
}

/** @param folder of a team's own; absent: the built-in ones alone */
export function loadAllSpecialists(folder: string | undefined, options: LoadOptions): LoadResult {
  return loadSpecialists([...builtInSources, ...(folder === undefined ? [] : readSpecialists(folder))], options);
}
