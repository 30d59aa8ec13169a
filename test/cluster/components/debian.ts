/**
 * Debian packages: installed where we are root on Debian or Ubuntu, named to the user elsewhere.
 *
 * Only what is missing is installed, and nothing is removed for it.
 */
import { existsSync } from 'node:fs';
import { withLock } from '../lib/lock.ts';
import type { Log } from '../lib/log.ts';
import { run } from '../lib/run.ts';
import { which } from '../lib/which.ts';

/** A program, or a file, that a package brings. */
export interface Need {
  readonly package: string;
  readonly program?: string;
  readonly file?: string;
}

export function missingNeeds(needs: readonly Need[]): readonly Need[] {
  return needs.filter(
    ({ program, file }) => (program !== undefined && which(program) === undefined) || (file !== undefined && !existsSync(file)),
  );
}

/** Undefined when `apt-get install` can be expected to work, else why not. */
export function cannotInstall(): string | undefined {
  if (which('apt-get') === undefined) return 'this is not Debian or Ubuntu';
  if (process.getuid?.() !== 0) return 'only root may install packages';
  return undefined;
}

export async function installNeeds(needs: readonly Need[], log: Log): Promise<void> {
  if (missingNeeds(needs).length === 0) return;
  await withLock(
    'debian packages',
    { purpose: 'installing packages', onWait: (holder) => log(`packages: waiting for ${holder}`) },
    async () => {
      const packages = [...new Set(missingNeeds(needs).map((need) => need.package))];
      if (packages.length === 0) return;
      const obstacle = cannotInstall();
      if (obstacle !== undefined) throw new Error(`${packages.join(', ')} are missing and ${obstacle}; install them, or use level sim`);
      log(`installing packages: ${packages.join(' ')}`);
      await install(packages);
    },
  );
}

/** Never at the price of a package that is there: `--no-remove` refuses, where Docker's own containerd is in the way for instance. */
async function install(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env, timeoutSeconds: 180 });
  await run('apt-get', ['install', '--yes', '--no-install-recommends', '--no-remove', ...packages], { env, timeoutSeconds: 600 });
}
