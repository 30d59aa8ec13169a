/** How many calls an investigation may make of its sources, and how many at once. A call beyond the budget is refused, and becomes a gap. */
import { SourceError } from './gap.ts';

export interface CallBudget {
  /** Runs `call` when its turn comes; throws a SourceError `TooLarge` when nothing is left. */
  spend<T>(call: () => Promise<T>): Promise<T>;
  readonly spent: () => number;
}

export function createCallBudget(limit: number, atOnce: number): CallBudget {
  let spent = 0;
  let running = 0;
  const waiting: (() => void)[] = [];

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
    async spend(call) {
      if (spent >= limit) throw new SourceError('TooLarge', `the budget of ${limit} calls is spent`);
      spent += 1;
      await enter();
      try {
        return await call();
      } finally {
        leave();
      }
    },
  };
}
