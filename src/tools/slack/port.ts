/** What the tools need of Slack, as the account of the bot sees it. Texts are cleaned and redacted. */

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly isMember: boolean;
  /** Whether messages in it become Incidents. */
  readonly isWatched: boolean;
}

export interface SlackMessage {
  /** As Slack names it: `1764408123.000100`. */
  readonly ts: string;
  readonly author: string;
  readonly text: string;
}

export interface SlackThread {
  readonly messages: readonly SlackMessage[];
  readonly total: number;
  /** The Incident that it is of, as `namespace/name`. */
  readonly incident: string | undefined;
}

export interface SlackStatus {
  readonly botUser: string;
  readonly workspace: string;
  readonly mode: 'socket' | 'http';
  readonly isConnected: boolean;
  readonly watchedChannels: readonly string[];
}

/** Each throws a ToolError. */
export interface Slack {
  /** `by` stands in the message: the bot speaks for somebody. Gives its `ts`. */
  reply(to: { readonly channel: string; readonly threadTs: string }, text: string, by: string, signal: AbortSignal): Promise<string>;
  channel(idOrName: string, signal: AbortSignal): Promise<SlackChannel>;
  thread(of: { readonly channel: string; readonly threadTs: string; readonly limit: number }, signal: AbortSignal): Promise<SlackThread>;
  status(signal: AbortSignal): Promise<SlackStatus>;
}
