/**
 * MCP servers from the configuration: the tools of a preset, unless the configuration names its own.
 *
 * The SDK is loaded when the first session is opened: where no server is configured it takes no memory.
 */
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type McpSessions, openAll } from '../sources/mcp/all.ts';
import { MCP_PRESETS } from '../sources/mcp/presets.ts';
import type { McpServer } from '../sources/mcp/session.ts';
import type { Cleaner } from '../sources/text.ts';

export interface McpSource {
  /** Sessions for one investigation, to be closed at its end. */
  open(signal?: AbortSignal): Promise<McpSessions>;
}

export function createMcpSource(config: Pick<Config, 'sources'>, deps: { readonly clock: Clock; readonly cleaner: Cleaner }): McpSource {
  const servers = mcpServersOf(config);
  return {
    open: async (signal) => {
      if (servers.length === 0) return openAll([], () => Promise.reject(new Error('there is none')));
      const { openMcp } = await import('../sources/mcp/session.ts');
      return openAll(servers, (server) => openMcp(server, deps, signal));
    },
  };
}

export function mcpServersOf({ sources }: Pick<Config, 'sources'>): readonly McpServer[] {
  return sources.mcp.map(({ name, preset, tools, maxCalls, timeoutSeconds, maxKilobytes, ...address }) => ({
    name,
    address: addressOf(address),
    tools: tools ?? (preset === undefined ? [] : MCP_PRESETS[preset].tools),
    maxCalls,
    timeoutMs: timeoutSeconds * 1000,
    maxBytes: maxKilobytes * 1024,
  }));
}

type Configured = Omit<Config['sources']['mcp'][number], 'name' | 'preset' | 'tools' | 'maxCalls' | 'timeoutSeconds' | 'maxKilobytes'>;

function addressOf({ url, headers, bearerTokenFile, command = '', args, environment, environmentFiles }: Configured): McpServer['address'] {
  if (url !== undefined) return { kind: 'http', url, headers, bearerTokenFile };
  return { kind: 'stdio', command, args, environment, environmentFiles };
}
