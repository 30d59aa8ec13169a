/**
 * Lets only so many calls to models through at once; the others wait in order, before anything is reserved for them and before their time runs.
 *
 * A model answers few at a time anyway. What waits in its queue would hold a reservation each, and every write of the account would carry them all.
 */
import { createGate, type Gate } from '../kube/client/gate.ts';
import { ModelError } from './error.ts';
import type { LanguageModel } from './port.ts';

/** As many as there are connections to a server. */
export const CALLS_AT_ONCE = 8;

export const createPlaces = (): Gate => createGate(CALLS_AT_ONCE);

export function withPlaces(model: LanguageModel, places: Gate): LanguageModel {
  return {
    name: model.name,
    async chat(request) {
      const leave = await places.enter(request.signal).catch((cause: unknown) => {
        throw new ModelError('Aborted', `${model.name}: the caller gave up`, { cause });
      });
      try {
        return await model.chat(request);
      } finally {
        leave();
      }
    },
  };
}
