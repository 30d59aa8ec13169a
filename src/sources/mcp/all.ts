/** All configured MCP servers for one investigation: those that open, and a gap for each that does not, or whose tools are not what was expected. */
import type { Gap } from '../../crds/investigation.ts';
import { gapOf, SourceError } from '../gap.ts';
import type { McpServer, McpSession } from './session.ts';

export interface McpSessions {
  readonly sessions: readonly McpSession[];
  readonly gaps: readonly Gap[];
  readonly close: () => Promise<void>;
}

const MOST_NAMED = 5;

/** @param open opens one; it rejects with a SourceError */
export async function openAll(servers: readonly McpServer[], open: (server: McpServer) => Promise<McpSession>): Promise<McpSessions> {
  const opened = await Promise.allSettled(servers.map(open));
  const sessions = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = opened.flatMap((each, index) =>
    each.status === 'rejected' ? [gapOf('mcp', `open ${servers[index]?.name ?? 'a server'}`, each.reason)] : [],
  );
  return {
    sessions,
    gaps: [...failed, ...sessions.flatMap(refusedBy)],
    close: async () => {
      await Promise.all(sessions.map((session) => session.close()));
    },
  };
}

function refusedBy({ name, refused }: McpSession): Gap[] {
  if (refused.length === 0) return [];
  const named = refused.slice(0, MOST_NAMED).map(({ name: tool, why }) => `${tool} (${why})`);
  const more = refused.length > MOST_NAMED ? ` and ${refused.length - MOST_NAMED} more` : '';
  return [gapOf('mcp', `use tools of ${name}`, new SourceError('NotConfigured', `not called: ${named.join(', ')}${more}`))];
}
