/** What a model is told before it answers: short, as small models forget the rest. The rules that count are kept by code; these make them rarely needed. */
import type { Abstraction } from '../../llm/abstract.ts';
import type { Section } from '../../llm/window.ts';
import type { Conversation } from '../memory/conversation.ts';
import { keyOf } from '../names/resolve.ts';
import type { ModelQuestion } from './answers.ts';

export const systemPrompt = (rule: string): string =>
  [
    'You are Jamie, an assistant of people on call for a Kubernetes cluster. Answer their question in plain English, in at most six short sentences, what matters most first.',
    'Say only what the evidence shows, and cite it: [e1]. If it does not answer the question, say what is missing.',
    'In the evidence each figure is followed by its label, as in 45ms {e1.2}. Where you state a figure write its label only: {e1.2}. Never calculate and never invent a figure.',
    'You can look things up. You cannot change anything: if asked to, say that a person has to.',
    rule,
  ].join('\n');

export const ANSWER_OR_LOOK = 'Answer the question now from the evidence, or call a tool if something is missing.';
export const ANSWER_NOW = 'Answer the question now from the evidence. No tool can be called any more.';

const MOST_EARLIER = 4;

/** @param shown what was looked up, ready to be read by a model */
export function sectionsOf(
  { question, context, conversation, topic }: ModelQuestion,
  shown: readonly { readonly id: string; readonly text: string }[],
  abstraction: Abstraction,
): readonly Section[] {
  const about = topic.entity === undefined ? [] : [`It is about ${topic.entity.kind} ${keyOf(topic.entity)}.`];
  const inFront = context === '' ? [] : [abstraction.fence('what they have in front of them', abstraction.lines(context))];
  return [
    ...earlier(conversation, abstraction),
    ...shown.map(({ id, text }): Section => ({ name: id, priority: 2, text, leastTokens: 80 })),
    { name: 'question', priority: 1, text: [`Question: ${abstraction.lines(question, 2_000)}`, ...about, ...inFront].join('\n') },
  ];
}

function earlier({ turns }: Conversation, abstraction: Abstraction): readonly Section[] {
  if (turns.length === 0) return [];
  const told = turns.slice(-MOST_EARLIER).map(({ question, answer }) => `They asked: ${question}\nYou answered: ${answer}`);
  return [
    {
      name: 'earlier',
      priority: 3,
      text: abstraction.fence('earlier in this conversation', abstraction.lines(told.join('\n'))),
      leastTokens: 60,
    },
  ];
}
