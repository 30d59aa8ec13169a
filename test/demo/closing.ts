/** The last words of the demo: what to try next, or what did not happen and where to look. */
import { join } from 'node:path';
import { describeError } from '../cluster/lib/poll.ts';
import { isRunning } from '../cluster/lib/processes.ts';
import { probeHealth } from '../cluster/workspace/health.ts';
import { readState } from '../cluster/workspace/state.ts';
import { OPERATOR_NAMESPACE, type Stage } from '../stage/stage.ts';
import type { View } from './view.ts';

export function whatNext(stage: Stage, view: View): void {
  const { cluster, monitoring, world } = stage;
  const { incidents, plans } = world.now();
  const first = { incident: incidents.at(0)?.metadata.name ?? '', plan: plans.at(0)?.metadata.name ?? '' };
  const open = incidents.findLast(({ status }) => status?.phase === 'NeedsHuman');
  const closure = JSON.stringify({ spec: { closure: { reason: 'Fixed', by: 'me' } } });
  view.heading('What to try next', 'everything stays up until: make demo-down');
  const lines = [
    `export KUBECONFIG=${cluster.kubeconfigPath}`,
    `export PATH=${join(cluster.binaries.kubectl, '..')}:$PWD/bin:$PATH`,
    '',
    'kubectl get inc,inv,rp,apv -A',
    `kubectl describe incident -n ${OPERATOR_NAMESPACE} ${first.incident}`,
    `kubectl sre show ${first.plan} -n ${OPERATOR_NAMESPACE}`,
    `git -C ${stage.repository.dir} log --stat main`,
    ...(open === undefined
      ? []
      : [`kubectl patch incident -n ${OPERATOR_NAMESPACE} ${open.metadata.name} --type merge \\`, `  -p '${closure}'`]),
  ];
  for (const text of lines) view.line(`  ${text}`);
  view.line();
  view.line(`  Prometheus    ${monitoring.prometheusUrl}`);
  view.line(`  Alertmanager  ${monitoring.alertmanagerUrl}`);
  view.line(`  logs          ${join(cluster.dir, 'logs')}`);
  view.line();
}

/** A step did not happen: which one the view has said; here is what the objects say instead. */
export async function whatHappened(error: unknown, view: View, stage: Stage | undefined): Promise<void> {
  view.line();
  for (const line of describeError(error).split('; ')) view.prose(line);
  if (stage === undefined) return;
  view.line();
  for (const text of [...inWords(stage), ...(await unwell(stage))]) view.prose(text);
  view.line();
  view.line(`  logs          ${join(stage.cluster.dir, 'logs')}`);
  view.line(`  kubeconfig    ${stage.cluster.kubeconfigPath}`);
  view.line('  The cluster is still up. Take it away with: make demo-down');
  view.line();
}

/** Each object of ours, in a line. */
function inWords({ world }: Stage): readonly string[] {
  const { incidents, investigations, plans, approvals } = world.now();
  const phased = [...incidents, ...investigations, ...plans].map(
    ({ kind, metadata, status }) => `${kind} ${metadata.name}: ${status?.phase ?? 'new'}`,
  );
  const judged = approvals.map(({ kind, metadata, status }) => `${kind} ${metadata.name}: ${status?.verdict ?? 'not judged'}`);
  return [...phased, ...judged];
}

/** Processes of the stage that do not answer, or do not run any more. */
async function unwell({ cluster }: Stage): Promise<readonly string[]> {
  const processes = readState(cluster.dir)?.processes ?? [];
  const found = await Promise.all(
    processes.map(async (one) => {
      const problem = isRunning(one) ? await probeHealth(one.health) : 'it does not run any more';
      return problem === undefined ? undefined : `${one.name} is not well: ${problem}`;
    }),
  );
  return found.filter((problem) => problem !== undefined);
}
