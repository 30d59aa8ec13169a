/**
 * `kubectl sre stop` and `kubectl sre start`: nothing more has an effect, and everything goes on; and the line at the head of every other command
 * that says which of the two it is.
 */
import type { Clock } from '../clock.ts';
import { configMaps } from '../crds/configMaps.ts';
import { peopleRole } from '../crds/rbac.ts';
import { STOP_KEYS, STOP_SWITCH } from '../crds/stopSwitch.ts';
import { readStopSwitch, type StopState, stopText } from '../domain/stopSwitch.ts';
import { whoAmI } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import { apiErrorIn, isForbidden } from '../kube/errors.ts';
import { policyRefusalIn } from '../kube/policyRefusal.ts';
import { moment } from '../text/age.ts';
import { wrapped } from '../text/layout.ts';
import { oneLine } from '../text/plain.ts';
import { CliError } from './find.ts';
import type { Terminal } from './terminal.ts';

export interface Stop {
  readonly client: KubeClient;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Where the operator lives. */
  readonly operator: string;
}

const FIELD_MANAGER = 'kubectl-sre';

export async function stop(deps: Stop, reason: string | undefined): Promise<void> {
  const { terminal, client, operator } = deps;
  const before = await stopState(client, operator);
  if (before?.kind === 'stopped') return terminal.print(...stopLines(before, terminal), 'Nothing was done: it is stopped already.');
  const by = await turn(deps, true, reason);
  const { style, width } = terminal;
  terminal.print(
    style.red(style.bold(`Stopped as ${oneLine(by)}.`)),
    ...wrapped(
      'No commit, push, pull request, direct change or revert begins any more; one in flight is cut short within 5 s. Plans are still proposed, shown and judged.',
      width,
    ),
    'To go on: kubectl sre start',
  );
}

export async function start(deps: Stop, reason: string | undefined): Promise<void> {
  const { terminal, client, operator } = deps;
  const before = await stopState(client, operator);
  if (before?.kind === 'running') return terminal.print('Nothing was done: it is not stopped.');
  if (before !== undefined) terminal.print(...stopLines(before, terminal));
  const by = await turn(deps, false, reason);
  terminal.print(terminal.style.green(`Started as ${oneLine(by)}: what waited is judged anew, and goes on.`));
}

/** Undefined where the caller may not see it. */
export async function stopState(client: KubeClient, operator: string): Promise<StopState | undefined> {
  try {
    return readStopSwitch(await client.get(configMaps, { namespace: operator, name: STOP_SWITCH }));
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** The head of every command while it is stopped; nothing otherwise. */
export async function stopNotice(client: KubeClient, operator: string, terminal: Terminal): Promise<readonly string[]> {
  const state = await stopState(client, operator);
  return state?.kind === 'stopped' ? [...stopLines(state, terminal), ''] : [];
}

function stopLines(state: Extract<StopState, { kind: 'stopped' }>, { style, width }: Terminal): readonly string[] {
  const text = stopText({ ...state, since: moment(state.since) });
  return wrapped(oneLine(`Agent-SRE is ${text}`), width).map((line) => style.red(style.bold(line)));
}

/** @returns as whom */
async function turn({ client, clock, operator }: Stop, stopped: boolean, reason: string | undefined): Promise<string> {
  const { username } = await whoAmI(client);
  const data = {
    [STOP_KEYS.stopped]: String(stopped),
    [STOP_KEYS.by]: username,
    [STOP_KEYS.since]: new Date(clock.now()).toISOString(),
    ...(reason === undefined ? {} : { [STOP_KEYS.reason]: reason }),
  };
  const metadata = { namespace: operator, name: STOP_SWITCH, labels: { 'app.kubernetes.io/part-of': 'agent-sre' } };
  try {
    await client.apply(configMaps, { metadata, data }, { fieldManager: FIELD_MANAGER, force: true });
    return username;
  } catch (error) {
    if (apiErrorIn(error)?.status === 404)
      throw new CliError(`there is no namespace ${operator}; say with --operator where Agent-SRE lives`, { cause: error });
    if (!isForbidden(error)) throw error;
    throw new CliError(policyRefusalIn(error) ?? mayNot(operator, stopped), { cause: error });
  }
}

function mayNot(operator: string, stopped: boolean): string {
  const role = peopleRole(stopped ? 'responder' : 'approver');
  const meanwhile = stopped
    ? `; whoever may scale it stops it, too: kubectl scale -n ${operator} deployment agent-sre-executor --replicas=0`
    : '';
  return `you may not write ConfigMap ${operator}/${STOP_SWITCH}; that takes the ClusterRole ${role}, bound in namespace ${operator}${meanwhile}`;
}
