/** The tools of Slack. */
import type { Tool } from '../tool.ts';
import type { SlackDeps } from './connected.ts';
import { getAgentStatus } from './getAgentStatus.ts';
import { getChannelInfo } from './getChannelInfo.ts';
import { getThreadInfo } from './getThreadInfo.ts';
import { postThreadReply } from './postThreadReply.ts';

export function slackTools(deps: SlackDeps): readonly Tool[] {
  return [postThreadReply(deps), getChannelInfo(deps), getThreadInfo(deps), getAgentStatus(deps)];
}
