/** MCP servers from the configuration: the tools of a preset, unless the configuration names its own. */
import type { Config } from '../config.ts';
import { MCP_PRESETS } from '../sources/mcp/presets.ts';
import type { McpServer } from '../sources/mcp/session.ts';

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
