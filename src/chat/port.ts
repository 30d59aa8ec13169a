/** Talking with Jamie, whatever the way in: one question, one answer, and what happens on the way to it. */
import type { Call } from '../tools/tool.ts';

export interface ChatQuestion {
  /** At most 8,000 characters. */
  readonly message: string;
  /** Of an earlier answer, to go on from there. It is its owner's: somebody else's counts as unknown. Absent: a new one. */
  readonly conversationId?: string | undefined;
  /** What the asker has in front of them, such as the name of an Incident; not a question. */
  readonly context?: string | undefined;
}

/** What an answer rests on: one call of a tool. */
export interface ChatEvidence {
  /** As the answer cites it: `e1`. */
  readonly id: string;
  readonly tool: string;
  /** What was asked, in a line: the PromQL, the object, the selector. */
  readonly query: string;
  /** RFC 3339. */
  readonly at: string;
  readonly summary: string;
}

export interface ChatReply {
  readonly response: string;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly conversationId: string;
  readonly evidence: readonly ChatEvidence[];
}

export type ChatEvent =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'tool';
      readonly id: string;
      readonly tool: string;
      readonly query: string;
      readonly state: 'begun' | 'done' | 'failed';
    };

export interface Chat {
  /** Ends when the call's signal aborts. The pieces of `text` events make up `response`. Throws ToolErrors. */
  ask(question: ChatQuestion, call: Call, onEvent?: (event: ChatEvent) => void): Promise<ChatReply>;
}
