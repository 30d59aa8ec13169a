/**
 * Routes that a gateway reads from a ConfigMap: Spring Cloud Gateway's `routes` (id, uri, predicates; as YAML, JSON or properties), nginx'
 * `location` with `proxy_pass`, and lists of the same shape (name, path, service or url).
 *
 * Only what is written is read; a text that is neither is passed over. A value such as `${NAME:default}` counts as its default; one without a
 * default leads nobody knows where, and its route is left out.
 */
import { parseAllDocuments } from 'yaml';
import type { ObjectRef } from '../../crds/common.ts';
import type { Route } from './snapshot.ts';

const LONGEST = 64 * 1024;
const MOST_ROUTES = 500;

/** @param text one value of the ConfigMap @param evidence key of the evidence that shows it */
export function routesIn(owner: ObjectRef, text: string, evidence: string): Route[] {
  if (text.length > LONGEST) return [];
  const found = IS_NGINX.test(text) ? nginxRoutes(text) : [...listedRoutes(text), ...propertyRoutes(text)];
  return found.slice(0, MOST_ROUTES).flatMap(({ name, path, target }) => {
    const backend = backendOf(target, owner.namespace ?? '');
    return backend === undefined ? [] : [{ owner, name, host: '', path, backend, conditions: [], evidence }];
  });
}

interface Written {
  readonly name: string;
  readonly path: string;
  readonly target: string;
}

const IS_NGINX = /\blocation\s[^{\n]{0,200}\{/u;
function nginxRoutes(text: string): Written[] {
  const plain = text.replace(/#[^\n]*/gu, '');
  const servers = new Map(
    [...plain.matchAll(/\bupstream\s+([\w.-]{1,100})\s*\{[^{}]*?\bserver\s+([^;\s]+)/gu)].map(([, name = '', server = '']) => [
      name,
      server,
    ]),
  );
  return plain.split(/\blocation\s+(?:[=~^*]+\s+)?(?=\S)/u).flatMap((part, index) => {
    const [, path = '', rest = ''] = /^(\S{1,300}?)\s*\{(.{0,4000})/su.exec(part) ?? [];
    const target = /\bproxy_pass\s+([^;\s]+)/u.exec(rest)?.[1];
    return index === 0 || target === undefined ? [] : [{ name: '', path, target: resolved(target, rest, servers) }];
  });
}

/** Through a variable that is set beside it, and an upstream of several servers, the first of which speaks for all. */
function resolved(target: string, block: string, servers: ReadonlyMap<string, string>): string {
  const variable = /^\$(\w+)$/u.exec(target)?.[1];
  const value =
    variable === undefined
      ? target
      : ([...block.matchAll(/\bset\s+\$(\w+)\s+([^;\s]+)/gu)].find(([, name]) => name === variable)?.[2] ?? target);
  const upstream = /^[a-z]+:\/\/([\w.-]+)/u.exec(value)?.[1] ?? '';
  return servers.get(upstream) ?? value;
}

const PROPERTY = /^\s*([\w.-]*routes\[\d{1,3}\])\.([\w.[\]-]{1,100})\s*[=:]\s*(.+?)\s*$/u;

/** `spring.cloud.gateway.routes[0].uri=http://cart:8080` */
function propertyRoutes(text: string): Written[] {
  const routes = new Map<string, Record<string, string>>();
  for (const line of text.split('\n')) {
    const [, route, member, value] = PROPERTY.exec(line.slice(0, 1_000)) ?? [];
    if (route === undefined || member === undefined || value === undefined) continue;
    routes.set(route, { ...routes.get(route), [member]: value });
  }
  return [...routes.values()].flatMap((members) => {
    const predicates = Object.entries(members).flatMap(([name, value]) => (name.startsWith('predicates[') ? [value] : []));
    return writtenRoute({ ...members, predicates });
  });
}

function listedRoutes(text: string): Written[] {
  if (!/\broutes\b/u.test(text)) return [];
  try {
    return parseAllDocuments(text, { uniqueKeys: false, logLevel: 'error' }).flatMap((document) =>
      'toJS' in document && document.errors.length === 0 ? routesBelow(document.toJS({ maxAliasCount: 20 }), 0) : [],
    );
  } catch {
    return [];
  }
}

const DEEPEST = 12;

function routesBelow(value: unknown, depth: number): Written[] {
  if (depth > DEEPEST || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => routesBelow(item, depth + 1));
  return Object.entries(value).flatMap(([key, member]) =>
    /(?:^|\.)routes$/u.test(key) && Array.isArray(member) ? member.flatMap(writtenRoute) : routesBelow(member, depth + 1),
  );
}

function writtenRoute(item: unknown): Written[] {
  if (typeof item !== 'object' || item === null) return [];
  const members = item as Readonly<Record<string, unknown>>;
  const target = textOf(members, 'uri', 'url', 'service', 'upstream', 'target', 'backend');
  const path = textOf(members, 'path', 'prefix') ?? pathPredicate(members['predicates']);
  return target === undefined || path === undefined ? [] : [{ name: textOf(members, 'id', 'name') ?? '', path, target }];
}

const textOf = (members: Readonly<Record<string, unknown>>, ...keys: readonly string[]): string | undefined =>
  keys.map((key) => members[key]).find((value) => typeof value === 'string');

function pathPredicate(predicates: unknown): string | undefined {
  if (!Array.isArray(predicates)) return undefined;
  return predicates.flatMap((one) => {
    if (typeof one === 'string') return one.startsWith('Path=') ? [one.slice('Path='.length)] : [];
    const { name, args } = (one ?? {}) as { readonly name?: unknown; readonly args?: unknown };
    return name === 'Path' && typeof args === 'object' && args !== null
      ? Object.values(args).filter((value) => typeof value === 'string')
      : [];
  })[0];
}

/** `lb://cart`, `http://${CART_HOST:cart}.shop:8080/x` */
function backendOf(target: string, namespace: string): Route['backend'] | undefined {
  const plain = target.replace(/\$\{[A-Za-z0-9_.-]+:-?([^${}]*)\}/gu, '$1');
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)((?:\.[-a-z0-9]+)*)(?::(\d{1,5}))?(?:\/|$)/iu.exec(plain);
  if (match === null) return undefined;
  const [, service = '', domain = '', port] = match;
  const [, inDomain] = domain.split('.');
  return { namespace: inDomain ?? namespace, service, port: port === undefined ? undefined : Number(port) };
}
