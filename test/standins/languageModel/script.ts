/** What the stand-in of a language model is told to do with a call, and what it remembers of it. */

export interface ScriptedCall {
  readonly name: string;
  /** An object, or raw text where the protocol carries text. */
  readonly arguments: unknown;
}

export type Reply =
  /** Says this, in pieces, as a model that works. */
  | {
      readonly kind: 'says';
      readonly text?: string;
      readonly calls?: readonly ScriptedCall[];
      readonly finish?: 'stop' | 'length';
      readonly outputTokens?: number;
    }
  /** Refuses. */
  | { readonly kind: 'fails'; readonly status: number; readonly message: string; readonly headers?: Readonly<Record<string, string>> }
  /** Sends these bytes as the body of a 200. */
  | { readonly kind: 'raw'; readonly body: string; readonly contentType?: string }
  /** A piece of the text each time, for as long as anybody listens. */
  | { readonly kind: 'drips'; readonly text: string; readonly everyMs: number }
  /** Takes the call and never answers. */
  | { readonly kind: 'silent' }
  /** Well-formed pieces without end, as fast as they are taken. */
  | { readonly kind: 'endless' }
  /** One line without end. */
  | { readonly kind: 'endlessLine' }
  /** Says this and closes the connection in the middle. */
  | { readonly kind: 'breaksOff'; readonly text: string }
  /** Says this, then reports an error within the stream. */
  | { readonly kind: 'errsLate'; readonly text: string; readonly message: string };

export interface Ask {
  readonly protocol: 'ollama' | 'openai';
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** As this server counts. */
  readonly promptTokens: number;
  /** Content of all messages, in order. */
  readonly text: string;
}

/** The replies in order, the last one again and again; or one made from each ask. */
export type Script = readonly [Reply, ...Reply[]] | ((ask: Ask, index: number) => Reply);

export const replyOf = (script: Script, ask: Ask, index: number): Reply =>
  typeof script === 'function' ? script(ask, index) : (script[Math.min(index, script.length - 1)] ?? script[0]);

/** Pieces as common tokenizers make them: parts of words, up to three digits, each mark by itself. */
export function countTokens(text: string): number {
  return text.match(/ ?[A-Za-z]{1,6}|[0-9]{1,3}|[^\sA-Za-z0-9]|\s+/gu)?.length ?? 0;
}
