/**
 * What is written down about a running test cluster, in `state.json` of its folder.
 *
 * Written by the process that starts the cluster; read by the guardian, by `down` and by `status`. It holds enough to end
 * everything without the process that began it.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const identity = z.object({ pid: z.number().int().positive(), startTime: z.string() });

const health = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('http'), url: z.string(), caFile: z.string().optional() }),
  z.object({ kind: z.literal('socket'), path: z.string() }),
  z.object({ kind: z.literal('running') }),
]);

const recordedProcess = identity.extend({
  name: z.string(),
  /** Where its binary came from, in words. */
  origin: z.string(),
  url: z.string().optional(),
  health,
});

const workspaceState = z.object({
  id: z.string(),
  /** The process to which the workspace belongs; absent once it is kept. */
  owner: identity.optional(),
  guardian: identity.optional(),
  /** What it is, in words, for those who find it in their way. */
  description: z.string(),
  startedAt: z.string(),
  processes: z.array(recordedProcess),
  /** Control groups that were made for it, each a folder to remove with all below it. */
  controlGroups: z.array(z.string()),
  /** What the starter wants to find again: addresses, credentials' paths. */
  facts: z.record(z.string(), z.string()),
});

export type Health = z.infer<typeof health>;
export type RecordedProcess = z.infer<typeof recordedProcess>;
export type WorkspaceState = z.infer<typeof workspaceState>;

const stateFile = (dir: string): string => join(dir, 'state.json');

/** Undefined when the folder, or a readable state in it, is not there. */
export function readState(dir: string): WorkspaceState | undefined {
  try {
    return workspaceState.parse(JSON.parse(readFileSync(stateFile(dir), 'utf8')));
  } catch {
    return undefined;
  }
}

export function writeState(dir: string, state: WorkspaceState): void {
  const draft = `${stateFile(dir)}.new`;
  writeFileSync(draft, JSON.stringify(state, undefined, 2), { mode: 0o600 });
  renameSync(draft, stateFile(dir));
}
