/**
 * What differs between two renderings, field by field, in words that people know from `kubectl`.
 *
 * Lists of named things (containers, variables, ports, volumes) are compared by name, so that an insertion is not a change of all that follows. A
 * generated ConfigMap or Secret whose hash suffix moved is one object that changed, not one that went and one that came. Values of Secrets are never shown.
 */
import { displayName, identityOf, type Manifest } from './manifest.ts';

export interface FieldChange {
  /** `Deployment/shop/cart` */
  readonly object: string;
  /** `spec.template.spec.containers[app].image` */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

export interface ObjectChange {
  readonly before: Manifest;
  readonly after: Manifest;
  readonly fields: readonly FieldChange[];
}

export interface RenderedDifference {
  readonly changed: readonly ObjectChange[];
  readonly added: readonly Manifest[];
  readonly removed: readonly Manifest[];
}

export function compareRendered(before: readonly Manifest[], after: readonly Manifest[]): RenderedDifference {
  const old = new Map(before.map((manifest) => [identityOf(manifest), manifest]));
  const now = new Map(after.map((manifest) => [identityOf(manifest), manifest]));
  const gone = before.filter((manifest) => !now.has(identityOf(manifest)));
  const come = after.filter((manifest) => !old.has(identityOf(manifest)));
  const pairs: [Manifest, Manifest][] = [];
  for (const [identity, manifest] of now) {
    const was = old.get(identity);
    if (was !== undefined) pairs.push([was, manifest]);
  }
  const regenerated = pairGenerated(gone, come);
  const changed = [...pairs, ...regenerated].map(([was, is]) => ({ before: was, after: is, fields: compareObjects(was, is) }));
  const paired = new Set(regenerated.flat());
  return {
    changed: changed.filter(({ fields }) => fields.length > 0),
    added: come.filter((manifest) => !paired.has(manifest)),
    removed: gone.filter((manifest) => !paired.has(manifest)),
  };
}

/** All fields of all objects, in the order in which they were rendered. */
export function allFields({ changed }: RenderedDifference): readonly FieldChange[] {
  return changed.flatMap(({ fields }) => fields);
}

/** The alphabet and length of kustomize's hash suffix. */
const HASH_SUFFIX = /-[2456789bcdfghkmt]{10}$/u;

/** The name without the hash that kustomize adds to generated ConfigMaps and Secrets; undefined where there is none. */
export function generatedBaseName({ kind, metadata }: Manifest): string | undefined {
  if (kind !== 'ConfigMap' && kind !== 'Secret') return undefined;
  return HASH_SUFFIX.test(metadata.name) ? metadata.name.replace(HASH_SUFFIX, '') : undefined;
}

function pairGenerated(gone: readonly Manifest[], come: readonly Manifest[]): [Manifest, Manifest][] {
  const keyOf = (manifest: Manifest): string | undefined => {
    const base = generatedBaseName(manifest);
    return base === undefined ? undefined : `${manifest.kind}/${manifest.metadata.namespace ?? ''}/${base}`;
  };
  const pairs: [Manifest, Manifest][] = [];
  for (const was of gone) {
    const key = keyOf(was);
    const same = come.filter((manifest) => key !== undefined && keyOf(manifest) === key);
    const [is] = same;
    if (is !== undefined && same.length === 1 && gone.filter((manifest) => keyOf(manifest) === key).length === 1) pairs.push([was, is]);
  }
  return pairs;
}

function compareObjects(before: Manifest, after: Manifest): readonly FieldChange[] {
  const fields: FieldChange[] = [];
  const isSecret = after.kind === 'Secret';
  const report = (path: string, was: unknown, is: unknown): void => {
    const hidden = isSecret && /^(?:data|stringData)\b/u.test(path);
    fields.push({
      object: displayName(after),
      path,
      ...(was === undefined ? {} : { before: hidden ? '(secret)' : shown(was) }),
      ...(is === undefined ? {} : { after: hidden ? '(secret)' : shown(is) }),
    });
  };
  walk('', before, after, report);
  return fields;
}

type Report = (path: string, before: unknown, after: unknown) => void;

function walk(path: string, before: unknown, after: unknown, report: Report): void {
  if (Array.isArray(before) && Array.isArray(after)) {
    walkLists(path, before, after, report);
    return;
  }
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) walk(joined(path, key), before[key], after[key], report);
    return;
  }
  if (
    before === undefined
      ? spread(path, after, (at, value) => report(at, undefined, value))
      : after === undefined && spread(path, before, (at, value) => report(at, value, undefined))
  )
    return;
  if (!sameScalar(before, after)) report(path, before, after);
}

/** A mapping that came or went is told by its fields; false when there is nothing to spread. */
function spread(path: string, value: unknown, each: (path: string, value: unknown) => void): boolean {
  if (!isRecord(value) || Object.keys(value).length === 0) return false;
  for (const [key, inner] of Object.entries(value)) {
    if (!spread(joined(path, key), inner, each)) each(joined(path, key), inner);
  }
  return true;
}

function walkLists(path: string, before: readonly unknown[], after: readonly unknown[], report: Report): void {
  const key = listKey(before, after);
  if (key === undefined) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      walk(`${path}[${index}]`, before[index], after[index], report);
    }
    return;
  }
  const byKey = (items: readonly unknown[]): Map<string, unknown> => new Map(items.map((item) => [keyIn(item, key) ?? '', item]));
  const [old, now] = [byKey(before), byKey(after)];
  for (const name of new Set([...old.keys(), ...now.keys()])) walk(`${path}[${name}]`, old.get(name), now.get(name), report);
}

/** What tells the items of a list apart, the first that does so on both sides. */
export const LIST_KEYS = ['name', 'containerPort', 'port', 'mountPath', 'devicePath', 'ip', 'topologyKey', 'uid'] as const;

function listKey(...lists: readonly (readonly unknown[])[]): string | undefined {
  return LIST_KEYS.find((key) =>
    lists.every((items) => {
      const names = items.map((item) => keyIn(item, key));
      return names.every((name) => name !== undefined) && new Set(names).size === names.length;
    }),
  );
}

function keyIn(item: unknown, key: string): string | undefined {
  if (!isRecord(item)) return undefined;
  const value = item[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/u;

function joined(path: string, key: string): string {
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function sameScalar(before: unknown, after: unknown): boolean {
  if (typeof before === 'object' || typeof after === 'object') return JSON.stringify(before) === JSON.stringify(after);
  return Object.is(before, after);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
