/** The command line of `kubectl sre`, checked. */

import { parseArgs } from 'node:util';
import { CLOSURE_REASONS } from '../crds/incident.ts';
import { defaultInstallation } from '../crds/installation.ts';
import { LABEL_NAME } from '../domain/kubernetesNames.ts';
import { COMMANDS, COMMON_OPTIONS, type CommandEntry, OPTIONS, SHELLS } from './commandTable.ts';

export interface Common {
  readonly namespace: string | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  /** Namespace of the operator. */
  readonly operator: string;
}

/** `until` is as in "2h"; without it the silence is lifted. */
export type Silencing = { readonly until: string; readonly reason: string } | { readonly until: undefined };

export type OutputFormat = 'text' | 'json' | 'yaml';

export type Command = Common &
  (
    | { readonly command: 'help' }
    | { readonly command: 'audit' | 'audit export'; readonly since: string | undefined }
    | { readonly command: 'audit verify'; readonly publicKeys: readonly string[]; readonly expected: readonly string[] }
    | { readonly command: 'stop' | 'start'; readonly reason: string | undefined }
    | { readonly command: 'debts'; readonly output: OutputFormat }
    | { readonly command: 'get'; readonly output: OutputFormat; readonly all: boolean }
    | { readonly command: 'show' | 'why'; readonly output: OutputFormat; readonly name: string }
    | { readonly command: 'watch'; readonly name: string | undefined }
    | {
        readonly command: 'close';
        readonly name: string;
        readonly reason: (typeof CLOSURE_REASONS)[number];
        readonly comment: string | undefined;
      }
    | { readonly command: 'ack'; readonly name: string; readonly comment: string | undefined }
    | { readonly command: 'expect'; readonly name: string; readonly until: string; readonly reason: string }
    | ({ readonly command: 'silence'; readonly name: string } & Silencing)
    /** `url` absent: it is taken away. */
    | { readonly command: 'runbook'; readonly name: string; readonly url: string | undefined }
    | { readonly command: 'completion'; readonly shell: (typeof SHELLS)[number] }
    /** What a shell asks. */
    | { readonly command: '__complete'; readonly words: readonly string[] }
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

type Values = ReturnType<typeof parsed>['values'];

export function readArguments(args: readonly string[]): Command {
  if (args[0] === '__complete') return { ...NOTHING_COMMON, command: '__complete', words: args.slice(1) };
  const { values, positionals } = parsed(args);
  const { command, names } = named(positionals);
  const common: Common = {
    namespace: values.namespace,
    context: values.context,
    kubeconfig: values.kubeconfig,
    operator: namespaceOf(values.operator),
  };
  if (values.help === true || command === undefined || command === 'help') return { ...common, command: 'help' };
  const entry = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (entry === undefined) throw new UsageError(`there is no command "${command}"`);
  refuseStrangers(command, values, entry.options);
  if (command === 'runbook') return { ...common, ...runbook(entry, names, values) };
  const general = withoutName(command, names, values);
  if (general !== undefined) return { ...common, ...general };
  return aboutOne(command, onlyName(command, entry, names), common, values);
}

const NOTHING_COMMON: Common = { namespace: undefined, context: undefined, kubeconfig: undefined, operator: defaultInstallation.namespace };

function aboutOne(command: string, name: string, common: Common, values: Values): Command {
  if (command === 'show' || command === 'why' || command === 'record') return { ...common, command, output: formatOf(values.output), name };
  if (command === 'watch') return { ...common, command, name };
  if (command === 'ack') return { ...common, command, name, comment: shortText('comment', values.comment) };
  if (command === 'expect') return { ...common, command, name, ...expectation(values) };
  if (command === 'silence') return { ...common, command, name, ...silencing(values) };
  if (command === 'close')
    return { ...common, command, name, reason: closureReason(values.reason), comment: shortText('comment', values.comment) };
  if (command === 'propose') return proposal(name, common, values);
  return judgement(command === 'approve' ? 'approve' : 'reject', name, common, values);
}

function expectation({ until, reason }: Values): { readonly until: string; readonly reason: string } {
  const why = shortText('reason', reason)?.trim() ?? '';
  if (until === undefined || why === '')
    throw new UsageError('expect needs --until, such as 24h or 2026-11-21, and --reason: others want to know why');
  return { until, reason: why };
}

function runbook(
  entry: CommandEntry,
  [incident, ...links]: readonly string[],
  { remove = false }: Values,
): Uncommon<Extract<Command, { readonly command: 'runbook' }>> {
  const name = onlyName('runbook', entry, incident === undefined ? [] : [incident]);
  const [url] = links;
  if (links.length > 1 || remove === (url !== undefined))
    throw new UsageError('runbook needs the name of an Incident, and one link or --remove');
  if (url !== undefined && !(URL.canParse(url) && /^https?:\/\//u.test(url) && url.length <= 2048))
    throw new UsageError(`a runbook is a link that begins with http:// or https://, not "${url.slice(0, 100)}"`);
  return { command: 'runbook', name, url };
}

function silencing({ for: duration, reason, lift = false }: Values): Silencing {
  if (lift && (duration !== undefined || reason !== undefined)) throw new UsageError('silence is either for a while, or --lift alone');
  if (lift) return { until: undefined };
  const why = shortText('reason', reason)?.trim() ?? '';
  if (duration === undefined || why === '')
    throw new UsageError('silence needs --for, such as 2h, and --reason: others want to know why; --lift ends it');
  return { until: duration, reason: why };
}

function closureReason(reason: string | undefined): (typeof CLOSURE_REASONS)[number] {
  const known = CLOSURE_REASONS.find((one) => one === reason);
  if (known !== undefined) return known;
  throw new UsageError(
    `close needs --reason, which is one of ${CLOSURE_REASONS.join(', ')}; what else there is to say goes into --comment`,
  );
}

function proposal(name: string, common: Common, { instead, set = [] }: Values): Command {
  if (instead === undefined && set.length === 0)
    throw new UsageError('propose needs --instead with one of the alternatives, or --set with another value; kubectl sre show lists both');
  return { ...common, command: 'propose', name, instead, set };
}

type Unnamed = Extract<
  Command,
  { readonly command: 'get' | 'stop' | 'start' | 'debts' | 'audit' | 'audit export' | 'audit verify' | 'record' | 'watch' | 'completion' }
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
      return { command, reason: shortText('reason', values.reason) };
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
    case 'watch':
      return names.length === 0 ? { command, name: undefined } : undefined;
    case 'completion':
      return { command, shell: shellOf(names) };
    default:
      return undefined;
  }
}

function shellOf(names: readonly string[]): (typeof SHELLS)[number] {
  const shell = SHELLS.find((one) => names.length === 1 && one === names[0]);
  if (shell === undefined) throw new UsageError(`completion needs the name of one shell: ${SHELLS.join(', ')}`);
  return shell;
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
  return { ...common, command, name, digest, reason: shortText('reason', reason), yes };
}

function shortText(option: string, text: string | undefined): string | undefined {
  if ((text ?? '').length > 1024) throw new UsageError(`--${option} is at most 1024 characters long`);
  return text;
}

function namespaceOf(operator: string | undefined): string {
  if (operator === undefined) return defaultInstallation.namespace;
  if (!LABEL_NAME.test(operator)) throw new UsageError(`--operator "${operator}" cannot be the name of a namespace`);
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
  const known = new Set<string>([...COMMON_OPTIONS, ...allowed]);
  const stranger = Object.keys(values).find((option) => !known.has(option));
  if (stranger !== undefined) throw new UsageError(`${command} has no option --${stranger}`);
}

function onlyName(command: string, { about }: CommandEntry, names: readonly string[]): string {
  const [name] = names;
  if (name === undefined) throw new UsageError(`${command} needs the name of ${about ?? 'a workload'}`);
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
