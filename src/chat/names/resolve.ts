/**
 * Which things of the cluster a question is about. Pure.
 *
 * A name counts as it is written, then as part of one name alone, then as a slip of one. Several things of one name in different namespaces are never
 * guessed among: they are asked back. A Deployment and a Service of one name in one namespace are one thing.
 */
import { closest, editDistance } from '../../analysis/similarity.ts';
import type { Entity } from '../memory/conversation.ts';

export type Resolution =
  | { readonly outcome: 'one'; readonly entity: Entity; readonly mention: string /** It was not written so. */; readonly guessed: boolean }
  | { readonly outcome: 'several'; readonly mention: string; readonly candidates: readonly Entity[] }
  /** Named, and not there. */
  | { readonly outcome: 'none'; readonly mention: string; readonly nearest: readonly string[] }
  /** Nothing is named. */
  | { readonly outcome: 'unnamed' };

export interface Resolving {
  readonly mentions: readonly string[];
  readonly names: readonly Entity[];
  /** Kinds that the question can be about. */
  readonly kinds: readonly Entity['kind'][];
  /** Where the conversation was: decides among things of one name. */
  readonly focus?: Entity | undefined;
}

const KIND_WORDS: Readonly<Record<string, Entity['kind']>> = {
  deploy: 'Deployment',
  deployment: 'Deployment',
  sts: 'StatefulSet',
  statefulset: 'StatefulSet',
  ds: 'DaemonSet',
  daemonset: 'DaemonSet',
  svc: 'Service',
  service: 'Service',
  pod: 'Pod',
  po: 'Pod',
  ns: 'Namespace',
  namespace: 'Namespace',
  incident: 'Incident',
  inc: 'Incident',
};
const PREFERRED: readonly Entity['kind'][] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Service',
  'Pod',
  'Incident',
  'RemediationPlan',
  'Namespace',
];
const ENDINGS = /-(?:service|svc|app|deployment|server)$/u;
const MOST_CANDIDATES = 8;
/** A shorter name is a slip of too many others. */
const SHORTEST_SLIP = 5;

export const keyOf = ({ namespace, name }: Pick<Entity, 'namespace' | 'name'>): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

export function resolve({ mentions, names, kinds, focus }: Resolving): Resolution {
  const namespaces = new Set(names.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name));
  const wanted = names.filter(({ kind }) => kinds.includes(kind) && kind !== 'Namespace');
  const parts = mentions.map((mention) => partsOf(mention, namespaces));
  const where = parts.find(({ name, namespace }) => namespace === undefined && namespaces.has(name) && parts.length > 1)?.name;
  const said = [...parts, ...joined(mentions)];
  for (const find of [exactly, asPart] as const) {
    for (const part of said) {
      const found = narrowed(find(part, wanted), part.namespace ?? (where === part.name ? undefined : where), focus);
      if (found.length > 0) return chosen(part.written, found, find === asPart && found[0]?.name !== part.name);
    }
    const namespace = find === exactly && kinds.includes('Namespace') ? parts.find(({ name }) => namespaces.has(name)) : undefined;
    if (namespace !== undefined) return one({ kind: 'Namespace', name: namespace.name }, namespace.written, false);
  }
  return slipOrNone(said, wanted, [...(kinds.includes('Namespace') ? namespaces : [])], namespaces);
}

interface Part {
  readonly written: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly kind?: Entity['kind'] | undefined;
}

/** `shop/cart`, `deploy/cart`, `cart.shop`, `cart.shop.svc.cluster.local`. */
function partsOf(written: string, namespaces: ReadonlySet<string>): Part {
  const [first = '', second, third] = written.split('/');
  if (second !== undefined && third !== undefined) return { written, namespace: first, kind: KIND_WORDS[second], name: third };
  if (second !== undefined) {
    const kind = namespaces.has(first) ? undefined : KIND_WORDS[first];
    return kind === undefined ? { written, namespace: first, name: second } : { written, kind, name: second };
  }
  const [host = '', namespace = ''] = first.split('.');
  return namespaces.has(namespace) ? { written, namespace, name: host } : { written, name: first };
}

/** "payment gateway" is `payment-gateway`, where there is one. */
const joined = (mentions: readonly string[]): readonly Part[] =>
  mentions.slice(1).map((mention, index) => ({ written: `${mentions[index]} ${mention}`, name: `${mentions[index]}-${mention}` }));

const exactly = ({ name, kind }: Part, names: readonly Entity[]): readonly Entity[] =>
  names.filter((entity) => entity.name === name && (kind === undefined || entity.kind === kind));

function asPart({ name }: Part, names: readonly Entity[]): readonly Entity[] {
  const bare = name.replace(ENDINGS, '');
  const same = names.filter((entity) => entity.name.replace(ENDINGS, '') === bare);
  if (same.length > 0) return same;
  return name.length < 3 ? [] : names.filter((entity) => `-${entity.name}-`.includes(`-${name}-`));
}

/** Those in the namespace that is said, or that the conversation is in; one of each name. */
function narrowed(found: readonly Entity[], namespace: string | undefined, focus: Entity | undefined): readonly Entity[] {
  const there = namespace === undefined ? found : found.filter((entity) => entity.namespace === namespace);
  const things = [...Map.groupBy(there, keyOf).values()].map(
    (same) => same.toSorted((a, b) => PREFERRED.indexOf(a.kind) - PREFERRED.indexOf(b.kind))[0],
  );
  const distinct = things.filter((thing) => thing !== undefined);
  const near =
    focus === undefined ? [] : distinct.filter((thing) => thing.namespace === (focus.kind === 'Namespace' ? focus.name : focus.namespace));
  return distinct.length > 1 && near.length === 1 ? near : distinct;
}

function chosen(mention: string, found: readonly Entity[], guessed: boolean): Resolution {
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return one(first, mention, guessed);
  const candidates = found.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).slice(0, MOST_CANDIDATES);
  return { outcome: 'several', mention, candidates };
}

const one = (entity: Entity, mention: string, guessed: boolean): Resolution => ({ outcome: 'one', entity, mention, guessed });

function slipOrNone(
  said: readonly Part[],
  wanted: readonly Entity[],
  more: readonly string[],
  namespaces: ReadonlySet<string>,
): Resolution {
  const all = [...new Set([...wanted.map(({ name }) => name), ...more])];
  const unknown = said.filter(({ name, written }) => !namespaces.has(name) && !written.includes(' '));
  for (const { name, written } of unknown) {
    const [nearest, second] = closest(name, all, 2);
    const isSlip = nearest !== undefined && name.length >= SHORTEST_SLIP && editDistance(name, nearest) === 1;
    if (!isSlip || (second !== undefined && editDistance(name, second) === 1)) continue;
    const found = narrowed(
      wanted.filter((entity) => entity.name === nearest),
      undefined,
      undefined,
    );
    if (found.length > 0) return chosen(written, found, true);
  }
  const meant = unknown.find(({ name }) => closest(name, all, 1).length > 0) ?? unknown.at(-1);
  if (meant === undefined) return { outcome: 'unnamed' };
  return { outcome: 'none', mention: meant.written, nearest: closest(meant.name, all, 4) };
}
