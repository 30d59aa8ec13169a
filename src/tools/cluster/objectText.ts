/** One object whole, as YAML: without what only machines read, and without secrets, whatever holds them. */
import { stringify } from 'yaml';
import type { KubeObject } from '../../kube/object.ts';
import type { ClusterDeps } from './deps.ts';

const MOST_CHARACTERS = 12_000;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export interface ShownObject {
  readonly text: string;
  readonly object: unknown;
  readonly isCut: boolean;
}

export function objectText({ redactor, cleaner }: Pick<ClusterDeps, 'redactor' | 'cleaner'>, object: KubeObject): ShownObject {
  const shown = redactor.value(withoutBookkeeping(object));
  const lines = cleaner.lines(stringify(shown, { lineWidth: 0 }), 500);
  const kept = linesWithin(lines, MOST_CHARACTERS);
  const rest = lines.length - kept.length;
  const text = [...kept, ...(rest === 0 ? [] : [`… ${rest} more lines; kubectl_describe says what matters of it.`])].join('\n');
  return { text, object: shown, isCut: rest > 0 };
}

/** What server-side apply and kubectl keep for themselves. */
export function withoutBookkeeping(object: KubeObject): KubeObject {
  const { managedFields: _fields, annotations = {}, ...metadata } = object.metadata;
  const { [LAST_APPLIED]: _applied, ...kept } = annotations;
  return { ...object, metadata: { ...metadata, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) } };
}

export function linesWithin(lines: readonly string[], most: number): readonly string[] {
  let length = 0;
  const end = lines.findIndex((line) => {
    length += line.length + 1;
    return length > most;
  });
  return end < 0 ? lines : lines.slice(0, end);
}
