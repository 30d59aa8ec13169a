/**
 * `ask_jamie` and `sre_chat`: a question in words, and an answer with its evidence. One conversation behind two names that callers use.
 *
 * Whoever is a model itself gets more from the tools behind it; this is for people and for programs that pass on what people ask.
 */
import { z } from 'zod';
import type { Chat, ChatEvent, ChatReply } from '../../chat/port.ts';
import { ToolError } from '../errors.ts';
import { type Call, defineTool, type Tool } from '../tool.ts';

const text = (most: number) => z.string().max(most, `is longer than ${most} characters`);
const input = z.object({
  question: text(8_000).optional().describe('What is asked, in English, as a person would: "why is checkout failing?"'),
  message: text(8_000).optional().describe('The same as question; one of the two is needed.'),
  conversation_id: text(64).optional().describe('Of an earlier answer, to go on from there: "and its logs?" Absent: a new conversation.'),
  conversationId: text(64).optional().describe('The same as conversation_id.'),
  context: text(2_000).optional().describe('What the asker has in front of them, such as the name of an Incident.'),
});
const output = z.object({
  response: z.string().describe('The answer; [e1] cites evidence.'),
  timestamp: z.string(),
  conversationId: z.string(),
  evidence: z.array(z.object({ id: z.string(), tool: z.string(), query: z.string(), at: z.string(), summary: z.string() })),
});

export function askJamieTool(chat: Chat): Tool {
  return defineTool({
    name: 'ask_jamie',
    title: 'Ask Jamie',
    description:
      'Answers a question of a person about this cluster in prose: what is broken, why something fails, its golden signals, logs, what changed, who is on an Incident. Jamie looks things up with the other tools and cites them. To work with the data yourself, call those tools instead.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: (asked, call) => ask(chat, asked, call),
  });
}

export function sreChatTool(chat: Chat): Tool {
  return defineTool({
    name: 'sre_chat',
    title: 'Talk with the SRE assistant',
    description:
      'A turn of a conversation with Jamie, the SRE assistant: the same as ask_jamie. Give conversation_id of the answer before to go on ("why?", "and its logs?").',
    effect: 'reads',
    core: false,
    input,
    output,
    run: (asked, call) => ask(chat, asked, call),
  });
}

async function ask(chat: Chat, asked: z.output<typeof input>, call: Call) {
  const message = asked.question ?? asked.message ?? '';
  if (message.trim() === '') {
    const problem = 'is missing; ask something, such as "what is broken?"';
    throw new ToolError('Invalid', `question: ${problem}`, { problems: [{ field: 'question', problem }] });
  }
  const conversationId = asked.conversation_id ?? asked.conversationId;
  const reply = await chat.ask({ message, conversationId, context: asked.context }, call, progressOf(call));
  return { text: textOf(reply), data: { ...reply, evidence: [...reply.evidence] } };
}

/** Who waits is told of each look. */
function progressOf({ progress }: Call): ((event: ChatEvent) => void) | undefined {
  if (progress === undefined) return undefined;
  let done = 0;
  return (event) => {
    if (event.type !== 'tool' || event.state !== 'begun') return;
    done += 1;
    progress(done, undefined, `${event.tool} ${event.query}`.trim());
  };
}

function textOf({ response, evidence, conversationId }: ChatReply): string {
  const lines = evidence.map(({ id, tool, query }) => `[${id}] ${tool} ${query}`.trimEnd());
  return [response, ...(lines.length === 0 ? [] : ['', ...lines]), '', `To go on from here: conversation_id ${conversationId}`].join('\n');
}
