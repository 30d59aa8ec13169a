/**
 * What a question means in a conversation: an answer that needs no looking, something to ask back, or what is to be looked up of what. Pure.
 *
 * "why?" and "its logs" are of what was last talked about, "and checkout?" asks of checkout what was asked before, "the second" is one of those that
 * were asked back.
 */
import type { Conversation, Entity } from '../memory/conversation.ts';
import { choose } from '../names/choose.ts';
import { type Resolution, resolve } from '../names/resolve.ts';
import { type Intent, type IntentKind, intentOf } from '../words/intent.ts';
import { looksLikeName } from '../words/tokens.ts';
import { askBack, greeting, help, notThere, notUnderstood, ofWhat, refusal, thanks } from './sayings.ts';

export interface Topic {
  readonly intent: Intent;
  /** What is asked about; absent: everything. */
  readonly entity?: Entity | undefined;
  /** To be said before the answer: how a name was taken. */
  readonly note?: string | undefined;
  /** In words that can be asked again of something else. */
  readonly question: string;
}

export type Understood =
  | { readonly kind: 'said'; readonly text: string; readonly pending?: Conversation['pending']; readonly focus?: Entity | undefined }
  | ({ readonly kind: 'look' } & Topic)
  /** No usual question: a model may make something of it. */
  | ({ readonly kind: 'open'; readonly instead: string } & Topic);

export interface Asked {
  readonly question: string;
  readonly conversation: Conversation;
  readonly names: readonly Entity[];
  readonly hasModel: boolean;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Service', 'Pod'] as const satisfies readonly Entity['kind'][];
const THINGS: readonly Entity['kind'][] = [...WORKLOADS, 'Namespace'];

/** What a question can be about, the first being meant where none is named; `needs`: without one there is no answer. */
const ABOUT: Readonly<Partial<Record<IntentKind, { readonly kinds: readonly Entity['kind'][]; readonly needs: boolean }>>> = {
  health: { kinds: [...THINGS, 'Incident'], needs: false },
  broken: { kinds: THINGS, needs: false },
  signals: { kinds: WORKLOADS, needs: true },
  metric: { kinds: THINGS, needs: true },
  why: { kinds: [...THINGS, 'Incident', 'RemediationPlan'], needs: false },
  logs: { kinds: WORKLOADS, needs: true },
  changes: { kinds: THINGS, needs: false },
  who: { kinds: ['Incident', ...THINGS], needs: true },
  incidents: { kinds: THINGS, needs: false },
  incident: { kinds: ['Incident'], needs: true },
  plans: { kinds: [...THINGS, 'Incident'], needs: false },
  plan: { kinds: ['RemediationPlan'], needs: true },
  pods: { kinds: THINGS, needs: false },
  list: { kinds: ['Namespace'], needs: false },
  describe: { kinds: [...THINGS, 'Incident', 'RemediationPlan'], needs: true },
  sync: { kinds: ['Namespace'], needs: false },
  advice: { kinds: THINGS, needs: false },
  act: { kinds: [...THINGS, 'Incident', 'RemediationPlan'], needs: false },
};

export function understand({ question, conversation, names, hasModel }: Asked): Understood {
  const { pending } = conversation;
  if (pending !== undefined) {
    const entity = choose(question, pending.candidates);
    if (entity !== undefined) return topicOf({ question: pending.question, conversation, names, hasModel }, entity);
  }
  const asked = { question, conversation, names, hasModel };
  const understood = topicOf(asked, undefined);
  if (understood.kind !== 'open') return understood;
  // "and checkout?": the same of something else
  const last = conversation.lastAsked;
  if (last !== undefined && GOES_ON.test(understood.intent.words)) {
    const found = resolution(understood.intent, names, THINGS.concat('Incident', 'RemediationPlan'), conversation.focus);
    if (found.outcome === 'one') return topicOf({ ...asked, question: last }, found.entity);
    if (found.outcome === 'several') return ask(last, found);
    if (AGAIN.test(understood.intent.words)) return topicOf({ ...asked, question: last }, conversation.focus);
  }
  // a name and nothing else
  const named = understood.intent.words.includes(' ') ? undefined : resolution(understood.intent, names, THINGS, conversation.focus);
  if (named?.outcome === 'one' && !named.guessed) return topicOf({ ...asked, question: `status of ${named.mention}` }, named.entity);
  if (pending !== undefined && understood.intent.words.split(' ').length <= 4)
    return { kind: 'said', text: askBack(pending.mention, pending.candidates), pending };
  return understood;
}

const GOES_ON = /^(?:and|what about|how about|same for|also|or|then|now|again)\b|^\S+$/u;
const AGAIN = /^(?:and )?(?:now|again|once more)$/u;

/** @param given what it is about, where that was said otherwise than by the question */
function topicOf({ question, conversation, names, hasModel }: Asked, given: Entity | undefined): Understood {
  const known = new Set(names.map(({ name }) => name));
  const intent = intentOf(question, (word) => known.has(word));
  const fixed = fixedAnswer(intent, hasModel);
  if (fixed !== undefined) return { kind: 'said', text: fixed };
  const { focus } = conversation;
  if (intent.kind === 'query') return { kind: 'look', intent, question };
  const about = ABOUT[intent.kind];
  if (about === undefined) return { kind: 'open', intent, question, entity: focus, instead: notUnderstood(hasModel) };
  if (given !== undefined) return looked({ intent, question, entity: given });
  return aboutWhat({ intent, question }, about, names, focus);
}

function aboutWhat(
  topic: Topic,
  { kinds, needs }: { readonly kinds: readonly Entity['kind'][]; readonly needs: boolean },
  names: readonly Entity[],
  focus: Entity | undefined,
): Understood {
  const { intent, question } = topic;
  const found = resolution(intent, names, kinds, focus);
  if (found.outcome === 'one') return looked({ ...topic, entity: found.entity, note: noteOf(found) });
  if (found.outcome === 'several') return ask(question, found);
  if (found.outcome === 'none' && intent.kind !== 'act' && (needs || isNamed(intent, found.mention)))
    return { kind: 'said', text: notThere(found.mention, found.nearest) };
  const isBack = focus !== undefined && kinds.includes(focus.kind) && (needs || intent.pointsBack || intent.kind === 'why');
  if (isBack) return looked({ ...topic, entity: focus });
  return needs ? { kind: 'said', text: ofWhat(intent.kind, someOf(kinds, names)) } : looked(topic);
}

function looked(topic: Topic): Understood {
  if (topic.intent.kind === 'act') return { kind: 'said', text: refusal(topic.intent, topic.entity), focus: topic.entity };
  return { kind: 'look', ...topic };
}

function fixedAnswer({ kind }: Intent, hasModel: boolean): string | undefined {
  if (kind === 'greeting') return greeting;
  if (kind === 'thanks') return thanks;
  return kind === 'help' ? help(hasModel) : undefined;
}

const resolution = (intent: Intent, names: readonly Entity[], kinds: readonly Entity['kind'][], focus: Entity | undefined): Resolution =>
  resolve({ mentions: intent.mentions, names, kinds, focus });

function ask(question: string, { mention, candidates }: Extract<Resolution, { readonly outcome: 'several' }>): Understood {
  return { kind: 'said', text: askBack(mention, candidates), pending: { question, mention, candidates: [...candidates] } };
}

const noteOf = ({ entity, mention, guessed }: Extract<Resolution, { readonly outcome: 'one' }>): string | undefined =>
  guessed ? `I take ${mention} to be ${entity.namespace === undefined ? '' : `${entity.namespace}/`}${entity.name}.` : undefined;

/** It stands where a name does, or looks like one. */
function isNamed({ words }: Intent, mention: string): boolean {
  const at = words.split(' ');
  return looksLikeName(mention) || /^(?:in|of|for|on|is|namespace|service|with)$/u.test(at[at.indexOf(mention) - 1] ?? '');
}

const MOST_SOME = 6;
/** Of what there is, where it is little enough to be told. */
function someOf(kinds: readonly Entity['kind'][], names: readonly Entity[]): readonly Entity[] {
  const wanted = names.filter(
    ({ kind, namespace }) => kinds.includes(kind) && kind !== 'Namespace' && kind !== 'Service' && namespace !== 'kube-system',
  );
  return wanted.length <= MOST_SOME ? wanted : [];
}
