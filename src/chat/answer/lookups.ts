/**
 * What is looked up for one answer: calls of tools on behalf of who asks, each a piece of evidence with an id.
 *
 * Only tools that read are called, whoever names another; a call is bounded in time, all of them in number, and the same one is made once. What a tool
 * refuses is an answer too: it says what could not be seen.
 */
import type { Clock } from '../../clock.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import type { Logger } from '../../kube/logger.ts';
import { OutOfTime, within } from '../../sources/within.ts';
import { cut } from '../../text/layout.ts';
import { oneLine } from '../../text/plain.ts';
import { ToolError } from '../../tools/errors.ts';
import type { Tools } from '../../tools/registry.ts';
import type { Call, Tool } from '../../tools/tool.ts';
import type { ChatEvent, ChatEvidence } from '../port.ts';

export interface Looked {
  /** `e1`. */
  readonly id: string;
  readonly tool: string;
  readonly outcome: 'seen' | 'refused';
  /** What the tool says, or why it says nothing. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Lookups {
  /** Tools that may be called here. */
  readonly tools: readonly Tool[];
  /** Undefined where there is no such tool that reads. */
  readonly tool: (name: string) => Tool | undefined;
  /** Throws what the call's signal aborts with. */
  readonly look: (tool: Tool, input: Readonly<Record<string, unknown>>) => Promise<Looked>;
  readonly looked: () => readonly Looked[];
  readonly evidence: () => readonly ChatEvidence[];
  /** Whether another one may be made. */
  readonly isSpent: () => boolean;
}

export interface LookupDeps {
  readonly tools: Tools;
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  readonly logger: Logger;
}

/** Jamie does not ask Jamie. */
const OWN_TOOLS: ReadonlySet<string> = new Set(['ask_jamie', 'sre_chat']);
const MOST_LOOKUPS = 12;
const TIMEOUT_MS = 20_000;
const LONGEST_QUERY = 300;
const LONGEST_SUMMARY = 240;

export function createLookups({ tools, clock, logger }: LookupDeps, call: Call, onEvent: (event: ChatEvent) => void): Lookups {
  const readable = tools.list().filter(({ name, effect }) => effect === 'reads' && !OWN_TOOLS.has(name));
  const byName = new Map(readable.map((tool) => [tool.name, tool]));
  const made = new Map<string, Promise<Looked>>();
  const looked: Looked[] = [];
  const evidence: ChatEvidence[] = [];
  const make = async (tool: Tool, input: Readonly<Record<string, unknown>>, id: string): Promise<Looked> => {
    const query = queryOf(input);
    const told = { type: 'tool', id, tool: tool.name, query } as const;
    onEvent({ ...told, state: 'begun' });
    const found = await ask(tool, input, id, call, { clock, logger });
    onEvent({ ...told, state: found.outcome === 'seen' ? 'done' : 'failed' });
    looked.push(found);
    const at = new Date(clock.now()).toISOString();
    evidence.push({ id, tool: tool.name, query, at, summary: cut(oneLine(firstLine(found.text)), LONGEST_SUMMARY) });
    return found;
  };
  const inOrder = <T extends { readonly id: string }>(items: readonly T[]): readonly T[] =>
    items.toSorted((a, b) => numberOf(a.id) - numberOf(b.id));
  return {
    tools: readable,
    tool: (name) => byName.get(name),
    look: (tool, input) => {
      if (!byName.has(tool.name)) throw new Error(`${tool.name} is no tool that reads`);
      const key = `${tool.name} ${canonicalJson(input)}`;
      const found = made.get(key) ?? make(tool, input, `e${made.size + 1}`);
      made.set(key, found);
      return found;
    },
    looked: () => inOrder(looked),
    evidence: () => inOrder(evidence),
    isSpent: () => made.size >= MOST_LOOKUPS,
  };
}

const numberOf = (id: string): number => Number(id.slice(1));
const firstLine = (text: string): string => text.split('\n').find((line) => line.trim() !== '') ?? '';

/** As a person would say what was asked: the query itself, or each field. */
function queryOf(input: Readonly<Record<string, unknown>>): string {
  const { query, promql, logql, ...rest } = input;
  const written = [query, promql, logql].find((one) => typeof one === 'string');
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return cut(oneLine([...(written === undefined ? [] : [written]), ...fields].join(' ')), LONGEST_QUERY);
}

async function ask(
  tool: Tool,
  input: Readonly<Record<string, unknown>>,
  id: string,
  call: Call,
  { clock, logger }: Pick<LookupDeps, 'clock' | 'logger'>,
): Promise<Looked> {
  let isLate = (): boolean => false;
  try {
    const { text, data } = await within(clock, TIMEOUT_MS, call.signal, async (signal) => {
      isLate = () => signal.reason instanceof OutOfTime;
      return tool.run(input, { caller: call.caller, signal });
    });
    return { id, tool: tool.name, outcome: 'seen', text, data };
  } catch (error) {
    call.signal.throwIfAborted();
    return { id, tool: tool.name, outcome: 'refused', text: whyNot(tool.name, isLate(), error, logger), data: {} };
  }
}

function whyNot(tool: string, isLate: boolean, error: unknown, logger: Logger): string {
  if (isLate) return `${tool} did not answer within ${TIMEOUT_MS / 1000} s.`;
  if (error instanceof ToolError) return error.message;
  logger.warn({ err: error, tool }, 'a tool failed in a conversation');
  return `${tool} failed in a way that nothing expected; the log says more.`;
}
