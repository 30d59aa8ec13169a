/** Who wants to hear that a record has changed, and who says so. Without the SDK, which is not loaded before somebody asks for it. */
import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';

export function createChanges(): ServerEventBus {
  const listeners = new Set<(event: ServerEvent) => void>();
  return {
    publish: (event) => {
      for (const listener of listeners) listener(event);
    },
    subscribe: (listener) => {
      // Each call is a subscription of its own.
      const own = (event: ServerEvent): void => listener(event);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}
