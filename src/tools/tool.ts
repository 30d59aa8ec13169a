/**
 * What can be asked of Agent-SRE: one definition a question, behind REST, MCP and Jamie alike.
 *
 * A tool looks, or proposes: none approves, writes to Git or changes the cluster. It checks what it is given against its own schema, asks
 * whether its caller may see what it is about to show, and ends with an answer or a `ToolError` that may be shown as it is.
 */
import type { z } from 'zod';
import type { Caller } from './caller.ts';
import { invalid } from './errors.ts';

export interface Call {
  readonly caller: Caller;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The way in, which stands in what is made of it. Absent: REST. */
  readonly via?: 'MCP' | 'REST' | 'Slack' | 'Telegram' | undefined;
  /** For somebody who waits: how much is done, of how much, and what is being done. */
  readonly progress?: ((done: number, total: number | undefined, message: string) => void) | undefined;
}

export interface Answer<Data = Readonly<Record<string, unknown>>> {
  /** For a person and for a model: the interesting first, how to get the rest last. Cleaned and redacted. */
  readonly text: string;
  /** The same for programs: the numbers behind the text, in the shape of `output`. */
  readonly data: Data;
}

export interface ToolInfo {
  /** As MCP lists it: a contract. */
  readonly name: string;
  readonly title: string;
  /** For a model that has to choose: what it gives, when to take it, and when another. */
  readonly description: string;
  /** `proposes`: it creates an Incident, an Investigation or a proposed plan. */
  readonly effect: 'reads' | 'proposes';
  /** In the short set for small models, which has one tool a job. */
  readonly core: boolean;
}

export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> extends ToolInfo {
  /** Unknown fields are ignored; every field has a description. */
  readonly input: Input;
  readonly output: Output;
  readonly run: (input: z.output<Input>, call: Call) => Promise<Answer<z.input<Output>>>;
}

export interface Tool extends ToolInfo {
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** @param input unchecked; what does not fit is a ToolError `Invalid` that names each field */
  readonly run: (input: unknown, call: Call) => Promise<Answer>;
}

export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(definition: ToolDefinition<Input, Output>): Tool {
  const { input: schema, run } = definition;
  return {
    ...definition,
    run: async (input, call) => {
      const parsed = schema.safeParse(input ?? {});
      if (!parsed.success) throw invalid(parsed.error.issues);
      return run(parsed.data, call);
    },
  };
}
