/** Active checks, from the configuration; undefined where they are switched off. Certificates of authorities are read once, at the start. */
import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { KubeClient } from '../kube/client.ts';
import type { CallBudget } from '../sources/budget.ts';
import { createAddressPolicy } from '../sources/checks/addresses.ts';
import { gatherChecks } from '../sources/checks/gather.ts';
import type { PodLabels } from '../sources/checks/relevant.ts';
import { systemResolver } from '../sources/checks/resolve.ts';
import type { Checked } from '../sources/checks/run.ts';
import type { Cleaner } from '../sources/text.ts';

export interface ActiveChecks {
  /** Checks what leads to these pods. */
  run(pods: readonly PodLabels[], budget: CallBudget, signal: AbortSignal): Promise<Checked>;
}

interface Deps {
  readonly config: Pick<Config, 'checks'>;
  readonly kube: Pick<KubeClient, 'list'>;
  readonly clock: Clock;
  readonly cleaner: Cleaner;
}

export async function createActiveChecks({ config, kube, clock, cleaner }: Deps): Promise<ActiveChecks | undefined> {
  const { enabled, privateRanges, clusterDomain, authorityFiles, timeoutSeconds, maxTargets } = config.checks;
  if (!enabled) return undefined;
  const authorities = await Promise.all(authorityFiles.map(contentOf));
  const policy = createAddressPolicy({ privateRanges });
  const common = {
    kube,
    clock,
    cleaner,
    policy,
    authorities,
    clusterDomain,
    maxTargets,
    resolver: systemResolver,
    timeoutMs: timeoutSeconds * 1000,
  };
  return { run: (pods, budget, signal) => gatherChecks({ ...common, budget }, pods, signal) };
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`checks.authorityFiles: ${file} cannot be read; mount it there, or correct the path`, { cause });
  }
}
