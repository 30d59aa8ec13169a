/** Objects for programs: as JSON or YAML, without what only the API server needs. */
import { stringify } from 'yaml';
import type { KubeObject } from '../kube/object.ts';
import type { Terminal } from './terminal.ts';

export function printObjects(terminal: Terminal, format: 'json' | 'yaml', objects: readonly KubeObject[], isList: boolean): void {
  const items = objects.map((object) => ({ ...object, metadata: { ...object.metadata, managedFields: undefined } }));
  const value = isList ? { apiVersion: 'v1', kind: 'List', items } : items[0];
  printValue(terminal, format, value);
}

export function printValue(terminal: Terminal, format: 'json' | 'yaml', value: unknown): void {
  terminal.print((format === 'json' ? JSON.stringify(value, undefined, 2) : stringify(value, { lineWidth: 0 })).trimEnd());
}
