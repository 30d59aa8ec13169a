/**
 * One answer of a model: it reads what was looked up, may look further with tools that only read, a few times, and says what it makes of it.
 *
 * What tools give reaches it abstracted, labelled and fenced; what it says reaches people through the speaker alone. It ends with an answer, or throws a
 * ModelError: also when it goes on calling tools without end, or says nothing.
 */
import { type Abstraction, createAbstraction } from '../../llm/abstract.ts';
import { type Conversation, createConversation } from '../../llm/conversation.ts';
import { ModelError } from '../../llm/error.ts';
import type { ModelForPurpose } from '../../llm/models.ts';
import type { ChatAnswer, Message, Tool as ModelTool, ToolCall } from '../../llm/port.ts';
import type { Looked, Lookups } from '../answer/lookups.ts';
import type { ModelQuestion } from './answers.ts';
import { createFigures, type Figures } from './figures.ts';
import type { Offer } from './offer.ts';
import { ANSWER_NOW, ANSWER_OR_LOOK, sectionsOf, systemPrompt } from './prompt.ts';
import { createSpeaker, type Speaker } from './speaker.ts';
import { callsIn, mayBeCall } from './textCalls.ts';

export interface Conversing {
  readonly asked: ModelForPurpose;
  readonly question: ModelQuestion;
  readonly redact: (text: string) => string;
  readonly nonce: string;
  readonly offer: Offer;
  readonly signal: AbortSignal;
  readonly onToolCall: () => void;
}

const MOST_TURNS = 4;
const MOST_CALLS_A_TURN = 4;
/** Of the window. */
const TOOLS_SHARE = 0.3;
const SMALLER = 0.5;

interface Run extends Conversing {
  readonly abstraction: Abstraction;
  readonly figures: Figures;
  readonly conversation: Conversation;
  readonly speaker: Speaker;
  readonly lookups: Lookups;
  /** Evidence that the model has seen. */
  readonly shown: Set<string>;
}

export async function converse(conversing: Conversing): Promise<Speaker> {
  const run = begin(conversing);
  const { asked, lookups, speaker, offer } = run;
  const promptTokens = asked.contextTokens - asked.maxOutputTokens;
  const used = new Set(lookups.looked().map(({ tool }) => tool));
  let tools = offer(lookups.tools, used, promptTokens * TOOLS_SHARE, asked.estimator.estimate);
  for (let turn = 1; turn <= MOST_TURNS; turn += 1) {
    if (turn === MOST_TURNS || lookups.isSpent()) tools = [];
    const { answer, calls, hasTools } = await oneTurn(run, tools);
    if (!hasTools) tools = [];
    if (calls.length === 0 && answer.text.trim() !== '') {
      speaker.end();
      return speaker;
    }
    // A model that says nothing gets no more tools, and one more chance.
    if (calls.length === 0) {
      if (tools.length === 0) break;
      tools = [];
      continue;
    }
    if (speaker.hasSpoken()) speaker.push('\n\n');
    run.conversation.add(await exchange(run, answer, calls));
  }
  speaker.end();
  throw new ModelError('Malformed', `${asked.model.name} gave no answer`, { mayHaveSpent: true });
}

function begin(conversing: Conversing): Run {
  const { asked, question, redact, nonce } = conversing;
  const { lookups } = question;
  const abstraction = createAbstraction({ redact, nonce });
  const figures = createFigures();
  const promptTokens = asked.contextTokens - asked.maxOutputTokens;
  const shown = lookups.looked().map((one) => ({ id: one.id, text: shownText(one, figures, abstraction) }));
  const conversation = createConversation({
    system: systemPrompt(abstraction.rule),
    sections: sectionsOf(question, shown, abstraction),
    abstraction,
    estimator: asked.estimator,
    promptTokens,
  });
  const speaker = createSpeaker({
    figures,
    isEvidence: (id) => lookups.looked().some((one) => one.id === id),
    question: question.question,
    redact,
    restore: abstraction.restore,
    say: question.say,
  });
  return { ...conversing, abstraction, figures, conversation, speaker, lookups, shown: new Set(shown.map(({ id }) => id)) };
}

const MOST_SHOWN = 6_000;

function shownText({ id, tool, outcome, text }: Looked, figures: Figures, abstraction: Abstraction): string {
  const labelled = figures.label(id, text.slice(0, MOST_SHOWN));
  return abstraction.fence(
    `evidence ${id}, of ${tool}${outcome === 'seen' ? '' : ', which could not be seen'},`,
    abstraction.lines(labelled),
  );
}

interface Turn {
  readonly answer: ChatAnswer;
  readonly calls: readonly ToolCall[];
  /** False: this model takes none. */
  readonly hasTools: boolean;
}

async function oneTurn(run: Run, tools: readonly ModelTool[]): Promise<Turn> {
  const { asked, conversation, speaker, signal, nonce } = run;
  let held = '';
  let holds = true;
  const onText = (piece: string): void => {
    held += piece;
    holds &&= mayBeCall(held);
    if (holds) return;
    speaker.push(held);
    held = '';
  };
  const chat = (offered: readonly ModelTool[], scale: number): Promise<ChatAnswer> =>
    asked.model.chat({
      messages: conversation.plan(offered.length === 0 ? ANSWER_NOW : ANSWER_OR_LOOK, offered, scale),
      ...(offered.length === 0 ? {} : { tools: offered }),
      maxOutputTokens: asked.maxOutputTokens,
      contextTokens: asked.contextTokens,
      signal,
      nonce,
      onText,
    });
  let hasTools = true;
  const answer = await chat(tools, 1).catch((error: unknown) => {
    if (!(error instanceof ModelError) || speaker.hasSpoken()) throw error;
    if (error.reason === 'ContextExceeded') return chat(tools, SMALLER);
    if (error.reason !== 'NoTools') throw error;
    hasTools = false;
    return chat([], 1);
  });
  const written = answer.toolCalls.length === 0 && tools.length > 0 && hasTools ? callsIn(held) : [];
  const calls = [...answer.toolCalls, ...written].slice(0, MOST_CALLS_A_TURN);
  if (calls.length === 0 && held !== '') speaker.push(held);
  if (calls.length === 0 && answer.finish === 'length') speaker.push(' …');
  return { answer, calls, hasTools };
}

async function exchange(run: Run, answer: ChatAnswer, calls: readonly ToolCall[]): Promise<readonly Message[]> {
  const results: Message[] = [];
  for (const call of calls) {
    run.onToolCall();
    results.push({ role: 'tool', content: await resultOf(run, call), toolCallId: call.id, toolName: call.name });
  }
  const said = answer.toolCalls.length === 0 ? '' : answer.text;
  return [{ role: 'assistant', content: said, toolCalls: calls.map(sane) }, ...results];
}

/** Servers read the arguments again, and refuse what is no JSON. */
const sane = (call: ToolCall): ToolCall => (inputOf(call) === undefined ? { ...call, arguments: '{}' } : call);

async function resultOf(run: Run, call: ToolCall): Promise<string> {
  const { lookups, figures, abstraction, conversation, shown } = run;
  const tool = lookups.tool(call.name);
  if (tool === undefined) return `There is no such tool here. There are: ${lookups.tools.map(({ name }) => name).join(', ')}.`;
  const input = inputOf(call);
  if (input === undefined) return 'The arguments are not a JSON object.';
  if (lookups.isSpent()) return 'Nothing more can be looked up. Answer now.';
  const looked = await lookups.look(tool, input);
  if (shown.has(looked.id)) return `You have this already as evidence ${looked.id}.`;
  shown.add(looked.id);
  const text = figures.label(looked.id, looked.text.slice(0, MOST_SHOWN));
  return conversation.result(`evidence ${looked.id}, of ${tool.name},`, abstraction.lines(text));
}

function inputOf({ arguments: given }: ToolCall): Readonly<Record<string, unknown>> | undefined {
  try {
    const input: unknown = JSON.parse(given === '' ? '{}' : given);
    return typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
