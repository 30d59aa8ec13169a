/** The root folder of a small image: busybox as Debian links it statically, under the names of all its applets. */
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/run.ts';

export async function writeBusyboxRoot(root: string, busybox: string): Promise<void> {
  for (const folder of ['bin', 'etc', 'root', 'tmp', 'var/run', 'usr/bin']) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync(busybox, join(root, 'bin/busybox'));
  chmodSync(join(root, 'bin/busybox'), 0o755);
  const { stdout } = await run(busybox, ['--list'], { timeoutSeconds: 10 });
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  for (const name of applets) symlinkSync('busybox', join(root, 'bin', name));
  symlinkSync('/bin/env', join(root, 'usr/bin/env'));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnobody:x:65534:\n');
}
