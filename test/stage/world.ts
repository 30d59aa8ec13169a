/**
 * What the API server holds at this moment, followed by watches, and waiting until it is as expected.
 *
 * It shares no code with the product, whose work it observes. A watch that ends, for whatever reason, is followed by a list and
 * another watch; what was seen is kept meanwhile. Every change is also told to listeners.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Approval, Incident, Investigation, RemediationPlan } from '../../src/crds/kinds.ts';
import type { Deployment, GitRepository, Kustomization, Pod } from './foreignKinds.ts';

/** Newest last, by their time of creation. */
export interface World {
  readonly incidents: readonly Incident[];
  readonly investigations: readonly Investigation[];
  readonly plans: readonly RemediationPlan[];
  readonly approvals: readonly Approval[];
  readonly pods: readonly Pod[];
  readonly deployments: readonly Deployment[];
  readonly repositories: readonly GitRepository[];
  readonly kustomizations: readonly Kustomization[];
}

type Kind = keyof World;
type WorldObject = World[Kind][number];

const OURS = '/apis/agentsre.io/v1alpha1';

/** Where each kind is listed; of pods and deployments, those of the shop. */
const pathsFor = (shop: string): Readonly<Record<Kind, string>> => ({
  incidents: `${OURS}/incidents`,
  investigations: `${OURS}/investigations`,
  plans: `${OURS}/remediationplans`,
  approvals: `${OURS}/approvals`,
  pods: `/api/v1/namespaces/${shop}/pods`,
  deployments: `/apis/apps/v1/namespaces/${shop}/deployments`,
  repositories: '/apis/source.toolkit.fluxcd.io/v1/gitrepositories',
  kustomizations: '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations',
});

/** Something that shall come to be. */
export interface Expectation<T> {
  /** Completes "waiting for …". */
  readonly what: string;
  readonly deadlineSeconds: number;
  /** The result once it is so, `undefined` until then; throws when it can't come to be any more. */
  readonly look: (world: World) => T | undefined | Promise<T | undefined>;
  /** What is there instead, in words. */
  readonly instead?: (world: World) => string;
}

/** What was expected did not come to be. */
export class NotSeen extends Error {
  override readonly name = 'NotSeen';
}

export interface WorldWatch {
  now(): World;
  until<T>(expectation: Expectation<T>): Promise<T>;
  onChange(listener: (kind: Kind, object: WorldObject) => void): void;
  close(): void;
}

interface Access {
  readonly serverUrl: string;
  readonly caData: string;
  readonly token: string;
}

/** Some things are not in the API server: expectations are looked at this often though nothing has changed there. */
const LOOK_AGAIN_MS = 500;
const WATCH_AGAIN_MS = 500;

export function watchWorld(access: Access, shopNamespace: string): WorldWatch {
  const closing = new AbortController();
  const state: Record<Kind, Map<string, WorldObject>> = {
    incidents: new Map(),
    investigations: new Map(),
    plans: new Map(),
    approvals: new Map(),
    pods: new Map(),
    deployments: new Map(),
    repositories: new Map(),
    kustomizations: new Map(),
  };
  const listeners = new Set<(kind: Kind, object: WorldObject) => void>();
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const wake of waiting) wake();
  };

  for (const [kind, path] of Object.entries(pathsFor(shopNamespace)) as [Kind, string][]) {
    void follow(access, path, closing.signal, {
      replace(objects) {
        state[kind] = new Map(objects.map((object) => [object.metadata.uid, object]));
        for (const object of objects) for (const tell of listeners) tell(kind, object);
        changed();
      },
      change(type, object) {
        if (type === 'DELETED') state[kind].delete(object.metadata.uid);
        else state[kind].set(object.metadata.uid, object);
        for (const tell of listeners) tell(kind, object);
        changed();
      },
    });
  }

  const now = (): World =>
    Object.fromEntries(Object.entries(state).map(([kind, objects]) => [kind, oldestFirst(objects)])) as unknown as World;
  return {
    now,
    onChange: (listener) => void listeners.add(listener),
    close: () => closing.abort(),
    async until(expectation) {
      const giveUpAt = performance.now() + expectation.deadlineSeconds * 1000;
      for (;;) {
        const seen = await expectation.look(now());
        if (seen !== undefined) return seen;
        if (performance.now() > giveUpAt) throw notSeen(expectation, now());
        await change(waiting);
      }
    },
  };
}

function oldestFirst(objects: ReadonlyMap<string, WorldObject>): readonly WorldObject[] {
  const age = ({ metadata }: WorldObject): string => `${metadata.creationTimestamp} ${metadata.name}`;
  return [...objects.values()].toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
}

function notSeen<T>({ what, deadlineSeconds, instead }: Expectation<T>, world: World): NotSeen {
  const found = instead?.(world);
  return new NotSeen(`${what}: not within ${deadlineSeconds} s${found === undefined ? '' : `; instead: ${found}`}`);
}

async function change(waiting: Set<() => void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.add(resolve);
  const timer = setTimeout(resolve, LOOK_AGAIN_MS);
  await promise;
  clearTimeout(timer);
  waiting.delete(resolve);
}

interface Sink {
  replace(objects: readonly WorldObject[]): void;
  change(type: string, object: WorldObject): void;
}

interface List {
  readonly items: readonly WorldObject[];
  readonly metadata: { readonly resourceVersion: string };
}

/** A kind that is not served yet is looked for again, as any other failure is: its objects are then seen to be none. */
async function follow(access: Access, path: string, signal: AbortSignal, sink: Sink): Promise<void> {
  while (!signal.aborted) {
    try {
      const list = await listOf(access, path, signal);
      sink.replace(list.items);
      await watchFrom(access, `${path}?watch=1&resourceVersion=${list.metadata.resourceVersion}`, signal, sink);
    } catch {
      // the connection, the kind or the resource version is gone
    }
    await sleep(WATCH_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function listOf(access: Access, path: string, signal: AbortSignal): Promise<List> {
  const response = await open(access, path, signal);
  let content = '';
  for await (const chunk of response.setEncoding('utf8')) content += String(chunk);
  return JSON.parse(content) as List;
}

async function watchFrom(access: Access, path: string, signal: AbortSignal, sink: Sink): Promise<void> {
  const lines = createInterface({ input: await open(access, path, signal) });
  for await (const line of lines) {
    const { type, object } = JSON.parse(line) as { type: string; object: WorldObject };
    if (type === 'ERROR') return;
    if (type !== 'BOOKMARK') sink.change(type, object);
  }
}

async function open({ serverUrl, caData, token }: Access, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const call = request(new URL(path, serverUrl), { ca: caData, headers, agent: false, signal });
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  call.on('error', () => {}); // of the response stream, which ends with it
  if (response.statusCode === 200) return response;
  response.resume();
  throw new Error(`GET ${path}: ${response.statusCode}`);
}
