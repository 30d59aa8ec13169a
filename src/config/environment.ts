/**
 * Environment variables that set something, and what they set. A variable that is set and not empty counts more than the file.
 */
import { type Path, valueAt } from './problems.ts';
import { grafanaToken } from './sources.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Variable {
  readonly name: string;
  readonly path: Path;
  readonly isNumber?: boolean;
  /** A setting beside it without which it means nothing: then it is left out. */
  readonly beside?: string;
  /** What it sets by being there. */
  readonly value?: string;
}

const VARIABLES: readonly Variable[] = [
  { name: 'PROMETHEUS_URL', path: ['sources', 'prometheus', 0, 'url'] },
  { name: 'ALERTMANAGER_URL', path: ['sources', 'alertmanager', 0, 'url'] },
  { name: 'LOKI_URL', path: ['sources', 'loki', 0, 'url'] },
  { name: 'TEMPO_URL', path: ['sources', 'tempo', 0, 'url'] },
  { name: 'GRAFANA_URL', path: ['sources', 'grafana', 0, 'url'] },
  { name: 'GRAFANA_API_KEY', path: grafanaToken(0), beside: 'url' },
  { name: 'OLLAMA_URL', path: ['model', 'url'] },
  { name: 'OLLAMA_URL', path: ['model', 'provider'], value: 'ollama' },
  { name: 'MODEL_NAME', path: ['model', 'name'] },
  { name: 'KUBECONFIG', path: ['kubernetes', 'kubeconfig'] },
  { name: 'KUBE_CONTEXT', path: ['kubernetes', 'context'] },
  { name: 'API_HOST', path: ['http', 'host'] },
  { name: 'API_PORT', path: ['http', 'port'], isNumber: true },
  { name: 'MCP_HOST', path: ['mcp', 'host'] },
  { name: 'MCP_SERVER_PORT', path: ['mcp', 'port'], isNumber: true },
  { name: 'MCP_PORT', path: ['mcp', 'port'], isNumber: true },
  { name: 'FLUX_NAMESPACE', path: ['flux', 'namespace'] },
  { name: 'SERVICE_NAME', path: ['logging', 'name'] },
];

export interface Overlaid {
  readonly data: unknown;
  /** The variable that set what stands at a path. */
  readonly variableOf: (path: Path) => string | undefined;
}

export function overlay(data: unknown, environment: Environment): Overlaid {
  const set = VARIABLES.filter(({ name }) => (environment[name] ?? '') !== '');
  const result = set.reduce((at, { name, path, isNumber, beside, value }) => {
    if (beside !== undefined && valueAt(at, [...path.slice(0, -1), beside]) === undefined) return at;
    return withValue(at, path, value ?? valueOf(environment[name] ?? '', isNumber === true));
  }, data);
  return { data: result, variableOf: (path) => set.find((variable) => isSame(variable.path, path))?.name };
}

function valueOf(text: string, isNumber: boolean): unknown {
  return isNumber && /^-?[0-9]+$/u.test(text.trim()) ? Number(text) : text;
}

/** A copy with `value` at `path`. What the file has of another shape on the way is left for the schema to complain about. */
function withValue(at: unknown, path: Path, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part === 'number') {
    if (at !== undefined && at !== null && !Array.isArray(at)) return at;
    const items: readonly unknown[] = at ?? [];
    return [...items.slice(0, part), withValue(items[part], rest, value), ...items.slice(part + 1)];
  }
  if (at !== undefined && at !== null && (typeof at !== 'object' || Array.isArray(at))) return at;
  const fields = (at ?? {}) as Readonly<Record<string, unknown>>;
  return { ...fields, [String(part)]: withValue(fields[String(part)], rest, value) };
}

function isSame(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}
