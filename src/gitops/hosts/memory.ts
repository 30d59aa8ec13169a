/** Answers that a host has marked with an ETag, for asking conditionally: the last hundred. */

interface Known {
  readonly etag: string;
  readonly json: unknown;
}

export interface Memory {
  readonly get: (address: string) => Known | undefined;
  readonly set: (address: string, known: Known) => void;
}

const MOST = 100;

export function createMemory(): Memory {
  const kept = new Map<string, Known>();
  return {
    get: (address) => kept.get(address),
    set: (address, known) => {
      kept.delete(address);
      kept.set(address, known);
      const [oldest] = kept.keys();
      if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
    },
  };
}
