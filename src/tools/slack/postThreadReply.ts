/** `post_thread_reply`: says something in a thread, for somebody and in their name. */
import { z } from 'zod';
import { defineTool, type Tool } from '../tool.ts';
import { connected, type SlackDeps } from './connected.ts';
import { channel, threadTs } from './fields.ts';

export function postThreadReply(deps: SlackDeps): Tool {
  return defineTool({
    name: 'post_thread_reply',
    title: 'Reply in a Slack thread',
    description:
      'Posts a message into an existing Slack thread, such as that of an Incident, with the name of who asks for it. It starts no thread, and it approves nothing: approval is a person’s own click or command.',
    effect: 'proposes',
    core: false,
    input: z.object({
      channel: channel(),
      thread_ts: threadTs(),
      text: z.string().trim().min(1).max(3000).describe('What to say, as Slack’s mrkdwn; at most 3,000 characters.'),
    }),
    output: z.object({ channel: z.string(), ts: z.string().describe('Slack’s id of the new message.') }),
    run: async ({ channel: where, thread_ts, text }, call) => {
      const slack = await connected(deps, call, 'update');
      const ts = await slack.reply({ channel: where, threadTs: thread_ts }, text, call.caller.username, call.signal);
      return { text: `Posted in the thread ${thread_ts} of ${where}.`, data: { channel: where, ts } };
    },
  });
}
