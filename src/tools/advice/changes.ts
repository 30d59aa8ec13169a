/** Changes of a workload, and objects beside it, as a person applies them. Whatever Git says is better changed there. */
import type { Change, Facts } from './facts.ts';
import { yamlOf } from './yaml.ts';

type Workload = Pick<Facts['workload'], 'kind' | 'namespace' | 'name'>;
type Part = Readonly<Record<string, unknown>>;

/** A strategic merge patch. */
export function patchOf({ kind, namespace, name }: Workload, spec: Part): Change {
  const command = `kubectl patch ${kind.toLowerCase()} ${name} --namespace ${namespace} --patch-file patch.yaml`;
  const body = { spec };
  return { kind: 'patch', body, yaml: yamlOf(body), command };
}

/** Of containers of the template, by name. */
export const patchOfContainers = (workload: Workload, containers: readonly (Part & { readonly name: string })[]): Change =>
  patchOf(workload, { template: { spec: { containers } } });

export function manifestOf(body: object): Change {
  return { kind: 'manifest', body, yaml: yamlOf(body), command: 'kubectl apply -f manifest.yaml' };
}

/** All patches of one workload in one; undefined when there are none. */
export function together(changes: readonly Change[]): Change | undefined {
  const patches = changes.filter(({ kind }) => kind === 'patch');
  const [first, ...others] = patches;
  if (first === undefined) return undefined;
  const body = others.reduce<unknown>((merged, { body: next }) => mergedWith(merged, next), first.body) as object;
  return { ...first, body, yaml: yamlOf(body) };
}

/** As the API server merges them: objects by their fields, lists of named things by name. */
function mergedWith(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return mergedLists(a, b);
  if (!isPart(a) || !isPart(b)) return b;
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...fields].map((field) => [field, field in b ? (field in a ? mergedWith(a[field], b[field]) : b[field]) : a[field]]),
  );
}

function mergedLists(a: readonly unknown[], b: readonly unknown[]): readonly unknown[] {
  const nameOf = (item: unknown): unknown => (isPart(item) ? item['name'] : undefined);
  const kept = a.map((item) => {
    const same = b.find((other) => nameOf(other) !== undefined && nameOf(other) === nameOf(item));
    return same === undefined ? item : mergedWith(item, same);
  });
  return [...kept, ...b.filter((other) => nameOf(other) === undefined || !a.some((item) => nameOf(item) === nameOf(other)))];
}

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);
