/** How Argo CD makes objects of an Application: as the repo-server does, of those sources that are in one repository. */
import type { Build } from '../builds.ts';
import type { ApplicationSpec, IgnoredDifference } from './resources.ts';

export interface ArgoBuild {
  readonly type: 'ArgoCD';
  /** Of the Application. */
  readonly name: string;
  readonly namespace: string;
  /** As the cluster has it; where the Application is in the repository, too, it is rendered from there. */
  readonly spec: ApplicationSpec;
  /** What the repo-server took each source for: Helm, Kustomize, Directory or Plugin. */
  readonly sourceTypes: readonly string[];
  readonly repository: string;
  /** What renders the Application, if that is in the same repository and branch. */
  readonly outer?: Build;
  /** Why what the Application says itself can't be changed. */
  readonly fixed?: string;
  /** Other Applications that read the same repository. */
  readonly others: readonly OtherReader[];
}

export interface OtherReader {
  readonly name: string;
  readonly path: string;
  readonly isChart: boolean;
  /** From the root of the repository. */
  readonly valueFiles: readonly string[];
}

/** Whether another Application is made from a file, too. Of a chart that is the chart, and of its values those that it names. */
export function readerOf(others: readonly OtherReader[], file: string): string | undefined {
  const reader = others.find(({ path, isChart, valueFiles }) => {
    if (valueFiles.includes(file)) return true;
    if (path !== '' && !file.startsWith(`${path}/`)) return false;
    const inside = path === '' ? file : file.slice(path.length + 1);
    return !isChart || /^(?:Chart\.(?:yaml|lock)|values\.yaml|(?:templates|charts|crds)\/.*)$/u.test(inside);
  });
  return reader?.name;
}

/** Argo CD leaves the field as it is in the cluster. */
export function isIgnored(
  ignored: readonly IgnoredDifference[],
  { kind, name, pointer }: { readonly kind: string; readonly name: string; readonly pointer: string },
): boolean {
  return ignored.some((entry) => {
    if (entry.kind !== kind && entry.kind !== '*') return false;
    if (entry.name !== undefined && entry.name !== '' && entry.name !== name) return false;
    const { jsonPointers = [], jqPathExpressions = [], managedFieldsManagers = [] } = entry;
    if (managedFieldsManagers.length > 0 || jqPathExpressions.length > 0) return true;
    return jsonPointers.some(
      (ignoredPointer) => pointer === ignoredPointer || pointer.startsWith(`${ignoredPointer}/`) || mayMatch(ignoredPointer, pointer),
    );
  });
}

/** Items of lists are named by their number in the one and by their name in the other. */
function mayMatch(ignored: string, pointer: string): boolean {
  const [a, b] = [ignored.split('/'), pointer.split('/')];
  return a.length <= b.length && a.every((part, index) => part === b[index] || (/^\d+$/u.test(part) && b[index] === '*'));
}
