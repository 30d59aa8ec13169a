/**
 * Tests that tell one story: each begins where the one before ended, so after a failure the rest is skipped, not failed.
 *
 * While they run, every version of every object of ours is collected, and what the commands print, for the checks at the end.
 */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Person } from '../cluster/api/users.ts';
import { CommandRefused, type Printed } from '../stage/command.ts';
import { raiseStage, type Stage } from '../stage/stage.ts';

export interface Scene {
  readonly stage: Stage;
  /** JSON of each version of each of our objects that was seen. */
  readonly versions: Set<string>;
  /** Everything that kubectl and our plugin have printed. */
  readonly printed: string[];
  kubectl(...args: Parameters<Stage['kubectl']>): Promise<Printed>;
  sre(...args: Parameters<Stage['sre']>): Promise<Printed>;
  /** Creates an object with kubectl, as this person. */
  createAs(person: Person, object: object): Promise<Printed>;
}

const RAISE_MS = 300_000;
const SOAK_SECONDS = 3;

export function setScene(): Scene {
  const versions = new Set<string>();
  const printed: string[] = [];
  let stage: Stage | undefined;
  let failed = false;

  beforeAll(async () => {
    stage = await raiseStage({ soakSeconds: SOAK_SECONDS, progress: () => {}, log: (line) => process.stderr.write(`${line}\n`) });
    stage.world.onChange((kind, object) => {
      if (kind !== 'pods' && kind !== 'deployments') versions.add(JSON.stringify(object));
    });
  }, RAISE_MS);
  afterAll(async () => {
    if (failed && stage !== undefined) process.stderr.write(`the logs of all that ran are in ${keepLogs(stage)}\n`);
    await stage?.stop();
  }, RAISE_MS);
  beforeEach(({ skip }) => skip(failed, 'an earlier step has failed'));
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') failed = true;
  });

  const raised = (): Stage => {
    if (stage === undefined) throw new Error('the stage is not raised yet');
    return stage;
  };
  const noting = async (running: Promise<Printed>): Promise<Printed> => {
    try {
      const result = await running;
      printed.push(result.stdout, result.stderr);
      return result;
    } catch (error) {
      if (error instanceof CommandRefused) printed.push(error.stdout, error.stderr);
      throw error;
    }
  };
  return {
    get stage() {
      return raised();
    },
    versions,
    printed,
    kubectl: (...args) => noting(raised().kubectl(...args)),
    sre: (...args) => noting(raised().sre(...args)),
    createAs: (person, object) => noting(raised().create(person, object)),
  };
}

/** The cluster goes, and its folder with it. */
function keepLogs({ cluster }: Stage): string {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-logs-'));
  cpSync(join(cluster.dir, 'logs'), folder, { recursive: true });
  return folder;
}

/** What a command printed when it was refused. Fails when it was not. */
export async function refusalOf(command: Promise<unknown>): Promise<string> {
  const outcome = await command.catch((error: unknown) => error);
  if (outcome instanceof CommandRefused) return outcome.stderr;
  throw new Error('the command was not refused', { cause: outcome });
}
