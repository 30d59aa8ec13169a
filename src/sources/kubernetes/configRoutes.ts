/**
 * Routes that a gateway reads from a ConfigMap: Spring Cloud Gateway's `routes` (id, uri, predicates), nginx' `location` with
 * `proxy_pass`, and lists of the same shape (name, path, service or url).
 *
 * Only what is written is read; a text that is neither is passed over. A value such as `${NAME:default}` counts as its default, or where it
 * names an environment variable of another service, as that name.
 */
import { parseAllDocuments } from 'yaml';
import type { ObjectRef } from '../../crds/common.ts';
import type { Route } from './snapshot.ts';

const LONGEST = 64 * 1024;
const MOST_ROUTES = 500;

/** @param text one value of the ConfigMap @param evidence key of the evidence that shows it */
export function routesIn(owner: ObjectRef, text: string, evidence: string): Route[] {
  if (text.length > LONGEST) return [];
  const found = /\blocation\b[^{]*\{/u.test(text) ? nginxRoutes(text) : listedRoutes(text);
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

function nginxRoutes(text: string): Written[] {
  return [...text.matchAll(/\blocation\s+(?:[=~^*]+\s+)?(\S+)\s*\{([^{}]*)\}/gu)].flatMap(([, path = '', body = '']) => {
    const target = /\bproxy_pass\s+([^;\s]+)/u.exec(body)?.[1];
    return target === undefined ? [] : [{ name: '', path, target }];
  });
}

function listedRoutes(text: string): Written[] {
  if (!/\broutes\b/u.test(text)) return [];
  try {
    return parseAllDocuments(text, { maxAliasCount: 0, uniqueKeys: false } as never).flatMap((document) =>
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
    key === 'routes' && Array.isArray(member) ? member.flatMap(writtenRoute) : routesBelow(member, depth + 1),
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
  return predicates.flatMap((one) => (typeof one === 'string' && one.startsWith('Path=') ? [one.slice('Path='.length)] : []))[0];
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
