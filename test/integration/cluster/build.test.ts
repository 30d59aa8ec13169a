import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findGo } from '../../cluster/components/go.ts';
import { which } from '../../cluster/lib/which.ts';

/** A module of our own behind a module proxy of our own, which is a folder: the whole way of a build, without a network. */
const MODULE = 'example.test/tool';
const VERSION = 'v1.0.0';
const COMPONENTS = join(import.meta.dirname, '../../cluster/components');
const go = await findGo(process.env, tmpdir());

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-test-'));
  publish({
    'go.mod': `module ${MODULE}\n\ngo 1.20\n\nreplace example.test/missing => ./missing\n`,
    'main.go': 'package main\n\nimport "fmt"\n\nvar version = "unknown"\n\nfunc main() { fmt.Println("tool", version) }\n',
    'config/crd/tool.yaml': 'kind: Tool\n',
  });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf('reason' in go)('a build from the Go module proxy', () => {
  test('is done once for two processes that need it at the same time', async () => {
    const both = await Promise.all([resolveElsewhere().done, resolveElsewhere().done]);
    const origins = both.map(({ origin }) => origin).toSorted();
    expect(origins).toEqual([expect.stringMatching(/^built in \d+ s$/), `cache (${VERSION}, just filled)`]);
    expect(builds()).toBe(1);
    expect(execFileSync(both[0]?.binary ?? '', { encoding: 'utf8' })).toBe('tool v1.0.0\n');
    expect(readFileSync(join(folder, 'cache/tool-v1.0.0/crds/tool.yaml'), 'utf8')).toBe('kind: Tool\n');
  });

  test('that is killed leaves nothing that a later one would take for whole', async () => {
    const first = resolveElsewhere();
    await first.building;
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect(existsSync(join(folder, 'cache/tool-v1.0.0'))).toBe(false);
    const { origin } = await resolveElsewhere().done;
    expect(origin).toMatch(/^built in/);
  });
});

function resolveElsewhere() {
  const program = `import { resolve } from ${JSON.stringify(join(COMPONENTS, 'resolve.ts'))};
import { findGo } from ${JSON.stringify(join(COMPONENTS, 'go.ts'))};
import { createDownloader } from ${JSON.stringify(join(COMPONENTS, 'download.ts'))};
const cacheRoot = ${JSON.stringify(join(folder, 'cache'))};
const log = (line) => console.error(line);
const build = { module: '${MODULE}', version: '${VERSION}', package: '${MODULE}', ldflags: '-X main.version=${VERSION}', keep: [{ from: 'config/crd', to: 'crds' }] };
const component = { name: 'tool', version: '${VERSION}', build };
const context = { cacheRoot, env: process.env, log, downloader: createDownloader(cacheRoot), findGo: () => findGo(process.env, cacheRoot) };
console.log(JSON.stringify(await resolve(component, context)));`;
  const env = {
    ...process.env,
    GOPROXY: `file://${join(folder, 'proxy')}`,
    GOSUMDB: 'off',
    GOFLAGS: '',
    GOMODCACHE: join(folder, 'modules'),
    PATH: spiedPath(),
  };
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const errors = text(child.stderr);
  const building = once(child.stderr, 'data');
  const done = text(child.stdout).then(async (output) => {
    if (output === '') throw new Error(await errors);
    return JSON.parse(output) as { binary: string; origin: string };
  });
  done.catch(() => {});
  return { child, building, done };
}

/** A `go` that writes down each call and passes it on. Its module cache is writable, so that the test can remove it. */
function spiedPath(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, 'go'),
    `#!/bin/sh\necho "$1" >> ${folder}/calls\nexport GOFLAGS="$GOFLAGS -modcacherw"\nexec ${which('go')} "$@"\n`,
    { mode: 0o755 },
  );
  return `${bin}:${process.env['PATH']}`;
}

const builds = (): number =>
  readFileSync(join(folder, 'calls'), 'utf8')
    .split('\n')
    .filter((call) => call === 'build').length;

function publish(files: Readonly<Record<string, string>>): void {
  const versions = join(folder, 'proxy', MODULE, '@v');
  mkdirSync(versions, { recursive: true });
  writeFileSync(join(versions, `${VERSION}.info`), JSON.stringify({ Version: VERSION, Time: '2026-01-01T00:00:00Z' }));
  writeFileSync(join(versions, `${VERSION}.mod`), files['go.mod'] ?? '');
  writeFileSync(
    join(versions, `${VERSION}.zip`),
    zip(Object.entries(files).map(([path, content]) => [`${MODULE}@${VERSION}/${path}`, content])),
  );
}

/** A zip archive of stored, uncompressed files (APPNOTE 6.3: local headers, central directory, its end). */
function zip(files: readonly (readonly [string, string])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of files) {
    const [name, data] = [Buffer.from(path), Buffer.from(content)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, name]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
