import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createForeignTools } from '../../../../src/compose/mcp.ts';
import { configSchema } from '../../../../src/config/schema.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { metricsServer, type RunningServer, serve, serveOlder } from '../../../support/mcpServers.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
async function started(server: Promise<RunningServer>): Promise<RunningServer> {
  running.push(await server);
  return server;
}
const none = new AbortController().signal;
const opened = (...mcp: readonly object[]) => {
  const open = createForeignTools({ config: configSchema.parse({ sources: { mcp } }), clock: systemClock, redactor: createRedactor() });
  return open?.(none);
};

describe('all MCP servers', () => {
  test('are none where none is configured', () => {
    expect(opened()).toBeUndefined();
  });

  test('are those that open; the others are gaps, and so are tools that are not called', async () => {
    const { url } = await started(serve(() => metricsServer()));
    const mcp = await opened(
      { name: 'good', url, tools: ['get_metric', 'delete_metric'] },
      { name: 'gone', url: 'http://127.0.0.1:1/mcp', tools: ['x'] },
    );
    expect(mcp?.tools.map(({ name }) => name)).toEqual(['mcp_good_get_metric']);
    expect(mcp?.gaps).toMatchObject([
      { source: 'mcp', reason: 'Unavailable', message: expect.stringContaining('open gone') },
      { source: 'mcp', reason: 'NotConfigured', message: expect.stringContaining('delete_metric (the server says that it writes)') },
    ]);
    await mcp?.close();
  });

  test('may speak the older revision of the protocol alone', async () => {
    const { url } = await started(serveOlder(() => metricsServer()));
    const mcp = await opened({ name: 'older', url, tools: ['get_metric'] });
    expect(mcp?.gaps).toEqual([]);
    expect(await mcp?.tools[0]?.call({ name: 'cpu' }, none)).toContain('cpu is 42');
    await mcp?.close();
  });

  test('answer with why, and not with the server’s words, where a call fails', async () => {
    const { url } = await started(serve(() => metricsServer()));
    const mcp = await opened({ name: 'good', url, tools: ['get_metric'], maxCalls: 1 });
    await mcp?.tools[0]?.call({ name: 'cpu' }, none);
    expect(await mcp?.tools[0]?.call({ name: 'cpu' }, none)).toBe('The tool could not be used: TooLarge.');
    await mcp?.close();
  });
});
