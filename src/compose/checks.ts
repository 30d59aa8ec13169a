/** Active checks, from the configuration; undefined where they are switched off. Certificates of authorities are read once, when they are first needed. */
import { readFile } from 'node:fs/promises';
import type { Config } from '../config.ts';
import type { Checking } from '../investigate/activeChecks.ts';
import { createAddressPolicy } from '../sources/checks/addresses.ts';
import { gatherChecks } from '../sources/checks/gather.ts';
import { systemResolver } from '../sources/checks/resolve.ts';
import { gapOf, SourceError } from '../sources/gap.ts';
import { createCleaner } from '../sources/text.ts';
import type { Parts } from './parts.ts';

type Deps = Pick<Parts, 'clock' | 'redactor'> & { readonly config: Pick<Config, 'checks'> };

/** An authority's file that cannot be read is told by the first investigation that would check, as a gap. */
export function createChecking({ config, clock, redactor }: Deps): Checking | undefined {
  const { enabled, privateRanges, clusterDomain, authorityFiles, timeoutSeconds, maxTargets } = config.checks;
  if (!enabled) return undefined;
  const authorities = lazy(() => Promise.all(authorityFiles.map(contentOf)));
  const common = {
    clock,
    clusterDomain,
    maxTargets,
    cleaner: createCleaner(redactor.text),
    policy: createAddressPolicy({ privateRanges }),
    resolver: systemResolver,
    timeoutMs: timeoutSeconds * 1000,
  };
  return async (pods, { kube, budget, signal }) => {
    try {
      return await gatherChecks({ ...common, kube, budget, authorities: await authorities() }, pods, signal);
    } catch (error) {
      return { results: [], gaps: [gapOf('checks', 'check what leads to the pods', error)] };
    }
  };
}

/** Made once; a failure is tried again. */
function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SourceError('NotConfigured', `checks.authorityFiles: ${file} cannot be read; mount it there, or correct the path`, { cause });
  }
}
