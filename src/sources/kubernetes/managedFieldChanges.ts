/**
 * Who changed what of an object when, by the API server's own bookkeeping (`metadata.managedFields`, format FieldsV1).
 *
 * An entry says which fields a manager owns and when it last wrote any of them: a field in it need not have changed at that time, and
 * what somebody else took over since is not in it. The manager's name is what the client calls itself, not who it was; whether it is a
 * person's tool is told by the usual names. Writes of the status are left out. Pure; bounded in entries, paths and depth.
 */
import { z } from 'zod';
import { type FieldChange, settingName } from '../changes.ts';
import type { Cleaner } from '../text.ts';
import { apiTime, objectName } from './names.ts';

export interface ManagedFieldChange {
  readonly manager: string;
  /** As the names of managers go: `person` for kubectl and the like, `engine` for GitOps, `controller` for those of Kubernetes. */
  readonly by: 'person' | 'engine' | 'controller' | 'unknown';
  readonly operation: 'Apply' | 'Update';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Readable paths, as in `spec.template.spec.containers[app].image`. */
  readonly paths: readonly string[];
  /** The same with the present values, cleaned. What they were before is not kept. */
  readonly fields: readonly FieldChange[];
  /** How many more there are. */
  readonly more: number;
}

const MOST_ENTRIES = 100;
const MOST_PATHS = 50;
const MOST_DEPTH = 24;

const entry = z.object({
  manager: z.string().default('unknown'),
  operation: z.enum(['Apply', 'Update']),
  time: z.string(),
  subresource: z.string().optional(),
  fieldsType: z.literal('FieldsV1').optional(),
  fieldsV1: z.record(z.string(), z.unknown()),
});
const owning = entry.partial({ time: true });
const managed = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional(), managedFields: z.array(z.unknown()).default([]) }),
});

/** Newest first. @param object as the API server gives it, its managed fields included */
export function managedFieldChanges(object: unknown, cleaner: Cleaner): readonly ManagedFieldChange[] {
  const { data } = managed.safeParse(object);
  if (data === undefined) return [];
  const { kind, metadata } = data;
  const name = objectName({ kind, ...metadata });
  const entries = metadata.managedFields.slice(0, MOST_ENTRIES).flatMap((each) => entry.safeParse(each).data ?? []);
  return entries
    .filter(({ subresource }) => subresource !== 'status')
    .flatMap(({ manager, operation, time, fieldsV1 }): ManagedFieldChange[] => {
      const at = apiTime(time);
      if (at === undefined) return [];
      const found: Found = { fields: [], more: 0 };
      walk({ fields: fieldsV1, value: object, path: '', depth: 0 }, found);
      const fields = found.fields.map(({ path, value }) => shown(name, path, value, cleaner));
      const told = { at, operation, paths: fields.map(({ path }) => path), fields, more: found.more };
      return [{ manager: cleaner.line(manager, 128), by: whoIs(manager), ...told }];
    })
    .toSorted((a, b) => b.at - a.at);
}

interface Found {
  readonly fields: { readonly path: string; readonly value: unknown }[];
  more: number;
}

interface Place {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
}

/** To the leaves: a field is one when nothing of it is owned but itself (`.`). */
function walk({ fields, value, path, depth }: Place, found: Found): void {
  const below = Object.entries(fields).filter(([key]) => key !== '.');
  if (below.length === 0 || depth >= MOST_DEPTH) {
    if (path === '') return;
    if (found.fields.length < MOST_PATHS) found.fields.push({ path, value });
    else found.more += 1;
    return;
  }
  for (const [key, child] of below) {
    const step = stepOf(key, value);
    const next = typeof child === 'object' && child !== null ? (child as Readonly<Record<string, unknown>>) : {};
    if (step !== undefined)
      walk({ fields: next, value: step.value, path: `${path}${step.text}`.replace(/^\./u, ''), depth: depth + 1 }, found);
  }
}

interface Step {
  readonly text: string;
  readonly value: unknown;
}

/** `f:` a field, `k:` an element by its keys, `v:` a member of a set, `i:` an element by index. */
function stepOf(key: string, value: unknown): Step | undefined {
  const [kind, name] = [key.slice(0, 2), key.slice(2)];
  if (kind === 'f:') return { text: /^[\w-]+$/u.test(name) ? `.${name}` : `["${name}"]`, value: memberOf(value, name) };
  if (kind === 'i:') return { text: `[${name}]`, value: memberOf(value, name) };
  const parsed = parse(name);
  if (kind === 'v:') return { text: `[${typeof parsed === 'string' ? parsed : name}]`, value: parsed };
  if (kind !== 'k:' || typeof parsed !== 'object' || parsed === null) return undefined;
  const keys = Object.entries(parsed);
  const element = Array.isArray(value) ? value.find((each) => keys.every(([part, wanted]) => memberOf(each, part) === wanted)) : undefined;
  return { text: `[${labelOf(keys)}]`, value: element };
}

const ITEM_KEYS = ['name', 'mountPath', 'containerPort', 'key', 'ip', 'topologyKey', 'port', 'type', 'uid'];

/** The key that people know an element by; all of them where none is. */
function labelOf(keys: readonly (readonly [string, unknown])[]): string {
  const known = ITEM_KEYS.map((name) => keys.find(([key]) => key === name)).find((found) => found !== undefined);
  return known === undefined ? keys.map(([key, value]) => `${key}=${String(value)}`).join(',') : String(known[1]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function shown(object: string, path: string, value: unknown, cleaner: Cleaner): FieldChange {
  const readable = cleaner.line(path, 512);
  if (value === undefined) return { object, path: readable };
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { object, path: readable, after: cleaner.setting(settingName(path), text) };
}

export interface FieldOwner extends Pick<ManagedFieldChange, 'manager' | 'by'> {
  /** When it last wrote anything that it owns, in milliseconds since the epoch; of writes to `scale` the API server keeps no time. */
  readonly at?: number | undefined;
}

/** Who owns one field now: whoever gave it its value, and those that applied the same one since. @param path as in `['spec', 'replicas']` */
export function ownersOf(object: unknown, path: readonly string[], cleaner: Cleaner): readonly FieldOwner[] {
  const entries = managed.safeParse(object).data?.metadata.managedFields.slice(0, MOST_ENTRIES) ?? [];
  return entries.flatMap((each): FieldOwner[] => {
    const { data } = owning.safeParse(each);
    if (data === undefined || data.subresource === 'status') return [];
    const owned = path.reduce<unknown>((fields, name) => memberOf(fields, `f:${name}`), data.fieldsV1);
    return owned === undefined ? [] : [{ manager: cleaner.line(data.manager, 128), by: whoIs(data.manager), at: apiTime(data.time) }];
  });
}

const PEOPLE =
  /^(?:kubectl|oc|k9s|lens|openlens|freelens|headlamp|octant|dashboard|kubernetes-dashboard|rancher|mozilla|curl|okhttp)(?:$|[-_./ ])/iu;
const ENGINES =
  /^(?:kustomize-controller|helm-controller|source-controller|flux|argocd|argo-cd|gitops|helm|fleet|pulumi|terraform|hashicorp)(?:$|[-_./ ])/iu;
const CONTROLLERS =
  /^(?:kube-controller-manager|kube-scheduler|kubelet|kube-apiserver|cloud-controller-manager|horizontal-pod-autoscaler|vpa|keda|cluster-autoscaler|karpenter|cert-manager|agent-sre|.*(?:-controller|-operator|-manager))(?:$|[-_./ ])/iu;

function whoIs(manager: string): ManagedFieldChange['by'] {
  const name = manager.slice(0, 128);
  if (PEOPLE.test(name)) return 'person';
  if (ENGINES.test(name)) return 'engine';
  return CONTROLLERS.test(name) ? 'controller' : 'unknown';
}
