import { describe, expect, test } from 'vitest';
import { mcpServersOf } from '../../../src/compose/mcp.ts';
import { MCP_PRESET_NAMES, mcpServers } from '../../../src/config/mcpServers.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { MCP_PRESETS } from '../../../src/sources/mcp/presets.ts';

const parse = (...mcp: readonly object[]) => mcpServersOf(configSchema.parse({ sources: { mcp } }));
const problems = (...given: readonly object[]) =>
  mcpServers.safeParse(given).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];

describe('MCP servers', () => {
  test('are none unless they are configured', () => {
    expect(parse()).toEqual([]);
    expect(configSchema.parse({}).sources.mcp).toEqual([]);
  });

  test('take the tools of a preset', () => {
    const [server] = parse({ name: 'grafana', url: 'https://mcp.example.com/mcp', preset: 'grafana', bearerTokenFile: '/t' });
    expect(server).toMatchObject({
      name: 'grafana',
      address: { kind: 'http', url: 'https://mcp.example.com/mcp', bearerTokenFile: '/t' },
      maxCalls: 10,
      timeoutMs: 10_000,
      maxBytes: 2 ** 20,
    });
    expect(server?.tools).toEqual(MCP_PRESETS.grafana.tools);
  });

  test('take the tools that are named in place of those of the preset', () => {
    expect(
      parse({
        name: 'db',
        command: '/bin/db',
        args: ['--readOnly'],
        preset: 'mongodb',
        tools: ['db-stats'],
        environmentFiles: { URI: '/u' },
      }),
    ).toMatchObject([
      { address: { kind: 'stdio', command: '/bin/db', args: ['--readOnly'], environmentFiles: { URI: '/u' } }, tools: ['db-stats'] },
    ]);
  });

  const good = { name: 'a', url: 'https://mcp.example.com', tools: ['get'] };
  test.each<{ name: string; given: readonly object[]; want: string }>([
    { name: 'both a url and a command', given: [{ ...good, command: 'x' }], want: '0.url write either url or command' },
    { name: 'neither', given: [{ name: 'a', tools: ['get'] }], want: '0.url write either url or command' },
    {
      name: 'no tools',
      given: [{ name: 'a', url: 'https://x' }],
      want: '0.tools is missing; name the tools that may be called, or a preset',
    },
    { name: 'an empty list of tools', given: [{ ...good, tools: [] }], want: '0.tools is empty; name the tools that may be called' },
    {
      name: 'a scheme of another kind',
      given: [{ ...good, url: 'file:///etc' }],
      want: '0.url is no address of http or https; write one like https://mcp.example.com/mcp',
    },
    {
      name: 'a password in the url',
      given: [{ ...good, url: 'https://u:p@x' }],
      want: '0.url has a user name or password in it; put a token into a file and name it in bearerTokenFile',
    },
    {
      name: 'a token for a command',
      given: [{ name: 'a', command: 'x', tools: ['get'], bearerTokenFile: '/t' }],
      want: '0.bearerTokenFile is for a url; give a command its token by environmentFiles',
    },
    { name: 'arguments for a url', given: [{ ...good, args: ['x'] }], want: '0.args is for a command, and this is a url' },
    { name: 'a name twice', given: [good, good], want: '1.name "a" is the name of another one; give each its own' },
    {
      name: 'a variable that is none',
      given: [{ name: 'a', command: 'x', tools: ['get'], environment: { 'A=B': '1' } }],
      want: '0.environment.A=B is no name of a variable',
    },
  ])('are refused with $name', ({ given, want }) => {
    expect(problems(...given)).toEqual([want]);
  });

  test('have a preset for every name, and a name for every preset', () => {
    expect(Object.keys(MCP_PRESETS).toSorted()).toEqual([...MCP_PRESET_NAMES].toSorted());
  });
});
