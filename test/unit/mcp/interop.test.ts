/** The clients that people's programs are made with, over each transport that they have: the same in all of them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type McpClient, OVER_NETWORK } from '../../support/mcpClients.ts';
import { echo, failing, type McpTestServer, notes, slow, startMcp } from '../../support/mcpEndpoint.ts';
import { untilTrue } from '../../support/until.ts';

describe.each(OVER_NETWORK)('$name', ({ connect }) => {
  let server: McpTestServer;
  let client: McpClient;
  let release: () => void;
  let aborted: boolean;
  const all = new Map([
    ['a', 'first'],
    ['b', 'second'],
  ]);

  beforeEach(async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    [release, aborted] = [resolve, false];
    const waiting = slow((signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
        resolve();
      });
      return promise;
    });
    server = await startMcp({
      tools: [echo, failing, waiting],
      kinds: [notes(all)],
      lookUpNames: async (names) => [`${names}-x`, `${names}-y`],
    });
    client = await connect({ url: server.url });
  });
  afterEach(async () => {
    release();
    await client.close();
    await server.stop();
  });

  test('lists, calls, and finds the answer as its schema says', async () => {
    expect(await client.tools()).toEqual(['echo', 'failing', 'slow']);
    expect(await client.call('echo', { text: 'hi' })).toEqual({ text: 'hi', data: { said: ['hi'], to: 'alice' }, isError: false });
  });

  test('is told what is wrong, by a result', async () => {
    expect(await client.call('echo', { text: 5 })).toMatchObject({ isError: true, text: expect.stringContaining('text: ') });
    expect(await client.call('failing', { how: 'inside' })).toMatchObject({ isError: true, text: expect.not.stringContaining('hunter2') });
    await expect(client.call('approve_plan')).rejects.toThrow('There is no tool "approve_plan" here.');
  });

  test('hears how far a call is', async () => {
    const heard: unknown[] = [];
    const call = client.call('slow', {}, { onprogress: (progress) => heard.push(progress) });
    await untilTrue('it is half way', () => heard.length === 2);
    release();
    expect((await call).data).toEqual({ done: true });
    expect(heard.slice(0, 2)).toEqual([
      expect.objectContaining({ progress: 1, total: 3, message: 'begun' }),
      expect.objectContaining({ progress: 2, total: 3, message: 'half way' }),
    ]);
  });

  test('ends a call that it does not wait for any more', async () => {
    const leaving = new AbortController();
    const call = client.call('slow', {}, { signal: leaving.signal, onprogress: () => leaving.abort(new Error('never mind')) });
    await expect(call).rejects.toThrow('never mind');
    await untilTrue('the tool is told', () => aborted);
  });

  test('reads resources, and not what it may not see', async () => {
    expect(await client.resources()).toEqual(['note://a', 'note://b']);
    expect(await client.read('note://a')).toBe('first');
    await expect(client.read('note://secret')).rejects.toThrow(/alice may not get notes secret/u);
    await expect(client.read('note://c')).rejects.toThrow(/There is no note c/u);
    await expect(client.read('other://c')).rejects.toThrow(/There are no such resources; there are note:\/\/\{name\}/u);
  });

  test('hears of what it has subscribed to, and of nothing else', async () => {
    const heard: string[] = [];
    await client.subscribe('note://a', (what) => heard.push(what));
    // A stream of the older protocol opens beside the call: what happens before is not heard.
    await untilTrue('a change is heard', () => {
      server.changes.publish({ kind: 'resource_updated', uri: 'note://a' });
      return heard.length > 0;
    });
    server.changes.publish({ kind: 'resource_updated', uri: 'note://b' });
    server.changes.publish({ kind: 'resources_list_changed' });
    await untilTrue('the list is heard of', () => heard.includes('list'));
    expect(new Set(heard)).toEqual(new Set(['note://a', 'list']));
  });

  test('cannot subscribe to what it may not see', async () => {
    await expect(client.subscribe('note://secret', () => undefined)).rejects.toThrow(/alice may not get notes secret/u);
  });

  test('is given prompts, with names completed', async () => {
    expect(await client.prompt('explain_incident', { incident: 'inc-1' })).toMatch(/^Explain Incident inc-1: /u);
    expect(await client.complete('explain_incident', 'incident', 'incident-y')).toEqual(['incident-y']);
    await expect(client.prompt('explain_incident', {})).rejects.toThrow(/incident is missing/u);
  });
});
