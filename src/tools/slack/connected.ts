/** Who may use the bot, and whether there is one. */
import { GROUP } from '../../crds/common.ts';
import { demand } from '../caller.ts';
import { ToolError } from '../errors.ts';
import type { Call } from '../tool.ts';
import type { Slack } from './port.ts';

export interface SlackDeps {
  /** Undefined where no workspace is configured. */
  readonly slack: Slack | undefined;
  /** Of the operator: what is said in Slack is about its Incidents. */
  readonly namespace: string;
}

/** The bot says and shows what stands in Incidents: to who may read them, and for who may change them. */
export async function connected({ slack, namespace }: SlackDeps, call: Call, verb: 'get' | 'update'): Promise<Slack> {
  await demand(call, { verb, group: GROUP, resource: 'incidents', namespace });
  if (slack !== undefined) return slack;
  throw new ToolError(
    'NotConfigured',
    'Slack is not configured in this Agent-SRE: no workspace is connected, so there is nothing to read or to write there.',
  );
}
