/**
 * A control group of the node's own, below which the kubelet puts all pods: nothing of another kubelet on this machine is
 * touched, and one folder is removed at the end. Version 1 has such a folder for every controller, version 2 a single one, and
 * where both are mounted runc uses both.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../workspace/workspace.ts';

const MOUNT = '/sys/fs/cgroup';

/** Gives the path that the kubelet is told: relative to the hierarchies' roots. */
export function createControlGroup(workspace: Workspace): string {
  const name = `agent-sre-${workspace.id}`;
  if (isUnified()) passControllersOn();
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, name);
    workspace.ownsControlGroup(folder);
    mkdirSync(folder);
    // a new group of the cpuset controller owns no processor and no memory until it is given some
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      const inherited = join(hierarchy, file);
      if (!isUnified() && existsSync(inherited)) writeFileSync(join(folder, file), readFileSync(inherited));
    }
  }
  return `/${name}`;
}

/** In version 2 a group has the controllers that its parent passes on; runc turns them on at the root in the same way for every container. */
function passControllersOn(): void {
  const available = readFileSync(join(MOUNT, 'cgroup.controllers'), 'utf8').trim().split(' ');
  const passed = readFileSync(join(MOUNT, 'cgroup.subtree_control'), 'utf8').trim().split(' ');
  for (const controller of available.filter((one) => !passed.includes(one))) {
    try {
      writeFileSync(join(MOUNT, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // some controllers cannot be passed on everywhere; the kubelet names those that it misses
    }
  }
}

const isUnified = (): boolean => existsSync(join(MOUNT, 'cgroup.controllers'));

function hierarchies(): readonly string[] {
  if (isUnified()) return [MOUNT];
  const folders = readdirSync(MOUNT).map((name) => realpathSync(join(MOUNT, name)));
  return [...new Set(folders)].filter((folder) => existsSync(join(folder, 'cgroup.procs')));
}
