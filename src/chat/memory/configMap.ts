/**
 * A conversation as a ConfigMap of the operator's namespace. Whose it is stands there as a digest: who talks with Jamie is nobody else's business.
 */
import { createHash } from 'node:crypto';
import type { ConfigMap } from '../../crds/configMaps.ts';
import { CHAT_PREFIX } from '../../crds/gatewayMaps.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import { type Conversation, readConversation } from './conversation.ts';

const COMPONENT = 'app.kubernetes.io/component';
const OWNER = 'agentsre.io/chat-owner';
const UPDATED = 'agentsre.io/chat-updated';
const KEY = 'conversation.json';

export const allConversations = `${COMPONENT}=chat`;

const ID = /^[0-9a-f]{32}$/u;
export const isConversationId = (text: string): boolean => ID.test(text);

export const objectName = (id: string): string => `${CHAT_PREFIX}${id}`;

export const ownerOf = (username: string): string => createHash('sha256').update(`chat\n${username}`).digest('hex').slice(0, 40);

export const labelsOf = (owner: string): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/part-of': 'agent-sre',
  [COMPONENT]: 'chat',
  [OWNER]: owner,
});

export const updatedAt = (now: number): Readonly<Record<string, string>> => ({ [UPDATED]: new Date(now).toISOString() });

export const dataOf = (conversation: Conversation): Readonly<Record<string, string>> => ({ [KEY]: JSON.stringify(conversation) });

export const conversationIn = ({ data }: ConfigMap): Conversation | undefined => readConversation(data?.[KEY] ?? '');

export const ownerIn = ({ labels }: ObjectMeta): string | undefined => labels?.[OWNER];

/** When somebody last said something; what can't be read counts as old. */
export function lastSaid({ annotations }: ObjectMeta): number {
  const at = Date.parse(annotations?.[UPDATED] ?? '');
  return Number.isFinite(at) ? at : 0;
}
