import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { createMcpSource } from '../../../../src/compose/mcp.ts';
import { configSchema } from '../../../../src/config/schema.ts';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { metricsServer, type RunningServer, serve, serveOlder } from '../../../support/mcpServers.ts';

const deps = { clock: systemClock, cleaner: createCleaner(createRedactor().text) };
const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
async function started(server: Promise<RunningServer>): Promise<RunningServer> {
  running.push(await server);
  return server;
}
const source = (...mcp: readonly object[]) => createMcpSource(configSchema.parse({ sources: { mcp } }), deps);

describe('all MCP servers', () => {
  test('are none where none is configured', async () => {
    expect(await source().open()).toMatchObject({ sessions: [], gaps: [] });
  });

  test('are those that open; the others are gaps, and so are tools that are not called', async () => {
    const { url } = await started(serve(() => metricsServer()));
    const mcp = source(
      { name: 'good', url, tools: ['get_metric', 'delete_metric'] },
      { name: 'gone', url: 'http://127.0.0.1:1/mcp', tools: ['x'] },
    );
    const { sessions, gaps, close } = await mcp.open();
    expect(sessions.map(({ name, allowed }) => [name, allowed.map((tool) => tool.name)])).toEqual([['good', ['get_metric']]]);
    expect(gaps).toMatchObject([
      { source: 'mcp', reason: 'Unavailable', message: expect.stringContaining('open gone') },
      { source: 'mcp', reason: 'NotConfigured', message: expect.stringContaining('delete_metric (the server says that it writes)') },
    ]);
    await close();
  });

  test('may speak the older revision of the protocol alone', async () => {
    const { url } = await started(serveOlder(() => metricsServer()));
    const { sessions, gaps, close } = await source({ name: 'older', url, tools: ['get_metric'] }).open();
    expect(gaps).toEqual([]);
    expect((await sessions[0]?.call('get_metric', { name: 'cpu' }))?.lines[0]).toBe('cpu is 42');
    await close();
  });
});
