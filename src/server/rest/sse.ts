/**
 * An answer of Server-Sent Events. A comment now and then keeps whatever is in between from taking the silence for the end, and tells us who
 * has gone.
 *
 * Nothing piles up: a client that has not read anything for a while, or far less than it was sent, loses its connection, and what was
 * being done for it ends.
 */
import type { Clock } from '../../clock.ts';

export interface EventsOptions {
  readonly clock: Pick<Clock, 'setTimeout'>;
  readonly hangUp: () => void;
  /** Told once, when there is nobody to send to any more. */
  readonly onGone: (why: Error) => void;
}

export interface Events {
  readonly response: Response;
  /** Does nothing once the client has gone. */
  readonly send: (event: string, data: object) => void;
  readonly end: () => void;
}

const HEARTBEAT_MS = 15_000;
const MAX_UNREAD_BYTES = 256 * 1024;
const MAX_UNREAD_MS = 30_000;
/** Handed to the socket ahead of its asking. */
const AHEAD_BYTES = 16 * 1024;

export function openEvents({ clock, hangUp, onGone }: EventsOptions): Events {
  const encoder = new TextEncoder();
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  let cancelHeartbeat = (): void => undefined;
  let cancelWait: (() => void) | undefined;
  const close = (): void => {
    cancelHeartbeat();
    sink?.close();
    sink = undefined;
  };
  const giveUp = (): void => {
    cancelWait?.();
    close();
    hangUp();
    onGone(new Error('the client does not read what it is sent'));
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        sink = controller;
      },
      pull: () => {
        cancelWait?.();
        cancelWait = undefined;
      },
      cancel: () => {
        cancelWait?.();
        cancelHeartbeat();
        sink = undefined;
        onGone(new Error('the client has gone'));
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: AHEAD_BYTES }),
  );
  const write = (text: string): void => {
    if (sink === undefined) return;
    sink.enqueue(encoder.encode(text));
    const unread = AHEAD_BYTES - (sink.desiredSize ?? AHEAD_BYTES);
    if (unread > MAX_UNREAD_BYTES) giveUp();
    else if (unread >= AHEAD_BYTES) cancelWait ??= clock.setTimeout(giveUp, MAX_UNREAD_MS);
  };
  const beat = (): void => {
    cancelHeartbeat = clock.setTimeout(() => {
      write(': still at it\n\n');
      beat();
    }, HEARTBEAT_MS);
  };
  beat();
  return {
    // chunked, so that the head of the answer goes out before there is an event
    response: new Response(stream, {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'transfer-encoding': 'chunked', 'x-accel-buffering': 'no' },
    }),
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    end: close,
  };
}
