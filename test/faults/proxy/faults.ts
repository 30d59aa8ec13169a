/** The faults that API servers and networks really show, for `FaultProxy.inject`. */
import type { Fault, SeenRequest } from './faultProxy.ts';

type Matches = (request: SeenRequest) => boolean;

export const watches: Matches = ({ isWatch }) => isWatch;
export const lists: Matches = ({ isList }) => isList;
export const everything: Matches = () => true;

/** metav1.Status, as the API server answers. */
function status(code: number, reason: string, message: string): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code });
}

export function internalError(matches: Matches, times: number): Fault {
  return { matches, times, answer: () => ({ status: 500, body: status(500, 'InternalError', 'an injected failure') }) };
}

export function tooManyRequests(matches: Matches, times: number, retryAfterSeconds: number): Fault {
  const headers = { 'retry-after': String(retryAfterSeconds) };
  return { matches, times, answer: () => ({ status: 429, headers, body: status(429, 'TooManyRequests', 'an injected overload') }) };
}

export function goneAsStatus(matches: Matches, times: number): Fault {
  return { matches, times, answer: () => ({ status: 410, body: status(410, 'Expired', 'an injected expiry') }) };
}

/** The watch is accepted, and its first event says that the version is too old. */
export function goneInStream(times: number): Fault {
  const event = JSON.stringify({ type: 'ERROR', object: JSON.parse(status(410, 'Expired', 'an injected expiry')) });
  return { matches: watches, times, answer: () => ({ status: 200, body: `${event}\n` }) };
}

/** After `events` whole events the stream breaks, in the middle of the next one. */
export function truncatedLine(events: number, times: number): Fault {
  return {
    matches: watches,
    times,
    body: async function* (chunks) {
      let left = events;
      for await (const line of linesOf(chunks)) {
        if (left-- > 0) yield line;
        else {
          yield line.subarray(0, Math.floor(line.length / 2));
          return;
        }
      }
    },
  };
}

/** Every event comes twice, and the first of all once more after each. */
export function repeatedEvents(times: number): Fault {
  return {
    matches: watches,
    times,
    body: async function* (chunks) {
      let first: Buffer | undefined;
      for await (const line of linesOf(chunks)) {
        first ??= line;
        yield Buffer.concat([line, line, first]);
      }
    },
  };
}

/** A piece of an event is there twice, so that its line is no JSON. */
export function doubledBytes(times: number): Fault {
  return {
    matches: watches,
    times,
    body: async function* (chunks) {
      for await (const line of linesOf(chunks)) yield Buffer.concat([line.subarray(0, 40), line.subarray(20)]);
    },
  };
}

/** After `events` events and a part of the next one no more bytes come, and the stream stays open. */
export function frozenStream(events: number, times: number): Fault {
  return {
    matches: watches,
    times,
    body: async function* (chunks) {
      let left = events;
      for await (const line of linesOf(chunks)) {
        if (left-- > 0) yield line;
        else if (left === -1) yield line.subarray(0, Math.floor(line.length / 2));
      }
    },
  };
}

/** Lists are answered with what the API server said to the first of them, as a replica does that has lost touch. */
export function staleLists(times: number): Fault {
  let old: readonly Buffer[] | undefined;
  return {
    matches: lists,
    times: times + 1,
    body: async function* (chunks) {
      const fresh: Buffer[] = [];
      for await (const chunk of chunks) fresh.push(chunk);
      old ??= fresh;
      yield* old;
    },
  };
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
  }
}
