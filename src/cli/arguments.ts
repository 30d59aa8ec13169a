/** The command line of `kubectl sre`, checked. */
import { parseArgs } from 'node:util';
import { defaultInstallation } from '../crds/installation.ts';

export const USAGE = `Usage: kubectl sre COMMAND [-n NAMESPACE] [--context NAME] [--kubeconfig FILE]

  get [--all] [-o json|yaml]              open Incidents, and who has to act
  show INCIDENT|PLAN [-o json|yaml]       the diagnosis, what changed, the diff
  record [WORKLOAD] [-o json|yaml]        what became of plans, and what people did instead
  approve PLAN [--digest sha256:…] [--reason TEXT] [--yes]
  reject PLAN --reason TEXT               says no; nothing is changed
  propose PLAN [--instead ACTION] [--set NAME=VALUE]...
                                          another plan in its place, of your own:
                                          an alternative, or another value
  debts [-o json|yaml]                    what is left behind until somebody
                                          ends it, overdue first
  stop [--reason TEXT]                    no effect begins any more; what is in
                                          flight is cut short
  start [--reason TEXT]                   goes on
  audit [--since 24h|2026-11-21]          what was done and refused, and by whom
  audit export [--since …]                the same, a line of JSON an entry
  audit verify [--public-key FILE] [--expect HASH]
                                          whether nothing of it was changed

Without -n it looks in all namespaces that you may see; for record, -n is the
workload's. --operator NAMESPACE says where Agent-SRE lives, if that is not agent-sre.`;

export interface Common {
  readonly namespace: string | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  /** Namespace of the operator. */
  readonly operator: string;
}

export type OutputFormat = 'text' | 'json' | 'yaml';

export type Command = Common &
  (
    | { readonly command: 'help' }
    | { readonly command: 'audit' | 'audit export'; readonly since: string | undefined }
    | { readonly command: 'audit verify'; readonly publicKeys: readonly string[]; readonly expected: readonly string[] }
    | { readonly command: 'stop' | 'start'; readonly reason: string | undefined }
    | { readonly command: 'debts'; readonly output: OutputFormat }
    | { readonly command: 'get'; readonly output: OutputFormat; readonly all: boolean }
    | { readonly command: 'show'; readonly output: OutputFormat; readonly name: string }
    | { readonly command: 'record'; readonly output: OutputFormat; readonly name: string | undefined }
    | { readonly command: 'propose'; readonly name: string; readonly instead: string | undefined; readonly set: readonly string[] }
    | {
        readonly command: 'approve' | 'reject';
        readonly name: string;
        readonly digest: string | undefined;
        readonly reason: string | undefined;
        readonly yes: boolean;
      }
  );

/** Called wrongly: the message says what is wrong, and the usage follows. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = {
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  operator: { type: 'string' },
  output: { type: 'string', short: 'o' },
  all: { type: 'boolean', short: 'a' },
  digest: { type: 'string' },
  reason: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  instead: { type: 'string' },
  set: { type: 'string', multiple: true },
  since: { type: 'string' },
  'public-key': { type: 'string', multiple: true },
  expect: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parsed>['values'];

const ALLOWED: Readonly<Record<string, readonly (keyof Values)[]>> = {
  get: ['output', 'all'],
  show: ['output'],
  debts: ['output'],
  record: ['output'],
  approve: ['digest', 'reason', 'yes'],
  reject: ['digest', 'reason', 'yes'],
  propose: ['instead', 'set'],
  audit: ['since'],
  'audit export': ['since'],
  'audit verify': ['public-key', 'expect'],
  stop: ['reason'],
  start: ['reason'],
};

export function readArguments(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  const { command, names } = named(positionals);
  const common: Common = {
    namespace: values.namespace,
    context: values.context,
    kubeconfig: values.kubeconfig,
    operator: namespaceOf(values.operator),
  };
  if (values.help === true || command === undefined || command === 'help') return { ...common, command: 'help' };
  const allowed = ALLOWED[command];
  if (allowed === undefined) throw new UsageError(`there is no command "${command}"`);
  refuseStrangers(command, values, allowed);
  const general = withoutName(command, names, values);
  if (general !== undefined) return { ...common, ...general };
  return aboutOne(command, onlyName(command, names), common, values);
}

function aboutOne(command: string, name: string, common: Common, values: Values): Command {
  if (command === 'show' || command === 'record') return { ...common, command, output: formatOf(values.output), name };
  if (command === 'propose') return proposal(name, common, values);
  return judgement(command === 'approve' ? 'approve' : 'reject', name, common, values);
}

function proposal(name: string, common: Common, { instead, set = [] }: Values): Command {
  if (instead === undefined && set.length === 0)
    throw new UsageError('propose needs --instead with one of the alternatives, or --set with another value; kubectl sre show lists both');
  return { ...common, command: 'propose', name, instead, set };
}

type Unnamed = Extract<
  Command,
  { readonly command: 'get' | 'stop' | 'start' | 'debts' | 'audit' | 'audit export' | 'audit verify' | 'record' }
>;

type Uncommon<T> = T extends unknown ? Omit<T, keyof Common> : never;

/** Commands that are about no one object. */
function withoutName(command: string, names: readonly string[], values: Values): Uncommon<Unnamed> | undefined {
  const none = (why: string): void => {
    if (names.length > 0) throw new UsageError(why);
  };
  switch (command) {
    case 'get':
      none(`get lists; to see one, use: kubectl sre show ${names[0]}`);
      return { command, output: formatOf(values.output), all: values.all === true };
    case 'stop':
    case 'start':
      none(`${command} is for all plans at once; to say no to one, use: kubectl sre reject ${names[0]} --reason …`);
      return { command, reason: reasonOf(values.reason) };
    case 'debts':
      none('debts lists all that is left behind, and takes no names');
      return { command, output: formatOf(values.output) };
    case 'audit':
    case 'audit export':
      return { command, since: values.since };
    case 'audit verify':
      return { command, publicKeys: values['public-key'] ?? [], expected: hashesOf(values.expect) };
    case 'record':
      return names.length === 0 ? { command, output: formatOf(values.output), name: undefined } : undefined;
    default:
      return undefined;
  }
}

/** `audit` has commands of its own. */
function named([first, second, ...rest]: readonly string[]): { readonly command: string | undefined; readonly names: readonly string[] } {
  const names = second === undefined ? rest : [second, ...rest];
  if (first !== 'audit' || second === undefined) return { command: first, names };
  if (second !== 'verify' && second !== 'export') throw new UsageError(`audit can verify and export, not "${second}"`);
  if (rest.length > 0) throw new UsageError(`audit ${second} takes no names`);
  return { command: `audit ${second}`, names: [] };
}

function hashesOf(expected: readonly string[] = []): readonly string[] {
  const wrong = expected.find((hash) => !/^sha256:[0-9a-f]{64}$/u.test(hash));
  if (wrong !== undefined) throw new UsageError('--expect is sha256: and 64 hexadecimal digits, as kubectl sre audit verify gives it');
  return expected;
}

function judgement(command: 'approve' | 'reject', name: string, common: Common, { digest, reason, yes = false }: Values): Command {
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/u.test(digest))
    throw new UsageError('--digest is sha256: and 64 hexadecimal digits, as kubectl sre show gives it');
  if (command === 'reject' && (reason ?? '').trim() === '')
    throw new UsageError('reject needs --reason: whoever looks at the Incident next wants to know why');
  return { ...common, command, name, digest, reason: reasonOf(reason), yes };
}

function reasonOf(reason: string | undefined): string | undefined {
  if ((reason ?? '').length > 1024) throw new UsageError('--reason is at most 1024 characters long');
  return reason;
}

function namespaceOf(operator: string | undefined): string {
  if (operator === undefined) return defaultInstallation.namespace;
  if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/u.test(operator))
    throw new UsageError(`--operator "${operator}" cannot be the name of a namespace`);
  return operator;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function refuseStrangers(command: string, values: Values, allowed: readonly (keyof Values)[]): void {
  const known = new Set<string>(['namespace', 'context', 'kubeconfig', 'operator', ...allowed]);
  const stranger = Object.keys(values).find((option) => !known.has(option));
  if (stranger !== undefined) throw new UsageError(`${command} has no option --${stranger}`);
}

function onlyName(command: string, names: readonly string[]): string {
  const [name] = names;
  if (name === undefined)
    throw new UsageError(command === 'show' ? 'show needs the name of an Incident or a plan' : `${command} needs the name of a plan`);
  if (names.length > 1) throw new UsageError(`${command} takes one name; there are ${names.length}`);
  // `rp/name` and the like, as kubectl prints them.
  const bare = name.slice(name.indexOf('/') + 1);
  if (!/^[a-z0-9][a-z0-9.-]{0,252}$/u.test(bare)) throw new UsageError(`"${bare}" cannot be the name of an object`);
  return bare;
}

function formatOf(output: string | undefined): OutputFormat {
  if (output === undefined) return 'text';
  if (output === 'json' || output === 'yaml') return output;
  throw new UsageError(`-o is json or yaml, not "${output}"`);
}
