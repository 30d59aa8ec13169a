/** `get_channel_info`: what a channel is, and whether Agent-SRE listens there. */
import { z } from 'zod';
import { defineTool, type Tool } from '../tool.ts';
import { connected, type SlackDeps } from './connected.ts';
import { channel } from './fields.ts';

export function getChannelInfo(deps: SlackDeps): Tool {
  return defineTool({
    name: 'get_channel_info',
    title: 'Look at a Slack channel',
    description:
      'Tells name and topic of a Slack channel, whether the bot is a member, and whether alerts that are posted there become Incidents. For what was said in a thread take get_thread_info.',
    effect: 'reads',
    core: false,
    input: z.object({ channel: channel() }),
    output: z.object({ id: z.string(), name: z.string(), topic: z.string(), isMember: z.boolean(), isWatched: z.boolean() }),
    run: async (input, call) => {
      const slack = await connected(deps, call, 'get');
      const { id, name, topic, isMember, isWatched } = await slack.channel(input.channel, call.signal);
      const words = [
        `#${name} (${id})${topic === '' ? '' : `: ${topic}`}`,
        isMember ? 'The bot is a member.' : `The bot is no member: invite it to #${name}.`,
        isWatched ? 'Alerts posted there become Incidents.' : 'Alerts posted there are not looked at.',
      ];
      return { text: words.join('\n'), data: { id, name, topic, isMember, isWatched } };
    },
  });
}
