/**
 * MCP servers from the configuration: the tools of a preset, unless the configuration names its own.
 *
 * The SDK is loaded when the first session is opened: where no server is configured it takes no memory.
 */
import type { Config } from '../config.ts';
import { type ForeignTools, foreignTools } from '../investigate/foreignTools.ts';
import { openAll } from '../sources/mcp/all.ts';
import { MCP_PRESETS } from '../sources/mcp/presets.ts';
import type { McpServer } from '../sources/mcp/session.ts';
import { createCleaner } from '../sources/text.ts';
import type { Parts } from './parts.ts';

type Deps = Pick<Parts, 'clock' | 'redactor'> & { readonly config: Pick<Config, 'sources'> };

/** Opens the sessions of one investigation; undefined where no server is configured. */
export function createForeignTools({ config, clock, redactor }: Deps): ((signal: AbortSignal) => Promise<ForeignTools>) | undefined {
  const servers = mcpServersOf(config);
  if (servers.length === 0) return undefined;
  const deps = { clock, cleaner: createCleaner(redactor.text) };
  return async (signal) => {
    const { openMcp } = await import('../sources/mcp/session.ts');
    return foreignTools(await openAll(servers, (server) => openMcp(server, deps, signal)));
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
