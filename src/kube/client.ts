/**
 * The API server's verbs, typed by resource. One client serves a process; its sockets are few and shared by all calls.
 *
 * Every call ends: by its answer, by its signal, or by its time limit (30 s unless said otherwise; a watch ends by silence).
 * What the API server refuses is thrown as `ApiError`, what did not reach it as `ConnectionError`. Calls that are shed with 429 are tried again after
 * the time that the server asks for, within the time limit. Nothing is cached here.
 */
import type { ApplyIntent, Key, KubeObject, NewObject, ResourceType } from './object.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface Selection {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends CallOptions, Selection {
  /** Objects a page; all pages are fetched. */
  readonly pageSize?: number | undefined;
}

export interface KubeList<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

export interface WriteOptions extends CallOptions {
  readonly fieldManager?: string | undefined;
  /** Runs admission and validation, and stores nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields over from other managers; otherwise that is a conflict. */
  readonly force?: boolean | undefined;
  readonly subresource?: string | undefined;
}

export interface ReplaceOptions extends WriteOptions {
  readonly subresource?: string | undefined;
}

export interface PatchOptions extends WriteOptions {
  readonly type: 'merge' | 'json' | 'strategic';
  readonly subresource?: string | undefined;
}

export interface DeleteOptions extends CallOptions {
  /** Deletes nothing but the object with this uid. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan' | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface WatchOptions extends Selection {
  readonly signal?: AbortSignal | undefined;
  /** Events after this version; from the present state on, when absent. */
  readonly resourceVersion?: string | undefined;
  /** The API server ends the watch after this long. */
  readonly timeoutSeconds?: number | undefined;
  /** A stream without a byte for this long is given up with a `ConnectionError` of kind `timeout`. */
  readonly silenceMs?: number | undefined;
  /** The API server took the watch on; events follow when there are any. */
  readonly onOpen?: (() => void) | undefined;
}

export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface LogOptions extends CallOptions {
  readonly container?: string | undefined;
  /** The container's previous run: what it said before it crashed. */
  readonly previous?: boolean | undefined;
  readonly tailLines?: number | undefined;
  /** The node cuts after about so many bytes. A node that sends more than twice as many is not listened to (`tooLarge`). */
  readonly limitBytes?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  readonly timestamps?: boolean | undefined;
}

export interface RawOptions extends CallOptions {
  readonly contentType?: string | undefined;
  /** Another representation than plain JSON, such as a Table. */
  readonly accept?: string | undefined;
  /** An answer that is larger is not read on (`tooLarge`); absent: as long as it is. */
  readonly maxBytes?: number | undefined;
}

export interface Impersonation {
  readonly user: string;
  readonly groups?: readonly string[] | undefined;
}

export interface KubeClient {
  /** Where this client talks to, for messages. */
  readonly server: string;
  /** Undefined when there is no such object; a kind that is not served is an error. */
  get<T extends KubeObject>(resource: ResourceType<T>, key: Key, options?: CallOptions): Promise<T | undefined>;
  list<T extends KubeObject>(resource: ResourceType<T>, options?: ListOptions): Promise<KubeList<T>>;
  create<T extends KubeObject>(resource: ResourceType<T>, object: NewObject<T>, options?: WriteOptions): Promise<T>;
  /** Server-side apply: creates the object, or brings the manager's fields to what `intent` says. */
  apply<T extends KubeObject>(resource: ResourceType<T>, intent: ApplyIntent<T>, options: ApplyOptions): Promise<T>;
  /** Writes the whole object, if it is still at the `resourceVersion` that it carries. */
  replace<T extends KubeObject>(resource: ResourceType<T>, object: T, options?: ReplaceOptions): Promise<T>;
  patch<T extends KubeObject>(resource: ResourceType<T>, key: Key, body: unknown, options: PatchOptions): Promise<T>;
  /** False when there was no such object; a precondition that does not hold is a conflict. */
  delete<T extends KubeObject>(resource: ResourceType<T>, key: Key, options?: DeleteOptions): Promise<boolean>;
  /** One watch, until the API server ends it. Failures, an ERROR event included, are thrown. `createReflector` never ends. */
  watch<T extends KubeObject>(resource: ResourceType<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  logs(namespace: string, pod: string, options?: LogOptions): Promise<string>;
  /** Any other call: `path` from the root, query included. Gives parsed JSON, or text if the answer is not JSON. */
  raw(method: string, path: string, body?: unknown, options?: RawOptions): Promise<unknown>;
  /** The same connection, acting as somebody else. */
  as(who: Impersonation): KubeClient;
  /** Ends all calls and closes the sockets; of a client made by `as`, it does nothing. */
  close(): Promise<void>;
}
