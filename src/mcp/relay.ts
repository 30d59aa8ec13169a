/** A stream of events to somebody who may not read it: what waits for them is bounded, and one who lets it grow loses the stream. */

/** Thousands of notifications; nobody who reads is ever so far behind. */
const MAX_UNREAD = 1024 * 1024;

/** Of any other answer, the same. @param hangUp for who does not read: an end in order would wait behind all the rest */
export function relayed(response: Response, hangUp: () => void): Response {
  const { body, status, headers } = response;
  if (body === null || !(headers.get('content-type') ?? '').startsWith('text/event-stream')) return response;
  return new Response(boundedStream(body, hangUp), { status, headers });
}

function boundedStream(body: ReadableStream<Uint8Array>, hangUp: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const pump = async (to: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return to.close();
      if ((to.desiredSize ?? 0) <= 0) {
        hangUp();
        return reader.cancel();
      }
      to.enqueue(value);
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (to) => {
        pump(to).catch((error: unknown) => {
          // Whichever of the two has ended it already.
          reader.cancel(error).catch(() => undefined);
          to.error(error);
        });
      },
      cancel: (reason) => reader.cancel(reason),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_UNREAD }),
  );
}
