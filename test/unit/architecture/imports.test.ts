/**
 * The import table of ARCHITECTURE.md, enforced: an arrow that the table does not have fails here, with the file and the line.
 *
 * A folder may always import itself, `src/clock.ts` and `src/crds/`. `types` lists folders of which only types may be imported.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Allowed {
  readonly values: readonly string[];
  readonly types?: readonly string[];
}

const TABLE: Readonly<Record<string, Allowed>> = {
  crds: { values: ['kube/object'] },
  kube: { values: [] },
  domain: { values: [], types: ['kube'] },
  analysis: { values: [] },
  redact: { values: [] },
  llm: { values: ['redact', 'domain', 'kube/client/gate'] },
  text: { values: ['redact'] },
  telemetry: { values: ['redact'], types: ['kube'] },
  sources: { values: ['domain', 'analysis', 'telemetry', 'kube/errors', 'kube/object'], types: ['kube'] },
  audit: { values: ['redact', 'kube/errors'], types: ['kube'] },
  evidence: { values: ['redact', 'domain', 'kube/errors', 'kube/object'], types: ['kube'] },
  investigate: {
    values: ['analysis', 'domain', 'llm', 'sources', 'config/problems', 'config/source', 'kube/errors', 'kube/object'],
    types: ['kube'],
  },
  report: { values: ['domain', 'text'] },
  gitops: { values: ['domain', 'kube/errors', 'kube/object'], types: ['kube'] },
  remediate: { values: ['analysis', 'domain', 'gitops', 'kube/errors', 'kube/object', 'sources/gap'], types: ['kube', 'sources'] },
  intake: { values: ['domain', 'kube', 'report'], types: ['telemetry', 'redact', 'sources'] },
  tools: {
    // what people say of trouble is read in one way, whether a chat brings it or a caller
    values: [
      'analysis',
      'domain',
      'evidence',
      'gitops',
      'intake/freeText/readChatMessage',
      'investigate',
      'kube',
      'remediate',
      'report',
      'sources',
      'text',
    ],
    types: ['audit', 'chat', 'redact', 'telemetry'],
  },
  chat: {
    values: ['analysis', 'domain', 'evidence/listMetadata', 'kube', 'llm', 'sources', 'text', 'tools'],
    types: ['redact', 'telemetry'],
  },
  mcp: { values: ['analysis', 'domain', 'kube', 'report', 'server/keepAlive', 'text', 'tools'], types: ['chat', 'redact', 'telemetry'] },
  server: { values: ['domain', 'kube', 'intake', 'report', 'tools'], types: ['chat', 'mcp', 'redact', 'telemetry'] },
  controllers: {
    values: [
      'domain',
      'kube',
      'audit',
      'evidence',
      'investigate',
      'gitops',
      'remediate',
      'report',
      'sources',
      'redact',
      'telemetry/explain',
    ],
    types: ['telemetry'],
  },
  cli: { values: ['audit', 'config', 'config.ts', 'domain', 'kube', 'report', 'telemetry', 'text'] },
  commands: {
    values: [
      'analysis',
      'cli/terminal',
      'config',
      'config.ts',
      'domain',
      'investigate',
      'kube',
      'redact',
      'report',
      'sources',
      'telemetry',
      'text',
    ],
  },
  compose: { values: ['*'] },
  'config.ts': { values: ['config'] },
  config: { values: [] },
  'main.ts': { values: ['*'] },
};

const root = resolve(import.meta.dirname, '../../../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

describe('the import table', () => {
  test('has a row for every folder of src', () => {
    const folders = new Set(files.map((path) => folderOf(path)).filter((folder) => folder !== 'clock.ts'));
    expect([...folders].filter((folder) => !(folder in TABLE))).toEqual([]);
  });

  test('has every arrow that the code draws', () => {
    const wrong = files.flatMap((path) => importsOf(path)).filter((arrow) => !isAllowed(arrow));
    expect(wrong.map(({ from, line, to, typeOnly }) => `${from}:${line} imports ${typeOnly ? 'types of ' : ''}${to}`)).toEqual([]);
  });

  test('keeps the model client away from the executor: nothing that it is made of reaches src/llm', () => {
    expect(reachableFrom(['remediate', 'gitops', 'controllers/remediationplan']).filter((path) => path.startsWith('llm/'))).toEqual([]);
  });
});

describe('the machine', () => {
  test.each([
    { name: 'only src/config.ts reads process.env', pattern: /process\.env\b/u, allowed: ['config.ts'] },
    {
      name: 'only src/clock.ts asks what time it is',
      pattern: /\bDate\.now\(\)|performance\.now\(\)|new Date\(\)/u,
      allowed: ['clock.ts'],
    },
  ])('$name', ({ pattern, allowed }) => {
    const offenders = files.filter(
      (path) => !allowed.includes(path) && pattern.test(withoutComments(readFileSync(join(root, path), 'utf8'))),
    );
    expect(offenders).toEqual([]);
  });
});

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const source = folderOf(from);
  const target = folderOf(to);
  if (source === target || target === 'clock.ts' || (target === 'crds' && source !== 'kube')) return true;
  const { values, types = [] } = TABLE[source] ?? { values: [] };
  const matches = (entry: string): boolean => entry === '*' || target === entry || to === `${entry}.ts`;
  return values.some(matches) || (typeOnly && types.some(matches));
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function importsOf(path: string): readonly Import[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/^(import|export)\s+(type\s+)?([^;]*?)\s*from\s+'(\.[^']+)'/gmu)].map((match) => {
    const names = match[3] ?? '';
    const allTyped =
      /^\{[^}]*\}$/u.test(names) &&
      names
        .slice(1, -1)
        .split(',')
        .filter((name) => name.trim() !== '')
        .every((name) => name.trim().startsWith('type '));
    return {
      from: path,
      to: relative(root, resolve(root, dirname(path), match[4] ?? '')),
      line: text.slice(0, match.index).split('\n').length,
      typeOnly: match[2] !== undefined || allTyped,
    };
  });
}

function reachableFrom(starts: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { to, typeOnly } of importsOf(path)) if (!typeOnly && files.includes(to)) visit(to);
  };
  for (const path of files) if (starts.some((start) => path.startsWith(`${start}/`))) visit(path);
  return [...seen];
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//gu, '').replaceAll(/\/\/[^\n]*/gu, '');
}
