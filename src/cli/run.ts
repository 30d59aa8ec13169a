/** One call of `kubectl sre`, to its exit code: 0 done, 1 not done, 2 called wrongly. */
import type { Clock } from '../clock.ts';
import { loadKubeConfig } from '../config/kubeConfig.ts';
import { incidents, remediationPlans } from '../crds/kinds.ts';
import type { KubeClient } from '../kube/client.ts';
import { createKubeClient } from '../kube/createClient.ts';
import type { Logger } from '../kube/logger.ts';
import type { ResourceType } from '../kube/object.ts';
import { explain } from '../telemetry/explain.ts';
import { oneLine } from '../text/plain.ts';
import { type Command, type Common, type OutputFormat, readArguments, UsageError } from './arguments.ts';
import { audit } from './audit.ts';
import { USAGE } from './commandTable.ts';
import { candidates, completionScript, type Names } from './completion.ts';
import { debts } from './debts.ts';
import { listAll } from './find.ts';
import { judge } from './judge.ts';
import { get, type Look, show } from './look.ts';
import { propose } from './propose.ts';
import { record } from './record.ts';
import { start, stop, stopNotice } from './stop.ts';
import type { Terminal } from './terminal.ts';
import { watch } from './watch.ts';
import { why } from './why.ts';
import { acknowledge, attachRunbook, close, expect, type Speaker, silence } from './words.ts';

export interface RunOptions {
  readonly args: readonly string[];
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** From the environment. */
  readonly kubeconfig: string | undefined;
  /** How long to wait for the executor's verdict. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 20_000;
const SWITCHES = { stop, start } as const;
const DECISIONS = { approve: 'Approve', reject: 'Reject' } as const;

export async function run(options: RunOptions): Promise<number> {
  const { terminal, args } = options;
  try {
    await execute(readArguments(args), options);
    return 0;
  } catch (error) {
    terminal.complain(`kubectl sre: ${oneLine(explain(error))}`);
    if (error instanceof UsageError) terminal.complain('', USAGE);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function execute(command: Command, options: RunOptions): Promise<void> {
  const { terminal } = options;
  if (command.command === 'help') return terminal.print(USAGE);
  if (command.command === 'completion') return terminal.print(completionScript(command.shell));
  if (command.command === '__complete') return terminal.print(...(await candidates(command.words, namesFor(command, options))), ':4');
  await withClient(command, options, (client) => carryOut(command, client, options));
}

async function withClient<T>(command: Common, { clock, kubeconfig }: RunOptions, use: (client: KubeClient) => Promise<T>): Promise<T> {
  const kubeConfig = loadKubeConfig({ kubeconfig: command.kubeconfig ?? kubeconfig, context: command.context });
  const client = createKubeClient({ kubeConfig, clock, logger: silent, userAgent: 'kubectl-sre' });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Asked only where a name is typed. */
function namesFor(command: Common, options: RunOptions): Names {
  const { namespace, operator } = command;
  const names = (resource: ResourceType) => (): Promise<readonly string[]> =>
    withClient(command, options, async (client) =>
      (await listAll({ client, namespace, operator }, resource)).map(({ metadata }) => metadata.name),
    );
  return { incidents: names(incidents), plans: names(remediationPlans) };
}

type Calling = Exclude<Command, { readonly command: 'help' | 'completion' | '__complete' }>;

async function carryOut(command: Calling, client: KubeClient, { terminal, clock, patienceMs = PATIENCE_MS }: RunOptions): Promise<void> {
  const { operator } = command;
  const scope = { client, namespace: command.namespace, operator };
  await sayIfStopped(command, client, terminal);
  if ('output' in command) return lookAt(command, { scope, terminal, now: clock.now(), output: command.output });
  if (isWord(command)) return sayOf(command, { scope, terminal }, clock.now());
  switch (command.command) {
    case 'approve':
    case 'reject':
      return judge({ scope, terminal, clock, patienceMs }, { ...command, decision: DECISIONS[command.command] });
    case 'watch':
      return watch({ scope, terminal, clock }, command.name);
    case 'propose':
      return propose({ scope, terminal, clock, patienceMs }, command);
    case 'audit':
    case 'audit export':
    case 'audit verify':
      return audit({ client, terminal, operator, now: clock.now() }, command);
    case 'stop':
    case 'start':
      return SWITCHES[command.command]({ client, terminal, clock, operator }, command.reason);
    default:
      return command satisfies never;
  }
}

/** What a person says of an Incident. */
type Word = Extract<Calling, { readonly command: 'close' | 'ack' | 'expect' | 'silence' | 'runbook' }>;
const WORDS: ReadonlySet<string> = new Set<Word['command']>(['close', 'ack', 'expect', 'silence', 'runbook']);
const isWord = (command: Calling): command is Word => WORDS.has(command.command);

function sayOf(command: Word, speaker: Speaker, now: number): Promise<void> {
  switch (command.command) {
    case 'close':
      return close(speaker, command);
    case 'ack':
      return acknowledge(speaker, command);
    case 'expect':
      return expect(speaker, command, now);
    case 'silence':
      return silence(speaker, command, now);
    case 'runbook':
      return attachRunbook(speaker, command);
    default:
      return command satisfies never;
  }
}

function lookAt(command: Extract<Calling, { readonly output: OutputFormat }>, look: Look): Promise<void> {
  switch (command.command) {
    case 'get':
      return get(look, command.all);
    case 'debts':
      return debts(look);
    case 'show':
      return show(look, command.name);
    case 'why':
      return why(look, command.name);
    case 'record':
      return record(look, command.name);
    default:
      return command satisfies never;
  }
}

/** At the head of what people read; beside what programs read. */
async function sayIfStopped(command: Calling, client: KubeClient, terminal: Terminal): Promise<void> {
  if (command.command === 'stop' || command.command === 'start') return;
  const notice = await stopNotice(client, command.operator, terminal);
  if (notice.length === 0) return;
  const isForPrograms = command.command === 'audit export' || ('output' in command && command.output !== 'text');
  if (isForPrograms) terminal.complain(...notice);
  else terminal.print(...notice);
}

/** A person at a terminal reads what the command says, not what its parts log. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};
