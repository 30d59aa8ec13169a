/**
 * The ground on which a real node stands: namespaces of its own for mounts, processes and the network.
 *
 * Within them containerd and the kubelet find the folders and ports they insist on, all private: /var, /run, port 10250. When
 * the first process of the namespaces ends, the kernel itself ends every process in them and drops every mount, every pod's network and
 * the link to this machine: there is nothing to clean up, whatever state the pods were in.
 *
 * The link has a fixed name, so the kernel also sees to it that there is one real node at a time; its alias says whose.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../lib/poll.ts';
import { childrenOf, isRunning } from '../lib/processes.ts';
import { run } from '../lib/run.ts';
import { readState } from '../workspace/state.ts';
import { tearDown } from '../workspace/teardown.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { NodeAddresses } from './addresses.ts';
import type { NodeTools } from './capability.ts';

export interface NodeGround {
  /** The private root of /var and /run, as this machine sees it. */
  readonly root: string;
  /** The command line that runs a program inside. */
  inside(program: string, args: readonly string[]): { readonly command: string; readonly args: readonly string[] };
}

const LINK = 'agent-sre0';
const WAIT_FOR_OTHER_SECONDS = 900;

/** What the kubelet would set for the whole machine: it finds these in place already, in files of its own, and sets nothing. */
const KERNEL_SETTINGS: Readonly<Record<string, number>> = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
};

/**
 * The kubelet would report what the kernel of this machine ever said of memory running out, of whomever, as news of this node: it hears nothing.
 *
 * $1 is the private root; the other arguments are folders that must stay visible though they lie below /var or /run.
 */
const FIRST_PROCESS = `
set -eu
root=$1; shift
for folder in "$@"; do
  case $folder in /var/*|/run/*) mkdir -p "$root$folder"; mount --bind "$folder" "$root$folder";; esac
done
${Object.entries(KERNEL_SETTINGS)
  .map(
    ([path, value]) =>
      `echo ${value} > "$root/sysctl/$(basename ${path})"; mount --bind "$root/sysctl/$(basename ${path})" /proc/sys/${path}`,
  )
  .join('\n')}
mount --bind /dev/null /dev/kmsg
mount --rbind "$root/var" /var
mount --rbind "$root/run" /run
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
echo ready > "$root/ready"
while :; do sleep 3600 & wait $!; done
`;

export async function prepareNode(
  workspace: Workspace,
  tools: NodeTools,
  addresses: NodeAddresses,
  visible: readonly string[],
): Promise<NodeGround> {
  const root = workspace.folder('node');
  for (const folder of ['var/lib', 'var/log', 'var/tmp', 'run/netns', 'sysctl']) mkdirSync(join(root, folder), { recursive: true });
  const namespaces = ['--mount', '--propagation', 'private', '--net', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'];
  const holder = await workspace.start({
    name: 'node-namespaces',
    command: tools.unshare,
    args: [...namespaces, '/bin/sh', '-c', FIRST_PROCESS, 'node', root, workspace.dir, ...visible],
    origin: 'util-linux',
    health: { kind: 'running' },
  });
  await until('the namespaces of the node', { deadlineSeconds: 10, intervalMs: 10 }, async () => {
    if (!holder.isRunning()) throw new Error(`make the namespaces of the node; see ${holder.logFile}`);
    return existsSync(join(root, 'ready')) ? undefined : 'they are not ready';
  });
  const first = childrenOf(holder.pid)[0];
  if (first === undefined) throw new Error(`make the namespaces of the node; see ${holder.logFile}`);
  await link(workspace, tools, addresses, first.pid);
  return {
    root,
    inside: (program, args) => ({
      command: tools.nsenter,
      args: [`--target=${first.pid}`, '--mount', '--net', '--pid', '--', program, ...args],
    }),
  };
}

/** One cable between this machine and the node. Both ends go when the node's namespaces go. */
async function link(workspace: Workspace, { ip, nsenter }: NodeTools, addresses: NodeAddresses, pid: number): Promise<void> {
  const onHost = (...args: string[]): Promise<unknown> => run(ip, args, { timeoutSeconds: 5 });
  const onNode = (...args: string[]): Promise<unknown> => run(nsenter, [`--target=${pid}`, '--net', ip, ...args], { timeoutSeconds: 5 });
  const { host, node, linkBits, podCidr } = addresses;
  await waitForTurn(workspace, ip, () => onHost('link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)));
  await onHost('link', 'set', LINK, 'alias', workspace.dir);
  await onHost('address', 'add', `${host}/${linkBits}`, 'dev', LINK);
  await onHost('link', 'set', LINK, 'up');
  await onNode('address', 'add', `${node}/${linkBits}`, 'dev', 'eth0');
  await onNode('link', 'set', 'eth0', 'up');
  await onHost('route', 'add', podCidr, 'via', node, 'dev', LINK);
}

async function waitForTurn({ log }: Workspace, ip: string, addLink: () => Promise<unknown>): Promise<void> {
  let told = '';
  const patience = { deadlineSeconds: WAIT_FOR_OTHER_SECONDS, intervalMs: 1000 };
  await until('one real node at a time', patience, async () => {
    const refusal = await addLink().then(
      () => undefined,
      (error: Error) => error,
    );
    if (refusal === undefined) return undefined;
    const dir = await ownerOfLink(ip);
    if (dir === undefined) throw refusal;
    const state = readState(dir);
    if (state?.owner !== undefined && !isRunning(state.owner)) await tearDown(dir);
    const holder = `"${state?.description ?? 'another real node'}" in ${dir}, since ${state?.startedAt ?? 'an unknown time'}`;
    if (state !== undefined && state.owner === undefined)
      throw new Error(`a real node is there already and was kept: ${holder}; stop it first`);
    if (told !== holder) log(`waiting for ${holder}`);
    told = holder;
    return holder;
  });
}

/** Whether a real node is there that was kept, such as the demo's: nobody's turn comes before it is stopped. */
export async function isRealNodeKept(): Promise<boolean> {
  const dir = await ownerOfLink('ip');
  const state = dir === undefined ? undefined : readState(dir);
  return state !== undefined && state.owner === undefined;
}

async function ownerOfLink(ip: string): Promise<string | undefined> {
  const shown = await run(ip, ['-json', 'link', 'show', 'dev', LINK], { timeoutSeconds: 5 }).catch(() => undefined);
  if (shown === undefined) return undefined;
  const [entry] = JSON.parse(shown.stdout) as { readonly ifalias?: string }[];
  return entry?.ifalias ?? '';
}
