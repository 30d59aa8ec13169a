/**
 * `make generate` and `make verify`.
 *
 *   node src/crds/generate/main.ts            writes every generated file under the current folder
 *   node src/crds/generate/main.ts --check    writes nothing; fails with a diff when a file is not what its source makes
 *
 * Files in a generated folder that no source makes any more are removed, or reported.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type GeneratedFiles, generatedFiles, generatedFolders } from './files.ts';

const DIFF_TIMEOUT_MS = 30_000;
const DIFF_MAX_BYTES = 16 * 2 ** 20;

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, out: { type: 'string', default: '.' } } });
const files = generatedFiles();
process.exitCode = values.check ? await check(values.out, files) : await write(values.out, files);

async function write(root: string, wanted: GeneratedFiles): Promise<number> {
  for (const [path, content] of wanted) {
    if ((await contentOf(join(root, path))) === content) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    say(`wrote ${path}`);
  }
  for (const path of await staleFiles(root, wanted)) {
    await rm(join(root, path));
    say(`removed ${path}`);
  }
  return 0;
}

async function check(root: string, wanted: GeneratedFiles): Promise<number> {
  const stale = await staleFiles(root, wanted);
  for (const path of stale) say(`${path}: no source makes this file`);
  const scratch = await mkdtemp(join(tmpdir(), 'agent-sre-generate-'));
  let differing = 0;
  try {
    for (const [path, content] of wanted) {
      const present = await contentOf(join(root, path));
      if (present === content) continue;
      differing += 1;
      say(present === undefined ? `${path}: missing` : await diff(join(root, path), join(scratch, path), content));
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  if (differing + stale.length === 0) return 0;
  say(`\n${differing + stale.length} generated file(s) differ from their source in src/crds: run "make generate" and commit the result`);
  return 1;
}

/** What the file is and what it would become, as a unified diff. */
async function diff(present: string, scratch: string, content: string): Promise<string> {
  await mkdir(dirname(scratch), { recursive: true });
  await writeFile(scratch, content);
  return new Promise((resolve, reject) => {
    const options = { timeout: DIFF_TIMEOUT_MS, maxBuffer: DIFF_MAX_BYTES };
    execFile('git', ['diff', '--no-index', '--no-color', '--', present, scratch], options, (error, stdout) => {
      if (error === null || error.code === 1) resolve(stdout);
      else reject(new Error(`compare ${present} with what its source makes`, { cause: error }));
    });
  });
}

async function staleFiles(root: string, wanted: GeneratedFiles): Promise<readonly string[]> {
  const present = await Promise.all(
    generatedFolders.map(async (folder) => (await namesIn(join(root, folder))).map((name) => `${folder}/${name}`)),
  );
  return present.flat().filter((path) => !wanted.has(path));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new Error(`list ${folder}`, { cause: error });
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new Error(`read ${path}`, { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
