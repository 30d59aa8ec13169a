/**
 * Runs a synchronous piece of work for a limited time: the one way to stop a loop or a regular expression that runs away.
 *
 * V8 ends the work from outside, so that nothing in it can catch that. The work keeps its own realm; only the call goes through a script.
 */
import { createContext, Script } from 'node:vm';

export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

export interface TimeLimit {
  /** Throws OutOfTime when `work` is not done by then, and what `work` throws. @param ms at least 1 */
  within<T>(ms: number, work: () => T): T;
}

/** Takes some milliseconds to make, and next to nothing to use: one serves many pieces of work. */
export function createTimeLimit(): TimeLimit {
  const script = new Script('work()');
  const sandbox: { work?: () => unknown } = {};
  const context = createContext(sandbox);
  return {
    within<T>(ms: number, work: () => T): T {
      sandbox.work = work;
      try {
        return script.runInContext(context, { timeout: Math.max(1, Math.ceil(ms)) }) as T;
      } catch (error) {
        // It is an error of the script's realm, hence no instance of our Error.
        if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        throw new OutOfTime(`not done within ${ms} ms`, { cause: error });
      } finally {
        delete sandbox.work;
      }
    },
  };
}
