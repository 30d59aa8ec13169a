import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Chat } from '../../../src/chat/port.ts';
import { type RestServer, startRest } from '../../support/restServer.ts';

type EventsOf = (body: ReadableStream<Uint8Array>) => AsyncIterable<{ readonly event: string; readonly data: unknown }>;
const page = new URL('../../../examples/web-chat/events.js', import.meta.url);
const { eventsOf } = (await import(page.href)) as { readonly eventsOf: EventsOf };

let server: RestServer | undefined;
afterEach(() => server?.stop());

const chat: Chat = {
  ask: async (_, __, onEvent) => {
    onEvent?.({ type: 'text', text: 'a\n\nb: é' });
    return { response: 'a', timestamp: 't', conversationId: 'c', evidence: [] };
  },
};

describe('the example page', () => {
  test('reads what the server streams, wherever it is cut', async () => {
    server = await startRest({ chat });
    const headers = { accept: 'text/event-stream' };
    const answer = await fetch(`${server.url}/api/v1/jamie/chat`, { method: 'POST', headers, body: '{"message": "hi"}' });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const whole = [
      { event: 'token', data: { text: 'a\n\nb: é' } },
      { event: 'final', data: { response: 'a', timestamp: 't', conversationId: 'c', evidence: [] } },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.slice(at[index], end));
        const read = [];
        for await (const event of eventsOf(ReadableStream.from(pieces) as ReadableStream<Uint8Array>)) read.push(event);
        expect(read).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });
});
