/**
 * Jamie: one question, one answer, in a conversation that any replica can go on with.
 *
 * What a question means is read by rules first; what it asks for is looked up by tools, on behalf of who asks; then a model, where there is one, puts
 * the answer together, and where there is none, or it fails, the answer is what the tools say. A model adds no right, no figure and no effect.
 */
import type { Clock } from '../clock.ts';
import { createGate } from '../kube/client/gate.ts';
import type { Logger } from '../kube/logger.ts';
import { ToolError } from '../tools/errors.ts';
import type { Tools } from '../tools/registry.ts';
import type { Call } from '../tools/tool.ts';
import { compose, SHOWN } from './answer/compose.ts';
import { continued } from './answer/continued.ts';
import { createLookups, type Lookups } from './answer/lookups.ts';
import { lookUp } from './answer/plan.ts';
import { type Understood, understand } from './answer/understand.ts';
import { type Conversation, NEW_CONVERSATION, type Turn } from './memory/conversation.ts';
import type { ConversationStore } from './memory/store.ts';
import type { ModelAnswers } from './model/answers.ts';
import type { Directory } from './names/directory.ts';
import type { Chat, ChatEvent, ChatQuestion, ChatReply } from './port.ts';
import { tokensOf } from './words/tokens.ts';

export interface JamieDeps {
  /** Known only once all tools are made: Jamie is behind one of them. */
  readonly tools: () => Tools;
  readonly conversations: ConversationStore;
  readonly directory: Directory;
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  readonly logger: Logger;
  readonly redact: (text: string) => string;
  /** Absent: answers are made by rules alone. */
  readonly model?: ModelAnswers | undefined;
}

const LONGEST_MESSAGE = 8_000;
const LONGEST_CONTEXT = 2_000;
const FORGOTTEN = 'I do not remember that conversation (they are kept for a day after the last word), so this begins a new one.';

/** Questions that are looked into at once, in this process: each holds what its tools have said. Who asks beyond that waits, in order. */
const AT_ONCE = 64;

export function createJamie(deps: JamieDeps): Chat {
  const places = createGate(AT_ONCE);
  return {
    ask: async (question, call, onEvent = () => undefined) => {
      call.signal.throwIfAborted();
      check(question);
      const leave = await places.enter(call.signal);
      try {
        return await askNow(deps, question, call, onEvent);
      } finally {
        leave();
      }
    },
  };
}

async function askNow(deps: JamieDeps, question: ChatQuestion, call: Call, onEvent: (event: ChatEvent) => void): Promise<ChatReply> {
  const { id, conversation, forgotten } = await recall(deps, question.conversationId, call);
  const said: string[] = [];
  const say = (text: string): void => {
    if (text === '') return;
    said.push(text);
    onEvent({ type: 'text', text });
  };
  if (forgotten) say(`${FORGOTTEN}\n\n`);
  const lookups = createLookups({ tools: deps.tools(), clock: deps.clock, logger: deps.logger }, call, onEvent);
  const understood = await answer(deps, { question, conversation, call, lookups, say });
  const response = said.join('');
  const timestamp = new Date(deps.clock.now()).toISOString();
  await remember(deps, id, call, { at: timestamp, question: question.message, answer: response }, understood);
  return { response, timestamp, conversationId: id, evidence: lookups.evidence() };
}

function check({ message, context = '' }: ChatQuestion): void {
  const problem = (field: string, text: string): ToolError =>
    new ToolError('Invalid', `${field}: ${text}`, { problems: [{ field, problem: text }] });
  if (message.trim() === '') throw problem('message', 'is empty; ask something, such as "what is broken?"');
  if (message.length > LONGEST_MESSAGE) throw problem('message', `is longer than ${LONGEST_MESSAGE} characters; give logs to analyze_logs`);
  if (context.length > LONGEST_CONTEXT) throw problem('context', `is longer than ${LONGEST_CONTEXT} characters`);
}

interface Recalled {
  readonly id: string;
  readonly conversation: Conversation;
  /** One was named, and there is none. */
  readonly forgotten: boolean;
}

async function recall({ conversations, logger }: JamieDeps, id: string | undefined, { caller, signal }: Call): Promise<Recalled> {
  const fresh = (forgotten: boolean): Recalled => ({ id: conversations.newId(), conversation: NEW_CONVERSATION, forgotten });
  if (id === undefined || id === '') return fresh(false);
  try {
    const conversation = await conversations.read(id, caller.username, signal);
    return conversation === undefined ? fresh(true) : { id, conversation, forgotten: false };
  } catch (error) {
    signal.throwIfAborted();
    logger.warn({ err: error }, 'could not read a conversation');
    return fresh(true);
  }
}

interface Answering {
  readonly question: ChatQuestion;
  readonly conversation: Conversation;
  readonly call: Call;
  readonly lookups: Lookups;
  readonly say: (text: string) => void;
}

async function answer(deps: JamieDeps, { question, conversation, call, lookups, say }: Answering): Promise<Understood> {
  const { message, context = '' } = question;
  const names = await deps.directory.namesFor(
    tokensOf(`${message} ${conversation.lastAsked ?? ''} ${conversation.focus?.namespace ?? ''} ${context}`),
    call,
  );
  const inContext = { ...conversation, focus: conversation.focus ?? inFront(context, names) };
  const understood = understand({ question: message, conversation: inContext, names, hasModel: deps.model !== undefined });
  if (understood.kind === 'said') {
    say(understood.text);
    return understood;
  }
  const looked = await lookUp(understood, lookups);
  const before = understood.note === undefined ? '' : `${understood.note}\n\n`;
  const byRules = (): string => (understood.kind === 'open' ? understood.instead : compose(understood, looked));
  say(before);
  if (deps.model === undefined || SHOWN.has(understood.intent.kind)) say(byRules());
  else {
    const failure = await deps.model.answer({ question: message, context, conversation, topic: understood, lookups, call, say });
    if (failure !== undefined) say(`${failure}\n\n${byRules()}`);
  }
  return understood;
}

/** What the asker has in front of them, where it names one thing. */
function inFront(context: string, names: Parameters<typeof understand>[0]['names']): Conversation['focus'] {
  const words = new Set(tokensOf(context));
  return names.find(({ kind, name, namespace }) => kind !== 'Namespace' && (words.has(name) || words.has(`${namespace}/${name}`)));
}

/** What can't be kept is told to the log: the answer is there. */
async function remember(
  { conversations, logger, redact }: JamieDeps,
  id: string,
  { caller }: Call,
  turn: Turn,
  understood: Understood,
): Promise<void> {
  try {
    await conversations.write(id, caller.username, (before) => continued(before, turn, understood, redact));
  } catch (error) {
    logger.warn({ err: error }, 'could not keep a conversation: what was said in it will not be remembered');
  }
}
