/**
 * Whether this machine can run a real node, and the programs that it takes.
 *
 * Asked before anything is started, so that a caller can take simulated nodes instead and say why.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { cannotInstall, installNeeds, missingNeeds, type Need } from '../components/debian.ts';
import type { Log } from '../lib/log.ts';
import { which } from '../lib/which.ts';

const CNI_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin'] as const;
const CNI_PLUGINS = ['bridge', 'host-local', 'loopback'] as const;
const DEFAULT_CNI_FOLDER = CNI_FOLDERS[0];

/** Programs, and the Debian packages that bring them. */
const PROGRAMS = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  ip: 'iproute2',
  iptables: 'iptables',
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  conntrack: 'conntrack',
  socat: 'socat',
  busybox: 'busybox-static',
} as const;

export type NodeTools = Readonly<Record<keyof typeof PROGRAMS, string>> & { readonly cniFolder: string };

export function canRunReal(): { readonly ok: boolean; readonly why: string } {
  if (process.platform !== 'linux') return { ok: false, why: 'real nodes need Linux' };
  if (process.getuid?.() !== 0) return { ok: false, why: 'real nodes need root, for containers' };
  if (!isWritable('/sys/fs/cgroup')) return { ok: false, why: 'real nodes need control groups, and /sys/fs/cgroup cannot be written' };
  const missing = [...new Set(missingNeeds(needs()).map((need) => need.package))];
  const obstacle = cannotInstall();
  if (missing.length > 0 && obstacle !== undefined) return { ok: false, why: `real nodes need ${missing.join(', ')}, and ${obstacle}` };
  if (!mayMakeNamespaces())
    return { ok: false, why: 'real nodes need namespaces, which root may not make here (a container without privileges?)' };
  return { ok: true, why: missing.length === 0 ? 'all it takes is here' : `${missing.join(', ')} will be installed` };
}

function mayMakeNamespaces(): boolean {
  const unshare = which('unshare');
  return unshare !== undefined && spawnSync(unshare, ['--mount', '--net', '--pid', '--fork', 'true'], { timeout: 5000 }).status === 0;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Installs what is missing, where that is possible. */
export async function getNodeTools(log: Log): Promise<NodeTools> {
  const { ok, why } = canRunReal();
  if (!ok) throw new Error(`start a real node: ${why}; use level sim`);
  await installNeeds(needs(), log);
  const found = Object.keys(PROGRAMS).map((program) => [program, which(program) ?? program]);
  return { ...(Object.fromEntries(found) as Record<keyof typeof PROGRAMS, string>), cniFolder: cniFolder() ?? DEFAULT_CNI_FOLDER };
}

function needs(): readonly Need[] {
  const programs = Object.entries(PROGRAMS).map(([program, name]) => ({ program, package: name }));
  const plugins = CNI_PLUGINS.map((plugin) => ({
    file: `${cniFolder() ?? DEFAULT_CNI_FOLDER}/${plugin}`,
    package: 'containernetworking-plugins',
  }));
  return [...programs, ...plugins];
}

function cniFolder(): string | undefined {
  return CNI_FOLDERS.find((folder) => existsSync(folder) && CNI_PLUGINS.every((plugin) => readdirSync(folder).includes(plugin)));
}
