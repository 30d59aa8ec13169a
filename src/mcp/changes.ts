/** Who wants to hear that a record has changed, and who says so. What has changed is read again by who may: a change carries no more than a URI. */

export interface Change {
  readonly uri: string;
  /** It is new, or gone: the list of resources is another one. */
  readonly isListChange: boolean;
}

export interface Changes {
  publish(change: Change): void;
  /** Gives what ends it. */
  subscribe(listener: (change: Change) => void): () => void;
}

export function createChanges(): Changes {
  const listeners = new Set<(change: Change) => void>();
  return {
    publish: (change) => {
      for (const listener of listeners) listener(change);
    },
    subscribe: (listener) => {
      // Each call is a subscription of its own.
      const own = (change: Change): void => listener(change);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}
