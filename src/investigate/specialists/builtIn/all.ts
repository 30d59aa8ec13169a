/** The built-in specialists: text, so that they come along in the bundle and are read by the same loader as a team's own. */
import type { SpecialistSource } from '../load.ts';
import { application } from './application.ts';
import { database } from './database.ts';
import { infrastructure } from './infrastructure.ts';
import { network } from './network.ts';
import { resource } from './resource.ts';

export const builtInSources: readonly SpecialistSource[] = Object.entries({ network, database, infrastructure, application, resource }).map(
  ([name, text]) => ({ name: `${name} (built in)`, text, builtIn: true }),
);
