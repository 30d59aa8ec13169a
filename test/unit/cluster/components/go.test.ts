import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findGo, isNewEnough } from '../../../cluster/components/go.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'go-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('isNewEnough', () => {
  test.each([
    ['go1.26', true],
    ['go1.26.8', true],
    ['go1.27rc1', true],
    ['go2.0', true],
    ['go1.25.9', false],
    ['devel +abc', false],
  ])('%s: %s', (version, want) => {
    expect(isNewEnough(version)).toBe(want);
  });
});

describe('findGo', () => {
  test('says what it found when neither Go nor Docker will do', async () => {
    program('go', 'echo go1.21.0');
    program('docker', 'exit 1');
    expect(await findGo({ PATH: folder }, folder)).toEqual({
      reason: `${join(folder, 'go')} says go1.21.0, needed is go1.26 or newer; docker does not answer`,
    });
  });

  test('runs Go in Docker where there is no Go, with paths and settings that mean the same inside', async () => {
    program('docker', `echo "$@" >> ${folder}/calls; echo 29.0`);
    const go = await findGo({ PATH: folder, GOPROXY: 'direct' }, join(folder, 'cache'));
    if ('reason' in go) throw new Error(go.reason);
    await go.run(['build', './x'], { cwd: '/work-folder', env: { CGO_ENABLED: '0' }, timeoutSeconds: 5 });
    const call = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').at(-1) ?? '';
    expect(go.description).toBe('golang:1.26-bookworm in Docker 29.0');
    expect(call).toMatch(/^run --rm --user \d+:\d+ -w \/work-folder /);
    expect(call).toMatch(/ golang:1.26-bookworm go build \.\/x$/);
    for (const setting of ['GOPROXY=direct', 'GOTOOLCHAIN=auto', 'CGO_ENABLED=0', `GOMODCACHE=${folder}/cache/go/pkg/mod`]) {
      expect(call).toContain(`-e ${setting}`);
    }
    expect(call).toContain(`-v ${folder}/cache:${folder}/cache -v /work-folder:/work-folder`);
  });
});

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}
