/** Calls `kubectl sre` in this process, as a person of a test cluster, on a terminal of 80 columns. */
import { PassThrough } from 'node:stream';
import { run } from '../../src/cli/run.ts';
import { createTerminal } from '../../src/cli/terminal.ts';
import { systemClock } from '../../src/clock.ts';
import type { Person } from '../cluster/api/users.ts';
import type { Cluster } from '../cluster/cluster.ts';

export interface Called {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Call {
  readonly as?: Person;
  /** What is typed at a terminal; without it, nobody is there. */
  readonly typing?: string;
  readonly patienceMs?: number;
  readonly kubeconfig?: string;
}

/** Arguments as words: a text with spaces is an argument of its own in a list. */
export async function kubectlSre(
  cluster: Cluster,
  args: string | readonly string[],
  { as = 'alice', typing, patienceMs = 0, kubeconfig = cluster.kubeconfigFor(as) }: Call = {},
): Promise<Called> {
  const isTTY = typing !== undefined;
  const [stdin, stdout, stderr] = [
    Object.assign(new PassThrough(), { isTTY }),
    Object.assign(new PassThrough(), { isTTY, columns: 80 }),
    new PassThrough(),
  ];
  const read = (stream: PassThrough): string => String(stream.read() ?? '');
  stdin.end(typing ?? '');
  const terminal = createTerminal({ stdin, stdout, stderr }, { noColor: true });
  const code = await run({ args: typeof args === 'string' ? args.split(' ') : args, terminal, clock: systemClock, kubeconfig, patienceMs });
  return { code, out: read(stdout), err: read(stderr) };
}
