/** Bytes of all bodies that are held in memory at a time: many large ones at once are turned away, one is always taken. */
import { Rejection } from './rejection.ts';

export interface Buffered {
  readonly open: () => Holding;
}

export interface Holding extends Disposable {
  /** Throws once all holdings together are over the limit, unless this is the only one. */
  readonly add: (bytes: number) => void;
}

export function createBuffer(limit: number): Buffered {
  let total = 0;
  return {
    open: () => {
      let own = 0;
      return {
        add: (bytes) => {
          own += bytes;
          total += bytes;
          if (total > limit && total > own) {
            throw new Rejection(503, 'overloaded', 'Too many large messages come in just now; send it again.', { retryAfterSeconds: 5 });
          }
        },
        [Symbol.dispose]: () => {
          total -= own;
        },
      };
    },
  };
}
