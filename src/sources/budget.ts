/** How many calls an investigation may make of its sources, and how many at once. A call beyond the budget is refused, and becomes a gap. */
import { SourceError } from './gap.ts';

export interface CallBudget {
  /** Runs `call` when its turn comes; throws a SourceError `TooLarge` when nothing is left. */
  spend<T>(call: () => Promise<T>): Promise<T>;
  readonly spent: () => number;
  readonly left: () => number;
  /** A share of what is left, with turns of its own: a slow source that has one holds nobody else up. @param share from 0 to 1 */
  part(share: number, atOnce: number): CallBudget;
}

export function createCallBudget(limit: number, atOnce: number, takeOfWhole?: () => void): CallBudget {
  let spent = 0;
  let running = 0;
  const waiting: (() => void)[] = [];
  const take = (): void => {
    if (spent >= limit) throw new SourceError('TooLarge', `the budget of ${limit} calls is spent`);
    takeOfWhole?.();
    spent += 1;
  };

  const enter = async (): Promise<void> => {
    if (running < atOnce) {
      running += 1;
      return;
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  /** Whoever waits takes the place over. */
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return {
    spent: () => spent,
    left: () => limit - spent,
    async spend(call) {
      take();
      await enter();
      try {
        return await call();
      } finally {
        leave();
      }
    },
    part: (share, turns) => createCallBudget(Math.floor(share * (limit - spent)), turns, take),
  };
}
