/** Keys that wait for their time. Of several times for one key the earliest wins. */
import type { Cancel, Clock } from '../../clock.ts';

export interface Delays {
  add(key: string, delayMs: number): void;
  clear(): void;
}

export function createDelays(clock: Clock, onDue: (key: string) => void): Delays {
  const waiting = new Map<string, { readonly due: number; readonly cancel: Cancel }>();
  return {
    add: (key, delayMs) => {
      const due = clock.monotonic() + delayMs;
      const before = waiting.get(key);
      if (before !== undefined && before.due <= due) return;
      before?.cancel();
      const cancel = clock.setTimeout(() => {
        waiting.delete(key);
        onDue(key);
      }, delayMs);
      waiting.set(key, { due, cancel });
    },
    clear: () => {
      for (const { cancel } of waiting.values()) cancel();
      waiting.clear();
    },
  };
}
