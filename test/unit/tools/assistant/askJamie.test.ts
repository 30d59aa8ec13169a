/** `ask_jamie` and `sre_chat`: how a question gets to Jamie, and how the answer is told. */
import { describe, expect, test } from 'vitest';
import type { Chat, ChatQuestion } from '../../../../src/chat/port.ts';
import { askJamieTool, sreChatTool } from '../../../../src/tools/assistant/askJamie.ts';
import { callOf } from '../../../support/callers.ts';

const asked: ChatQuestion[] = [];
const chat: Chat = {
  ask: async (question, _call, onEvent) => {
    asked.push(question);
    onEvent?.({ type: 'tool', id: 'e1', tool: 'list_incidents', query: 'state=open', state: 'begun' });
    onEvent?.({ type: 'tool', id: 'e1', tool: 'list_incidents', query: 'state=open', state: 'done' });
    return {
      response: 'None. [e1]',
      timestamp: '2026-01-01T00:00:00Z',
      conversationId: 'c1',
      evidence: [{ id: 'e1', tool: 'list_incidents', query: 'state=open', at: '2026-01-01T00:00:00Z', summary: 'None.' }],
    };
  },
};
const call = callOf('alice', () => true);

describe.each([askJamieTool(chat), sreChatTool(chat)])('$name', (tool) => {
  test('tells the answer, its evidence, and how to go on', async () => {
    const { text, data } = await tool.run({ question: 'what is broken?' }, call);
    expect(text).toBe('None. [e1]\n\n[e1] list_incidents state=open\n\nTo go on from here: conversation_id c1');
    expect(tool.output.parse(data)).toEqual(data);
  });

  test.each([
    { input: { message: 'why?', conversationId: 'c1' }, question: { message: 'why?', conversationId: 'c1' } },
    {
      input: { question: 'why?', conversation_id: 'c1', context: 'inc-1', other: 1 },
      question: { message: 'why?', conversationId: 'c1', context: 'inc-1' },
    },
  ])('takes $input', async ({ input, question }) => {
    await tool.run(input, call);
    expect(asked.at(-1)).toEqual(question);
  });

  test.each([{}, { question: '  ' }, { message: 7 }])('refuses %j, and names the field', async (input) => {
    await expect(tool.run(input, call)).rejects.toMatchObject({
      reason: 'Invalid',
      problems: [{ field: expect.stringMatching(/question|message/u) }],
    });
  });

  test('tells who waits what is looked up', async () => {
    const told: string[] = [];
    await tool.run({ question: 'x' }, { ...call, progress: (done, _total, message) => told.push(`${done} ${message}`) });
    expect(told).toEqual(['1 list_incidents state=open']);
  });
});
