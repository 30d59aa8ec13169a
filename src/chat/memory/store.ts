/**
 * Conversations, kept where every replica finds them: one ConfigMap each.
 *
 * A conversation is its owner's: for anybody else, and when it has expired or was spoiled, there is none. Two questions at once both stay: a write
 * that meets another is made again on top of it. What cannot be kept is told, and loses no answer.
 */
import { randomBytes as systemRandomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { type ConfigMap, configMaps } from '../../crds/configMaps.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../kube/errors.ts';
import { conversationIn, dataOf, isConversationId, labelsOf, lastSaid, objectName, ownerIn, ownerOf, updatedAt } from './configMap.ts';
import { type Conversation, NEW_CONVERSATION } from './conversation.ts';

/** After the last thing that was said. */
export const KEPT_MS = 24 * 3_600_000;

export interface ConversationStore {
  /** Undefined: unknown to this caller. */
  read(id: string, username: string, signal: AbortSignal): Promise<Conversation | undefined>;
  newId(): string;
  /** @param change what becomes of what is there by then; it may be called several times */
  write(id: string, username: string, change: (before: Conversation) => Conversation, signal?: AbortSignal): Promise<void>;
}

export interface StoreDeps {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  /** The operator's own. */
  readonly namespace: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
  /** A conversation was added. */
  readonly onNew?: (() => void) | undefined;
}

/** Nobody waits longer to be answered because a conversation can't be kept. */
const TIMEOUT_MS = 3_000;
const MOST_TRIES = 6;

export function createConversationStore(deps: StoreDeps): ConversationStore {
  const { client, namespace, clock, randomBytes = systemRandomBytes } = deps;
  const isOpenTo = ({ metadata }: ConfigMap, username: string): boolean =>
    ownerIn(metadata) === ownerOf(username) && lastSaid(metadata) + KEPT_MS > clock.now();
  return {
    newId: () => Buffer.from(randomBytes(16)).toString('hex'),
    read: async (id, username, signal) => {
      if (!isConversationId(id)) return undefined;
      const found = await client.get(configMaps, { namespace, name: objectName(id) }, { signal, timeoutMs: TIMEOUT_MS });
      return found !== undefined && isOpenTo(found, username) ? conversationIn(found) : undefined;
    },
    write: async (id, username, change, signal) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await writeOnce(deps, id, username, change, signal);
        } catch (error) {
          const isRace = isConflict(error) || isAlreadyExists(error) || isNotFound(error);
          if (!isRace || attempt >= MOST_TRIES) throw new Error(`keep conversation ${id}`, { cause: error });
        }
      }
    },
  };
}

async function writeOnce(
  { client, namespace, clock, onNew }: StoreDeps,
  id: string,
  username: string,
  change: (before: Conversation) => Conversation,
  signal: AbortSignal | undefined,
): Promise<void> {
  const key = { namespace, name: objectName(id) };
  const limits = { signal, timeoutMs: TIMEOUT_MS };
  const found = await client.get(configMaps, key, limits);
  const data = dataOf(change((found && conversationIn(found)) ?? NEW_CONVERSATION));
  const labels = labelsOf(ownerOf(username));
  const annotations = updatedAt(clock.now());
  if (found === undefined) {
    await client.create(configMaps, { metadata: { ...key, labels, annotations }, data }, limits);
    onNew?.();
    return;
  }
  if (ownerIn(found.metadata) !== ownerOf(username)) throw new Error('it is somebody else’s');
  await client.replace(configMaps, { ...found, metadata: { ...found.metadata, labels, annotations }, data }, limits);
}
