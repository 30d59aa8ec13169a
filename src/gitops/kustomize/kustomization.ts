/**
 * Reads kustomization files for what they draw in: which files, which folders, and what of it we can't or won't follow.
 *
 * Nothing is fetched: a remote base is refused, as is a path that leaves the repository, and whatever runs code or a chart. Field names are matched
 * without regard to case, as kustomize's own decoder does.
 */
import { posix } from 'node:path';
import { parseDocument } from 'yaml';

export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonMap = { readonly [key: string]: Json };

/** What a file is drawn in as. */
export type Role = 'resource' | 'patch' | 'component' | 'data' | 'other';

export interface Reference {
  /** From the root of the repository, without `.` and `..`; empty is the root itself. */
  readonly path: string;
  readonly role: Role;
}

export type References = { readonly references: readonly Reference[] } | { readonly refused: string };

/** The content of a kustomization file, or why it can't be used. */
export function parseKustomization(path: string, source: string): { readonly content: JsonMap } | { readonly refused: string } {
  const document = parseDocument(source, { version: '1.1', uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) return { refused: `${path}: ${problem.message.split('\n')[0] ?? ''}` };
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  if (content === null || content === undefined) return { content: {} };
  if (!isMap(content)) return { refused: `${path} is no kustomization: it is not a mapping` };
  return { content };
}

const RUNS_MORE = ['generators', 'transformers', 'validators', 'helmCharts', 'helmChartInflationGenerator'] as const;

/** Everything that the kustomization at `file` names, resolved. */
export function referencesOf(file: string, content: JsonMap): References {
  const more = RUNS_MORE.find((name) => size(field(content, name)) > 0);
  if (more !== undefined) return { refused: `${file} uses ${more}, which is not followed` };
  const found: Reference[] = [];
  const folder = posix.dirname(file);
  for (const { name, role } of namedIn(content)) {
    if (looksRemote(name)) return { refused: `${file} draws in ${JSON.stringify(name)} from outside of the repository` };
    const path = resolveIn(folder, name);
    if (path === undefined) return { refused: `${file} refers to ${JSON.stringify(name)}, which is outside of the repository` };
    found.push({ path, role });
  }
  return { references: found };
}

interface Named {
  readonly name: string;
  readonly role: Role;
}

function namedIn(content: JsonMap): readonly Named[] {
  const as = (role: Role, names: readonly (string | undefined)[]): Named[] =>
    names.filter((name) => name !== undefined).map((name) => ({ name, role }));
  const generators = [...maps(field(content, 'configMapGenerator')), ...maps(field(content, 'secretGenerator'))];
  const openapi = field(content, 'openapi');
  return [
    ...as('resource', strings(field(content, 'resources'))),
    ...as('resource', strings(field(content, 'bases'))),
    ...as('component', strings(field(content, 'components'))),
    ...as('other', strings(field(content, 'crds'))),
    ...as('other', strings(field(content, 'configurations'))),
    ...as('patch', pathsIn(field(content, 'patches'))),
    ...as('patch', pathsIn(field(content, 'patchesJson6902'))),
    ...as(
      'patch',
      strings(field(content, 'patchesStrategicMerge')).filter((entry) => !entry.includes('\n')),
    ),
    ...as('other', pathsIn(field(content, 'replacements'))),
    ...as('other', openapi !== undefined && isMap(openapi) ? [text(field(openapi, 'path'))] : []),
    ...generators.flatMap((generator) => [
      ...as('data', strings(field(generator, 'files')).map(withoutKey)),
      ...as('data', strings(field(generator, 'envs'))),
      ...as('data', [text(field(generator, 'env'))]),
    ]),
  ];
}

/** `key=path` and `path` are both allowed in a generator. */
function withoutKey(entry: string): string {
  const equals = entry.indexOf('=');
  return equals < 0 ? entry : entry.slice(equals + 1);
}

function pathsIn(value: Json | undefined): readonly (string | undefined)[] {
  return maps(value).map((entry) => text(field(entry, 'path')));
}

/** As kustomize tells a URL from a path, erring towards URL. */
function looksRemote(name: string): boolean {
  return /:\/\/|^[\w.-]+@[\w.-]+:|^(?:github|gitlab|bitbucket)\.[a-z]+[/:]|[?&](?:ref|version|submodules|timeout)=|^git::/iu.test(name);
}

/** `name`, as seen from `folder`, from the root of the repository; undefined when it leaves it. */
export function resolveIn(folder: string, name: string): string | undefined {
  if (posix.isAbsolute(name) || name.includes('\\') || name.includes('\0')) return undefined;
  const path = posix.normalize(posix.join(folder, name)).replace(/(?<!\/)\/+$/u, '');
  if (path === '..' || path.startsWith('../')) return undefined;
  return path === '.' ? '' : path;
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a field, whatever the case of its name. */
function field(content: JsonMap, name: string): Json | undefined {
  if (Object.hasOwn(content, name)) return content[name];
  const key = Object.keys(content).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : content[key];
}

function size(value: Json | undefined): number {
  return Array.isArray(value) ? value.length : value === undefined || value === null ? 0 : 1;
}

function strings(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

function maps(value: Json | undefined): readonly JsonMap[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
