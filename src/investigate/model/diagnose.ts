/**
 * Phase one: a model reads what was gathered, by a few tools in short turns, and submits hypotheses.
 *
 * Bounded in turns, calls, repairs, budget and, by the caller's signal, time. A model that cannot call tools, answers in prose or will not
 * come to an end is asked once for the form alone. Whatever it submits is only of the right form: what it says has not been checked yet.
 */
import type { Abstraction } from '../../llm/abstract.ts';
import type { Budget } from '../../llm/budget.ts';
import { type Conversation, createConversation } from '../../llm/conversation.ts';
import { ModelError, type ModelFailure } from '../../llm/error.ts';
import type { ModelForPurpose } from '../../llm/models.ts';
import type { ChatAnswer, ChatRequest, Message, Tool, ToolCall } from '../../llm/port.ts';
import { askStructured, MOST_REPAIRS, readStrict } from '../../llm/structured.ts';
import { briefSections, systemText } from './brief.ts';
import type { Analysed } from './opinion.ts';
import type { ReadTool } from './readTools.ts';
import { SUBMIT, type Submission, submission, submissionFormat, submitTool } from './submission.ts';

export interface DiagnoseRequest {
  readonly asked: ModelForPurpose;
  readonly analysed: Analysed;
  readonly tools: readonly ReadTool[];
  readonly abstraction: Abstraction;
  readonly budget: Pick<Budget, 'addToolCall'>;
  readonly signal: AbortSignal;
  /** Of a specialist; ours or a team's, never a stranger's. */
  readonly guidance?: string | undefined;
}

const MOST_TURNS = 6;
const MOST_CALLS = 8;
const CALLS_A_TURN = 3;
/** What is used of the window after a server said that a prompt does not fit, or a budget has no more for a whole one. */
const SMALLER = 0.6;
const SMALLEST = 0.3;

const READ_OR_SUBMIT = `Read evidence with the tools, or end with ${SUBMIT}.`;
const SUBMIT_NOW =
  'Answer now with one JSON object: {"hypotheses":[{"statement","category","object","citations":[{"evidenceId","quote"}],"confidence"}]}. Nothing else.';

/** What the turns share. */
interface Run extends DiagnoseRequest {
  readonly conversation: Conversation;
  readonly offered: readonly Tool[];
  scale: number;
  calls: number;
  repairs: number;
  readonly seen: Set<string>;
}

/** @throws ModelError */
export async function diagnose(request: DiagnoseRequest): Promise<Submission> {
  const { asked, analysed, tools, abstraction, guidance } = request;
  const ids = [...analysed.evidence, ...analysed.findings].map(({ id }) => id);
  const run: Run = {
    ...request,
    conversation: createConversation({
      system: systemText(abstraction, guidance),
      sections: briefSections(analysed, abstraction),
      abstraction,
      estimator: asked.estimator,
      promptTokens: asked.contextTokens - asked.maxOutputTokens,
    }),
    offered: [...tools.map(({ name, description, parameters }) => ({ name, description, parameters })), submitTool(ids)],
    scale: 1,
    calls: 0,
    repairs: 0,
    seen: new Set(),
  };
  for (let turn = 0; turn < MOST_TURNS && run.calls < MOST_CALLS; turn += 1) {
    const answer = await takeTurn(run);
    if (answer === undefined) break;
    const submitted = await workThrough(run, answer);
    if (submitted === 'prose') break;
    if (submitted !== undefined) return submitted;
  }
  return askForForm(run, ids);
}

/** What keeps a model from answering with tools, and may not keep it from filling a form in. */
const LEAVES_THE_FORM: ReadonlySet<ModelFailure> = new Set(['NoTools', 'Malformed', 'BudgetExceeded']);

/** Undefined when there will be no answer with tools. */
async function takeTurn(run: Run): Promise<ChatAnswer | undefined> {
  try {
    return await withSmaller(run, (scale) =>
      run.asked.model.chat(chatOf(run, run.conversation.plan(READ_OR_SUBMIT, run.offered, scale), run.offered)),
    );
  } catch (error) {
    if (!(error instanceof ModelError) || !LEAVES_THE_FORM.has(error.reason)) throw error;
    if (error.reason === 'BudgetExceeded') run.scale = SMALLEST;
    return undefined;
  }
}

/** Asks again with less when a prompt did not fit. */
async function withSmaller<T>(run: Run, ask: (scale: number) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask(run.scale);
    } catch (error) {
      if (!(error instanceof ModelError) || error.reason !== 'ContextExceeded' || run.scale * SMALLER < SMALLEST) throw error;
      run.scale *= SMALLER;
    }
  }
}

function chatOf({ asked, signal, abstraction }: Run, messages: readonly Message[], tools?: readonly Tool[]): ChatRequest {
  const { maxOutputTokens, contextTokens } = asked;
  return { messages, ...(tools && { tools }), maxOutputTokens, contextTokens, signal, nonce: abstraction.nonce };
}

/** Runs the calls of an answer, until one submits. */
async function workThrough(run: Run, { text, toolCalls }: ChatAnswer): Promise<Submission | 'prose' | undefined> {
  if (toolCalls.length === 0) {
    const read = readStrict(text.trim(), submission);
    return 'value' in read ? read.value : 'prose';
  }
  const taken = toolCalls.slice(0, CALLS_A_TURN);
  const results: Message[] = [];
  for (const call of taken) {
    if (call.name === SUBMIT) {
      const read = readStrict(call.arguments, submission);
      if ('value' in read) return read.value;
      results.push(resultOf(call, `That cannot be used: ${read.problem}. ${repair(run)}`));
    } else results.push(resultOf(call, await callTool(run, call)));
  }
  run.conversation.add([{ role: 'assistant', content: '', toolCalls: taken }, ...results]);
  return undefined;
}

function repair(run: Run): string {
  run.repairs += 1;
  if (run.repairs <= MOST_REPAIRS) return 'Submit again.';
  throw new ModelError(
    'Malformed',
    `${run.asked.model.name}: its diagnosis has not the form that was asked for, after ${MOST_REPAIRS} repairs`,
  );
}

const resultOf = (call: ToolCall, content: string): Message => ({
  role: 'tool',
  content,
  toolCallId: call.id,
  toolName: call.name.slice(0, 64),
});

async function callTool(run: Run, call: ToolCall): Promise<string> {
  run.calls += 1;
  run.budget.addToolCall();
  const key = `${call.name}\n${call.arguments}`;
  if (run.seen.has(key)) return `You have read that already. Read something else, or end with ${SUBMIT}.`;
  run.seen.add(key);
  const tool = run.tools.find(({ name }) => name === call.name);
  if (tool === undefined) return `There is no such tool. There are ${run.offered.map(({ name }) => name).join(', ')}.`;
  const read = readStrict(call.arguments, tool.schema);
  if ('problem' in read) return `That cannot be used: ${read.problem}.`;
  try {
    return run.conversation.result(`result of ${tool.name}`, await tool.call(read.value, run.signal));
  } catch (error) {
    if (run.signal.aborted) throw new ModelError('Aborted', `${run.asked.model.name}: the time was up`, { cause: error });
    return 'That could not be read. Read something else.';
  }
}

async function askForForm(run: Run, ids: readonly string[]): Promise<Submission> {
  const ask = async (scale: number): Promise<Submission> => {
    const messages = withoutTools(run.conversation.plan(SUBMIT_NOW, [], scale));
    const { value } = await askStructured(run.asked.model, {
      chat: chatOf(run, messages),
      schema: submission,
      format: submissionFormat(ids),
      repairs: MOST_REPAIRS - run.repairs,
    });
    return value;
  };
  return withSmaller(run, ask);
}

/** Servers refuse results of tools where none are offered: what was read is shown as text. */
function withoutTools(messages: readonly Message[]): readonly Message[] {
  const read = messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
  const rest = messages.filter(({ role }) => role === 'system' || role === 'user');
  const last = rest.at(-1);
  if (read.length === 0 || last === undefined) return rest;
  return [...rest.slice(0, -1), { role: 'user', content: [...read, last.content].join('\n\n') }];
}
