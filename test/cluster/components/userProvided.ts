/**
 * Binaries that the user has already: in the folder that KUBEBUILDER_ASSETS names, or on PATH.
 *
 * Only a version that fits is taken; otherwise the answer says which was found and why it did not do.
 */
import { join } from 'node:path';
import { describeError } from '../lib/poll.ts';
import { run } from '../lib/run.ts';
import { isExecutable, which } from '../lib/which.ts';
import type { Attempt } from './attempt.ts';
import type { Component } from './components.ts';

export async function findUserProvided(component: Component, env: NodeJS.ProcessEnv): Promise<Attempt> {
  const assets = env['KUBEBUILDER_ASSETS'];
  if (component.inEnvtest && assets) return checkVersion(component, join(assets, component.name), 'KUBEBUILDER_ASSETS');
  if (!component.accepts) return { reason: 'only our own build of it fits' };
  const onPath = which(component.name, env['PATH']);
  return onPath === undefined ? { reason: 'not on PATH' } : checkVersion(component, onPath, 'PATH');
}

async function checkVersion({ accepts, version }: Component, binary: string, where: string): Promise<Attempt> {
  if (!isExecutable(binary)) return { reason: `${where} has no executable ${binary}` };
  if (!accepts) return { reason: 'only our own build of it fits' };
  try {
    const { stdout, stderr } = await run(binary, accepts.args, { timeoutSeconds: 5 });
    if (accepts.output.test(stdout + stderr)) return { binary, origin: `${where} (${binary})` };
    const said = (stdout + stderr).trim().split('\n')[0] ?? '';
    return { reason: `${binary} from ${where} is not like ${version}: "${said.slice(0, 80)}"` };
  } catch (error) {
    return { reason: describeError(error) };
  }
}
