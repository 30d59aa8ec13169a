import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generatedFiles } from '../../../src/crds/generate/files.ts';
import { GENERATED_HEADER } from '../../../src/crds/generate/yaml.ts';

const run = promisify(execFile);

describe('the generator', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'agent-sre-generate-test-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test('is content with what it wrote', async () => {
    await generate();
    expect(await generate('--check')).toEqual({ code: 0, says: '' });
  });

  test('shows the lines in which a file that was edited differs from its source', async () => {
    await generate();
    const path = join(root, 'config/crd/incidents.yaml');
    await writeFile(path, (await readFile(path, 'utf8')).replace('- inc\n', '- incident\n'));
    const { code, says } = await generate('--check');
    expect(code).toBe(1);
    expect(says).toMatch(/^-\s+- incident$/mu);
    expect(says).toMatch(/^\+\s+- inc$/mu);
    expect(says).toContain('run "make generate" and commit the result');
  });

  test('reports a file that is missing and one that nothing makes any more, and mends both', async () => {
    await generate();
    await rm(join(root, 'config/crd/incidents.yaml'));
    await writeFile(join(root, 'config/admission/old.yaml'), '');
    const { code, says } = await generate('--check');
    expect(code).toBe(1);
    expect(says).toContain('config/crd/incidents.yaml: missing');
    expect(says).toContain('config/admission/old.yaml: no source makes this file');
    await generate();
    expect((await generate('--check')).code).toBe(0);
  });

  async function generate(...flags: readonly string[]): Promise<{ readonly code: unknown; readonly says: string }> {
    try {
      const { stdout } = await run(process.execPath, ['src/crds/generate/main.ts', '--out', root, ...flags], { timeout: 60_000 });
      return { code: 0, says: stdout };
    } catch (error) {
      const { code, stdout } = error as { readonly code: unknown; readonly stdout: string };
      return { code, says: stdout };
    }
  }
});

test('every generated YAML file says so in its first line', () => {
  const unmarked = [...generatedFiles()].filter(([path, content]) => path.endsWith('.yaml') && !content.startsWith(GENERATED_HEADER));
  expect(unmarked).toEqual([]);
});
