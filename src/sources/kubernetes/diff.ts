/**
 * Which fields differ between two pod templates, as paths that a person recognises: `containers[app].resources.limits.memory`.
 *
 * Items of lists go by the key that Kubernetes merges them by (a container by its name, a mount by its path), so that an item
 * that moved has not changed. What the controllers add themselves (the hash label) is left out.
 */
import { type FieldChange, settingName } from '../changes.ts';
import type { Cleaner } from '../text.ts';
import type { ApiPodTemplate } from './api.ts';

const ITEM_KEYS = ['name', 'mountPath', 'containerPort', 'key', 'ip', 'topologyKey'];
const CONTROLLERS_OWN = new Set(['pod-template-hash', 'controller-revision-hash', 'pod-template-generation']);
const MOST_FIELDS = 30;

type Differ = (path: string, before: unknown, after: unknown) => void;

/** @param object the owner of the templates, `Kind/namespace/name` @param prefix path of the template in it */
export function templateChanges(
  object: string,
  prefix: string,
  before: ApiPodTemplate | undefined,
  after: ApiPodTemplate | undefined,
  cleaner: Cleaner,
): FieldChange[] {
  const found: FieldChange[] = [];
  compare(prefix, before, after, (path, from, to) => {
    if (found.length >= MOST_FIELDS) return;
    found.push({ object, path, before: shown(path, from, cleaner), after: shown(path, to, cleaner) });
  });
  return found;
}

function compare(path: string, before: unknown, after: unknown, differ: Differ): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const [left, right] = [childrenOf(before), childrenOf(after)];
  if (left === undefined || right === undefined) {
    differ(path, before, after);
    return;
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    if (!CONTROLLERS_OWN.has(key)) compare(`${path}${step(key)}`, left.get(key), right.get(key), differ);
  }
}

/** `.image`, `[app]`; a key that holds dots, as labels do, is quoted. */
function step(key: string): string {
  if (key.startsWith('[')) return key;
  return /^[\w-]+$/u.test(key) ? `.${key}` : `["${key}"]`;
}

/** Members by key, or items by their merge key; undefined for what has no parts. */
function childrenOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) return itemsByKey(value);
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map(Object.entries(value));
}

function itemsByKey(items: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const keys = items.map(keyOfItem);
  if (keys.includes(undefined) || new Set(keys).size < keys.length) return undefined;
  return new Map(items.map((item, index) => [`[${keys[index] ?? ''}]`, item]));
}

function keyOfItem(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const members = item as Readonly<Record<string, unknown>>;
  const key = ITEM_KEYS.find((name) => typeof members[name] === 'string' || typeof members[name] === 'number');
  return key === undefined ? undefined : String(members[key]);
}

function shown(path: string, value: unknown, cleaner: Cleaner): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return cleaner.setting(settingName(path), value);
  return cleaner.line(JSON.stringify(value), 256);
}
