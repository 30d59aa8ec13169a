/** `get_agent_status`: whether Jamie is there in Slack. */
import { z } from 'zod';
import { defineTool, type Tool } from '../tool.ts';
import { connected, type SlackDeps } from './connected.ts';

export function getAgentStatus(deps: SlackDeps): Tool {
  return defineTool({
    name: 'get_agent_status',
    title: 'Is Jamie there in Slack?',
    description:
      'Tells whether Jamie’s bot is connected to Slack, as whom, in which workspace, and which channels it watches for alerts. For the health of the cluster and of Agent-SRE take health_check.',
    effect: 'reads',
    core: false,
    input: z.object({}),
    output: z.object({
      botUser: z.string(),
      workspace: z.string(),
      mode: z.enum(['socket', 'http']),
      isConnected: z.boolean(),
      watchedChannels: z.array(z.string()),
    }),
    run: async (_input, call) => {
      const slack = await connected(deps, call, 'get');
      const { botUser, workspace, mode, isConnected, watchedChannels } = await slack.status(call.signal);
      const where = `${botUser} in ${workspace}, by ${mode === 'socket' ? 'Socket Mode' : 'HTTP'}`;
      const watched = watchedChannels.length === 0 ? 'It watches no channel.' : `It watches ${watchedChannels.join(', ')}.`;
      return {
        text: `Jamie is ${isConnected ? 'connected' : 'not connected'}: ${where}. ${watched}`,
        data: { botUser, workspace, mode, isConnected, watchedChannels: [...watchedChannels] },
      };
    },
  });
}
