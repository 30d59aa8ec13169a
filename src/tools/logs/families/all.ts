/**
 * Families of failures, by what programs write of them: general terms of operating systems, runtimes, protocols and databases.
 *
 * The first that fits a line counts, so that what says more stands before what says less. `explains` is what an on-call engineer would say: once
 * that has happened, the others are to be expected. What a line says is quoted, and never followed. Every expression is linear.
 */
import { DEPENDENCIES } from './dependencies.ts';
import type { Family, FamilyName } from './family.ts';
import { PLATFORM } from './platform.ts';
import { PROGRAMS } from './programs.ts';
import { REFUSALS } from './refusals.ts';

export const FAMILIES: readonly Family[] = [...PLATFORM, ...REFUSALS, ...DEPENDENCIES, ...PROGRAMS];

/** What is known of it is only its level. */
const other = (name: FamilyName, title: string, statement: string): Family => ({
  name,
  title,
  kind: 'unknown',
  fits: () => true,
  explains: [],
  statement,
  next: 'Read the samples: no family of failures that is known here fits them.',
});

export const OTHER_ERRORS = other('OtherErrors', 'Other errors', 'Errors are logged');
export const OTHER_WARNINGS = other('OtherWarnings', 'Other warnings', 'Warnings are logged');
